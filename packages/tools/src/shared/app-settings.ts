import { canonicalJson } from '@hub/core/canonical-json.ts';
import { NEW_SECRET } from '@hub/core/redacted.ts';
import { type AppDetail, readApp } from '@hub/ha/apps.ts';
import type { CallOptions, Home } from '@hub/ha/home.ts';
import { isRecord } from '@hub/ha/selector.ts';

/** What stands for a secret in results and kept edits, and what nobody may write. */
const HIDDEN = '<redacted>';
const SECRET_NAME = /pass(word|wd|phrase)?$|secret|token|api_?key|private_?key|psk$|credential|auth_key/i;

/** One option as the Supervisor describes it. */
interface Described {
  readonly name?: unknown;
  readonly format?: unknown;
  readonly schema?: unknown;
}

/** Options without what their description or their name says is a secret. */
export function maskOptions(options: unknown, schema: readonly Described[] = []): unknown {
  if (Array.isArray(options)) return options.map((one) => maskOptions(one, schema));
  if (!isRecord(options)) return options;
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => {
      const described = schema.find((one) => one.name === name);
      const isSecret = described?.format === 'password' || SECRET_NAME.test(name);
      const below = Array.isArray(described?.schema) ? described.schema : [];
      return [name, isSecret ? maskSecret(value, below) : maskOptions(value, below)];
    }),
  );
}

/** Also each of a list of them. */
function maskSecret(value: unknown, below: readonly Described[]): unknown {
  if (Array.isArray(value)) return value.map((one) => maskSecret(one, below));
  return isSet(value) ? HIDDEN : maskOptions(value, below);
}

/** Options as they would become, their secrets as `maskOptions` leaves them, or told to be others than those of `now`. */
export function maskPlanned(options: unknown, now: unknown, schema: readonly Described[] = []): unknown {
  return withNewSecrets(maskOptions(options, schema), options, now);
}

function withNewSecrets(masked: unknown, wanted: unknown, now: unknown): unknown {
  if (masked === HIDDEN) return canonicalJson(wanted ?? null) === canonicalJson(now ?? null) ? HIDDEN : NEW_SECRET;
  if (Array.isArray(masked))
    return masked.map((one, at) => withNewSecrets(one, [wanted].flat()[at], Array.isArray(now) ? now[at] : undefined));
  if (!isRecord(masked)) return masked;
  const [to, from] = [isRecord(wanted) ? wanted : {}, isRecord(now) ? now : {}];
  return Object.fromEntries(
    Object.entries(masked).map(([name, one]) => [name, withNewSecrets(one, to[name], from[name])]),
  );
}

function isSet(value: unknown): boolean {
  return (typeof value === 'string' && value !== '' && !value.startsWith('!secret ')) || typeof value === 'number';
}

/** Paths of options that hold the stand-in and not a value. */
export function hiddenPaths(options: unknown, path = ''): readonly string[] {
  if (options === HIDDEN) return [path];
  if (Array.isArray(options)) return options.flatMap((one, at) => hiddenPaths(one, `${path}[${at}]`));
  if (!isRecord(options)) return [];
  return Object.entries(options).flatMap(([name, one]) => hiddenPaths(one, path === '' ? name : `${path}.${name}`));
}

/** The same options with each stand-in replaced by what `now` holds at its place; where there is nothing, it stays. */
export function revealOptions(options: unknown, now: unknown): unknown {
  if (options === HIDDEN) return now === undefined ? HIDDEN : now;
  if (Array.isArray(options))
    return options.map((one, at) => revealOptions(one, Array.isArray(now) ? now[at] : undefined));
  if (!isRecord(options)) return options;
  const present = isRecord(now) ? now : {};
  return Object.fromEntries(Object.entries(options).map(([name, one]) => [name, revealOptions(one, present[name])]));
}

/** An app as edits keep it: its settings without their secrets; undefined when it is not installed. */
export async function readKeptApp(home: Home, slug: string, options: CallOptions): Promise<unknown> {
  const app = await readApp(home, slug, options);
  return app ? keptOf(app) : undefined;
}

function keptOf({ options, schema, network, boot, auto_update, watchdog }: AppDetail) {
  return { options: maskOptions(options, schema ?? []), network, boot, auto_update, watchdog };
}
