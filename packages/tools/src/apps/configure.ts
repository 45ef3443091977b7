import { type AppDetail, checkAppOptions, readApp, setAppOptions } from '@hub/ha/apps.ts';
import { isRecord } from '@hub/ha/selector.ts';
import type { ToolContext } from '../define.ts';
import { hiddenPaths, maskPlanned, readKeptApp } from '../shared/app-settings.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { withChanges } from '../shared/with-changes.ts';
import { appNotFound } from './app-faults.ts';

type Json = Readonly<Record<string, unknown>>;

export interface AppSettings {
  readonly options?: Json | undefined;
  readonly network?: Json | undefined;
  readonly boot?: string | undefined;
  readonly auto_update?: boolean | undefined;
  readonly watchdog?: boolean | undefined;
}

/**
 * Changes settings of an installed app; what is not given stays, also deep inside its options. Kept as an edit, but for passwords.
 * @throws Fault RESOURCE_NOT_FOUND; VALIDATION_FAILED or SERVICE_CALL_FAILED with the Supervisor's reason, nothing changed
 */
export async function configureApp({ home, edits, signal }: ToolContext, slug: string, given: AppSettings) {
  const hidden = hiddenPaths(given.options);
  if (hidden.length > 0) {
    throw invalidParameter(
      'options',
      `${hidden.join(', ')} holds the stand-in for a hidden value.`,
      'Leave out what is to stay as it is, or give the real value.',
    );
  }
  const [port] = Object.entries(given.network ?? {}).find(([, value]) => !isPort(value)) ?? [];
  if (port !== undefined) {
    throw invalidParameter('network', `${port} stands for no port.`, 'Give a number up to 65535, or null to close it.');
  }
  const app = await readApp(home, slug, { signal });
  if (!app) throw await appNotFound(home, slug, { signal });
  const ignored = unknownOptions(app, given.options);
  const merged = {
    ...given,
    ...(given.options ? { options: without(merge(app.options, given.options), ignored) } : {}),
  };
  const body = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  await edits.change({
    item: { kind: 'app', id: slug },
    read: () => readKeptApp(home, slug, { signal }),
    write: () => setAppOptions(home, slug, body, { signal }),
    plan: (before) => planned(app, merged, before),
    validate: () => validated({ home, signal }, slug, merged.options),
  });
  const isPending = given.options !== undefined || given.network !== undefined;
  return {
    success: true as const,
    slug,
    ...(isPending ? { status: 'pending_restart' } : {}),
    message: isPending
      ? `The settings of ${app.name} are stored. They take effect when it restarts: action restart.`
      : `The settings of ${app.name} are stored.`,
    submitted_fields: Object.keys(body),
    ignored_fields: ignored,
    ...(ignored.length > 0
      ? { warnings: [`The app has no such options, they were left out: ${ignored.join(', ')}.`] }
      : {}),
  };
}

function planned(app: AppDetail, { options, network, ...others }: AppSettings, before: unknown) {
  return withChanges(before, {
    ...Object.fromEntries(Object.entries(others).filter(([, value]) => value !== undefined)),
    ...(options ? { options: maskPlanned(options, app.options, app.schema ?? []) } : {}),
    ...(network ? { network: { ...app.network, ...network } } : {}),
  });
}

/** The Supervisor can be asked about options; what else there is, it judges only while it stores it. */
async function validated({ home, signal }: Pick<ToolContext, 'home' | 'signal'>, slug: string, options?: Json) {
  if (!options) return { is_valid: null, note: 'The Supervisor checks this only while it saves.' };
  const { isValid, message } = await checkAppOptions(home, slug, options, { signal });
  return { is_valid: isValid, ...(isValid ? {} : { errors: [message] }) };
}

function isPort(value: unknown): boolean {
  return value === null || (Number.isInteger(value) && Number(value) > 0 && Number(value) < 65_536);
}

/** The Supervisor would drop these without a word. */
function unknownOptions({ schema }: AppDetail, options: Json | undefined): string[] {
  if (!schema || schema.length === 0) return [];
  const known = new Set(schema.map(({ name }) => name));
  return Object.keys(options ?? {}).filter((name) => !known.has(name));
}

function without(options: Json, names: readonly string[]): Json {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)));
}

/** Objects are merged all the way down; lists and values are replaced. */
function merge(base: Json, over: Json): Json {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isRecord(below) && isRecord(value) ? merge(below, value) : value;
  }
  return merged;
}
