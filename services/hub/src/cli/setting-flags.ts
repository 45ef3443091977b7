import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { UsageError } from './failure.ts';

/** What connectors say for themselves and homes for their connectors; `default` takes it back. */
export const settingFlags = [
  [
    '--tool-search <mode>',
    'on (small, local or capped models), off (large ones with a search of their own), auto, default',
  ],
  ['--read-only [mode]', 'on: refuse everything but reading; off; default'],
  ['--no-read-only', 'the same as --read-only off'],
  ['--backup-hint <mode>', 'when a model makes backups: strong, normal, weak, auto, default'],
  ['--strict <mode>', 'on: configuration writes need the key of the best-practice guide; off; default'],
  ['--disable <tool...>', 'switch a tool off; "default" takes the own list back'],
  ['--pin <tool...>', 'list it beside the search; "default" takes the own list back'],
] as const;

/** What takes part of a list back, where there is a list. */
export const settingUndoFlags = [
  ['--enable <tool...>', 'switch a tool on again'],
  ['--unpin <tool...>', 'list it no longer beside the search'],
] as const;

/** The same for a home, whose `--pin` is a key. */
export const homeSettingFlags = [...settingFlags, ...settingUndoFlags].map(
  ([flags, what]) => [flags.replace(/^--(un)?pin /, '--$1pin-tool '), what] as const,
);

const mode = <const T extends readonly string[]>(...words: T) => {
  const all = [...words, 'default'];
  return z.enum(all, { error: `is one of ${all.join(', ')}` }).optional();
};
const names = z.array(z.string()).optional();

export const settingOptions = {
  toolSearch: mode('on', 'off', 'auto'),
  readOnly: z
    .union([z.boolean(), z.enum(['on', 'off', 'default'])], { error: 'is one of on, off, default' })
    .optional(),
  backupHint: mode('strong', 'normal', 'weak', 'auto'),
  strict: mode('on', 'off'),
  disable: names,
  pin: names,
};

export const settingUndoOptions = { enable: names, unpin: names };

type Settings = z.output<z.ZodObject<typeof settingOptions>> &
  Partial<z.output<z.ZodObject<typeof settingUndoOptions>>>;

/** The lists as they are, which flags add to and take from. */
export interface PresentLists {
  readonly disabledTools?: readonly string[] | undefined;
  readonly pinnedTools?: readonly string[] | undefined;
}

/** As the API takes them: null where it is to be as usual again. */
export function settingsBody(given: Settings, present: PresentLists): Record<string, unknown> {
  return {
    toolSearch: word(given.toolSearch),
    readOnly: typeof given.readOnly === 'boolean' ? given.readOnly : onOff(given.readOnly),
    backupHint: word(given.backupHint),
    strict: onOff(given.strict),
    disabledTools: changed(present.disabledTools, given.disable, given.enable),
    pinnedTools: changed(present.pinnedTools, given.pin, given.unpin),
  };
}

/** The JSON of a file with entity rules; an empty name takes them away. @throws UsageError */
export async function visibilityBody(file: string | undefined): Promise<unknown> {
  if (file === undefined) return undefined;
  if (file === '') return null;
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it is not JSON';
    throw new UsageError(`--visibility: ${file} cannot be read (${code})`);
  }
}

function word(mode: string | undefined): string | null | undefined {
  return mode === 'default' ? null : mode;
}

function onOff(mode: string | undefined): boolean | null | undefined {
  return mode === undefined ? undefined : mode === 'default' ? null : mode === 'on';
}

function changed(
  present: readonly string[] = [],
  more: readonly string[] | undefined,
  less: readonly string[] | undefined,
): readonly string[] | null | undefined {
  if (!more && !less) return undefined;
  if (more?.includes('default')) return null;
  return [...new Set([...present, ...(more ?? [])])].filter((name) => !less?.includes(name));
}
