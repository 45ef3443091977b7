import { isIP } from 'node:net';
import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';

const SENSITIVE_NAME = /key|token|secret|password|url/i;

function got(name: string, value: string | undefined): string {
  if (value === undefined) return 'it is not set';
  if (SENSITIVE_NAME.test(name)) return 'its value does not fit';
  return `got ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`;
}

/**
 * Reads the variables a schema names; an empty one counts as not set. Nothing else of `env` is looked at.
 * @throws Fault CONFIG_INVALID naming every wrong variable at once, what was expected and what was found (values of keys, tokens and URLs are never shown).
 */
export function readEnv<S extends z.ZodRawShape>(
  schema: z.ZodObject<S>,
  env: NodeJS.ProcessEnv,
): z.infer<z.ZodObject<S>> {
  const given = Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const expectedOf = new Map<string, string>();
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0] ?? 'the environment');
    if (!expectedOf.has(name)) expectedOf.set(name, issue.message);
  }
  const lines = [...expectedOf].map(([name, expected]) => `${name}: expected ${expected}, ${got(name, env[name])}`);
  throw new Fault('CONFIG_INVALID', lines.join('\n'), {
    suggestion: `Correct ${[...expectedOf.keys()].join(', ')} (or unset what has a default) and start again`,
    context: { variables: [...expectedOf.keys()] },
  });
}

/** `fn` turns the text into a value or gives undefined when it does not fit. */
function variable<T>(expected: string, fn: (text: string) => T | undefined) {
  return z.string(expected).transform((text, context): T => {
    const value = fn(text.trim());
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', message: expected, input: text });
    return z.NEVER;
  });
}

export const envText = z.string('a text');

export const envPort = variable('a port from 1 to 65535', (text) => wholeNumber(text, 1, 65_535));

/** A whole number within bounds, both included. */
export function envNumber(min: number, max: number) {
  return variable(`a whole number from ${min} to ${max}`, (text) => wholeNumber(text, min, max));
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  const value = /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}

const BOOLEANS = new Map([
  ...['1', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

export const envBoolean = variable('true or false (also 1/0, yes/no, on/off)', (text) =>
  BOOLEANS.get(text.toLowerCase()),
);

/** `a, b,,c` → `['a', 'b', 'c']`. */
export const envList = variable('a list separated by commas', splitList);

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** One of a few words. */
export function envOneOf<const W extends readonly [string, ...string[]]>(words: W) {
  return variable(`one of ${words.join(', ')}`, (text): W[number] | undefined => words.find((word) => word === text));
}

/** `10.0.0.0/8, ::1` → the same with every prefix written out. */
export const envCidrs = variable('addresses or networks such as 10.0.0.0/8, separated by commas', (text) => {
  const networks = splitList(text).map(normalCidr);
  return networks.every((network) => network !== undefined) ? networks : undefined;
});

function normalCidr(text: string): string | undefined {
  const [address = '', prefix, extra] = text.split('/');
  const family = isIP(address);
  if (family === 0 || extra !== undefined) return undefined;
  const bits = family === 4 ? 32 : 128;
  const size = prefix === undefined ? bits : wholeNumber(prefix, 0, bits);
  return size === undefined ? undefined : `${address}/${size}`;
}

function urlOf(text: string, protocols: readonly string[]): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url !== undefined && protocols.includes(url.protocol) ? url : undefined;
}

const HTTP = ['http:', 'https:'];

export const envHttpUrl = variable('a URL that starts with http:// or https://', (text) => urlOf(text, HTTP));

/** Several http URLs separated by commas, as PUBLIC_URL allows. */
export const envHttpUrls = variable(
  'one or several URLs that start with http:// or https://, separated by commas',
  (text) => {
    const urls = splitList(text).map((part) => urlOf(part, HTTP));
    return urls.length > 0 && urls.every((url) => url !== undefined) ? urls : undefined;
  },
);

/** A URL of one of the given schemes, kept as text: `envUrl('postgres', 'postgresql')`. */
export function envUrl(...schemes: readonly string[]) {
  const protocols = schemes.map((scheme) => `${scheme}:`);
  return variable(`a URL that starts with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`, (text) =>
    urlOf(text, protocols) === undefined ? undefined : text,
  );
}
