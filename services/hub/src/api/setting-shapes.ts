import { Fault } from '@hub/core/fault.ts';
import { type ConnectorSettings, HOME_SETTINGS } from '@hub/gate/connector-access.ts';
import { DEFAULT_PINS, isMandatory } from '@hub/gate/tool-pins.ts';
import { visibilitySchema } from '@hub/gate/visibility.ts';
import { tools } from '@hub/tools/registry.gen.ts';
import { z } from 'zod';
import { line } from './field-shapes.ts';

const toolNames = z.array(line(100)).max(500);

/** What may be set per connector, and per home for the connectors that say nothing themselves. */
export const shapingFields = {
  readOnly: z.boolean().describe('Refuses everything but reading.'),
  disabledTools: toolNames.describe('Not listed and not run. The tools that a model cannot do without stay on.'),
  toolSearch: z
    .enum(['on', 'off', 'auto'])
    .describe(
      'A short list with a search for the rest. off for large models with their own search; on for small, local or capped ones; auto goes by the client.',
    ),
  pinnedTools: toolNames.describe('Listed beside the search.'),
  backupHint: z
    .enum(['strong', 'normal', 'weak', 'auto'])
    .describe('When a model is told to make a backup; auto is normal.'),
  strict: z.boolean().describe('Configuration writes need the key that the best-practice guide shows.'),
};

export const visibilityField = visibilitySchema.describe('Entity rules: what of its homes it may know of.');

/** Given: set. null: as its homes say, or the default. Left out: as it is. */
export const shapingPatch = z.object({
  readOnly: shapingFields.readOnly.nullish(),
  disabledTools: shapingFields.disabledTools.nullish(),
  toolSearch: shapingFields.toolSearch.nullish(),
  pinnedTools: shapingFields.pinnedTools.nullish(),
  backupHint: shapingFields.backupHint.nullish(),
  strict: shapingFields.strict.nullish(),
}).shape;

/** Settings to change. */
export type Patch = { readonly [K in keyof ConnectorSettings]?: ConnectorSettings[K] | null | undefined };

/** The settings as stored after a patch: only what is said. @throws Fault VALIDATION_INVALID_PARAMETER */
export function patchedSettings(
  stored: Readonly<Record<string, unknown>>,
  patch: Patch,
): Readonly<Record<string, unknown>> {
  assertTools(patch.disabledTools ?? []);
  assertTools(patch.pinnedTools ?? []);
  const next: Record<string, unknown> = { ...stored };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete next[key];
    else if (value !== undefined) next[key] = Array.isArray(value) ? [...new Set(value)].sort() : value;
  }
  assertCanBeOff(patch.disabledTools ?? [], next['strict'] !== false);
  return next;
}

/** Those that this JSON says itself. */
export function saidSettings(stored: Readonly<Record<string, unknown>>): Partial<ConnectorSettings> {
  const said = Object.entries(stored).filter(([key]) => HOME_SETTINGS.some((known) => known === key));
  return z.object(shapingFields).partial().parse(Object.fromEntries(said)) as Partial<ConnectorSettings>;
}

/** A name that is no tool: switched off by a typing error, it would stay on. */
function assertTools(names: readonly string[]): void {
  const known: ReadonlySet<string> = new Set([...tools.map(({ name }) => name), ...DEFAULT_PINS]);
  const wrong = names.find((name) => !known.has(name));
  if (wrong === undefined) return;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `There is no tool '${wrong}'.`, {
    suggestion: 'docs/tools.md lists the tools.',
  });
}

function assertCanBeOff(names: readonly string[], strict: boolean): void {
  const wrong = names.find((name) => isMandatory(name, { strict }));
  if (wrong === undefined) return;
  throw new Fault('VALIDATION_INVALID_PARAMETER', `${wrong} cannot be switched off: a model cannot do without it.`, {
    suggestion: 'Lower the ceiling, set read-only or write entity rules to limit what can be done.',
    context: { tool_name: wrong },
  });
}
