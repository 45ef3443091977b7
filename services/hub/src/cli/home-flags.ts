import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from './failure.ts';

/** Flags that `homes add` and `homes set` share. */
export const homeFlags = [
  ['--name <name>', 'what people call it'],
  ['--slug <slug>', 'short name for commands'],
  ['--tag <tag...>', 'for connectors that reach homes by tag'],
  ['--ceiling <effect>', 'what may be done to it at most, whoever asks'],
  ['--pinned <bool>', 'true: writes over many homes leave it alone'],
  ['--country <country>', ''],
  ['--region <region>', ''],
  ['--time-zone <zone>', ''],
  ['--note <text>', ''],
  ['--customer-reference <text>', ''],
  ['--client-cert <file>', 'PEM: the certificate its door asks for'],
  ['--client-key <file>', 'PEM: the key of that certificate'],
  ['--ca <file>', 'PEM: a certificate authority of its own'],
  ['--pin <sha256>', 'base64 of its public key’s SHA-256: accept this key alone'],
  ['--header <name: value...>', 'for a door such as Cloudflare Access'],
  ['--no-check', 'store it without trying the link'],
] as const;

const text = z.string().optional();

export const homeOptions = {
  name: text,
  slug: text,
  tag: z.array(z.string()).optional(),
  ceiling: text,
  pinned: z.enum(['true', 'false']).optional(),
  country: text,
  region: text,
  timeZone: text,
  note: text,
  customerReference: text,
  clientCert: text,
  clientKey: text,
  ca: text,
  pin: text,
  header: z.array(z.string()).optional(),
  check: z.boolean().default(true),
};

type HomeOptions = z.output<z.ZodObject<typeof homeOptions>>;

/** As the API takes them; certificate files are read here, an empty text empties the field. @throws UsageError */
export async function homeBody(options: HomeOptions): Promise<Record<string, unknown>> {
  const { tag, clientCert, clientKey, ca, pin, header, check, pinned, ...rest } = options;
  return {
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value === '' ? null : value])),
    ...(pinned === undefined ? {} : { isPinned: pinned === 'true' }),
    tags: tag?.filter((one) => one !== ''),
    clientCertificate: await readPem(clientCert, '--client-cert'),
    clientKey: await readPem(clientKey, '--client-key'),
    extraCa: await readPem(ca, '--ca'),
    pinnedKey: pin === '' ? null : pin,
    headers: header && headersOf(header),
    check,
  };
}

async function readPem(path: string | undefined, flag: string): Promise<string | null | undefined> {
  if (path === undefined) return undefined;
  if (path === '') return null;
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'error';
    throw new UsageError(`${flag}: ${path} cannot be read (${code})`);
  }
}

function headersOf(lines: readonly string[]): Record<string, string> | null {
  const filled = lines.filter((line) => line !== '');
  if (filled.length === 0) return null;
  return Object.fromEntries(
    filled.map((line) => {
      const [, name, value] = /^([^:\s]+):\s*(.+)$/.exec(line) ?? [];
      if (name === undefined || value === undefined) throw new UsageError('--header wants "Name: value"');
      return [name, value];
    }),
  );
}
