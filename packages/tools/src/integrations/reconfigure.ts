import { configHash } from '@hub/core/canonical-json.ts';
import { REDACTED, redactUrls } from '@hub/core/redacted.ts';
import { type ConfigEntry, readConfigEntry } from '@hub/ha/config-entries.ts';
import { type FlowField, isSecretField } from '@hub/ha/flow-fields.ts';
import { readFlowTexts, shownStep } from '@hub/ha/flow-texts.ts';
import type { FlowStart, FlowStep } from '@hub/ha/flows.ts';
import { type FlowAnswers, isReconfigured, peekFlow, runFlow } from '@hub/ha/run-flow.ts';
import { isRecord } from '@hub/ha/selector.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { type FlowSubject, flowFault } from '../shared/flow-fault.ts';
import { foreseeFlow } from '../shared/foresee-flow.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { withChanges } from '../shared/with-changes.ts';
import { stateOf } from './configure.ts';
import { findIntegration } from './find-entry.ts';
import { checkExpected, type Expected, identityOf } from './identity.ts';

export interface ReconfigureWish {
  readonly entryId: string;
  readonly config: FlowAnswers;
  readonly expected: Expected;
  readonly token: string | undefined;
  /** Shown as any other write is, without a token. */
  readonly isPreview: boolean;
}

const KIND = 'reconfigure';
const TOKEN_MS = 10 * 60_000;
const ROLLBACK = {
  available: false,
  reason: 'Home Assistant does not show what an integration was set up with, so the hub cannot put it back.',
} as const;

const previewShape = z.object({ digest: z.string() });

/** Sets up an existing entry anew: first a preview that changes nothing, then with its token. @throws Fault VALIDATION_INVALID_PARAMETER */
export async function reconfigure(context: ToolContext, wish: ReconfigureWish) {
  const entry = await findIntegration(context, wish.entryId);
  if (entry.supports_reconfigure !== true) {
    throw invalidParameter('reconfigure', `${entry.domain} cannot be reconfigured.`, [
      'Its options may do: call with config alone.',
      'Else remove it and set it up anew, or do it in Home Assistant.',
    ]);
  }
  const identity = await identityOf(context, entry);
  checkExpected(identity, wish.expected);
  // What was previewed, of which entry, as it stood: a token fits nothing else.
  const digest = configHash({ entry: entry.entry_id, changed: entry.modified_at, config: wish.config, identity });
  const prepared = { ...wish, identity, digest };
  if (wish.isPreview) return apply(context, entry, prepared);
  return wish.token === undefined ? preview(context, entry, prepared) : confirm(context, entry, prepared, wish.token);
}

interface Prepared extends ReconfigureWish {
  readonly identity: Awaited<ReturnType<typeof identityOf>>;
  readonly digest: string;
}

async function preview(context: ToolContext, entry: ConfigEntry, { config, expected, identity, digest }: Prepared) {
  const { home, results, signal } = context;
  const { entry_id: entryId, domain, title } = entry;
  const start = startOf(entry);
  const [step, texts] = await Promise.all([peekFirst(context, entry), readFlowTexts(home, domain, start, { signal })]);
  const token = await results.put(KIND, { digest }, TOKEN_MS);
  return {
    ...{ success: true as const, status: 'preview' as const, operation: 'reconfigure' as const },
    ...{ entry_id: entryId, domain, title },
    message: `Nothing changed yet. Call again with the same arguments and confirm_token to reconfigure ${domain} ${title}.`,
    ...{ confirm_token: token, target_config: shownConfig(step.data_schema ?? [], config) },
    ...{ identity, expected_identity: given(expected), supports_reconfigure: true },
    ...{ form: shownStep(step, texts), rollback: ROLLBACK },
  };
}

async function confirm(context: ToolContext, entry: ConfigEntry, prepared: Prepared, token: string) {
  const known = previewShape.safeParse(await context.results.get(KIND, token));
  if (known.data?.digest !== prepared.digest) {
    throw invalidParameter('confirm_token', 'it is too old, or belongs to other arguments or an entry changed since.', [
      'Call once more without it, look at the preview, and use the new token with the same arguments.',
    ]);
  }
  return apply(context, entry, prepared);
}

async function apply(context: ToolContext, entry: ConfigEntry, { config, identity, token }: Prepared) {
  const { home, edits, results, signal } = context;
  const { entry_id: entryId, domain, title } = entry;
  const start = startOf(entry);
  const subject: FlowSubject = { start, domain, answers: config, about: { entry_id: entryId, domain } };
  const foreseen = foreseeFlow(context, subject, { signal, isMenuSafe: false });
  const { data_schema: fields } = await peekFirst(context, entry);
  const read = async () => {
    const now = await readConfigEntry(home, entryId, { signal });
    return now && { entry_id: entryId, domain, title: now.title, modified_at: now.modified_at };
  };
  await edits.change({
    item: { kind: 'config_entry', id: entryId },
    read,
    async write() {
      // Once used, whatever comes of it.
      if (token !== undefined) await results.replace(KIND, token, {});
      const end = await runFlow(home, start, config, { signal });
      if (!isReconfigured(end)) throw await flowFault(context, subject, end);
    },
    // What it was set up with before, Home Assistant does not show.
    plan: (before) => withChanges(before, { reconfigured_with: shownConfig(fields ?? [], config) }),
    validate: () => foreseen.verdict(),
  });
  const { state, warnings } = await stateOf(context, entryId);
  const after = await identityOf(context, entry);
  return {
    ...{ success: true as const, status: 'applied' as const, operation: 'reconfigure' as const },
    ...{ entry_id: entryId, domain, title, message: `Reconfigured ${domain} ${title}.`, rollback: ROLLBACK },
    target_config: shownConfig(fields ?? [], config),
    verification: {
      state,
      same_devices: same(after.device_ids, identity.device_ids),
      same_entities: same(after.entity_ids, identity.entity_ids),
    },
    ...(warnings.length > 0 ? { partial: true as const, warnings } : {}),
  };
}

/** The first step and no further: a choice in a menu may already act. */
function peekFirst({ home }: ToolContext, entry: ConfigEntry): Promise<FlowStep> {
  return peekFlow(home, startOf(entry));
}

function startOf({ domain, entry_id: entryId }: ConfigEntry): FlowStart {
  return { door: 'config', handler: domain, entryId };
}

/** Only answers whose field is known to be no secret. */
function shownConfig(fields: readonly FlowField[], config: FlowAnswers): Record<string, unknown> {
  const flat = new Map(fields.flatMap((field) => [field, ...(field.schema ?? [])]).map((field) => [field.name, field]));
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const field = flat.get(key);
      if (field?.schema && isRecord(value)) return [key, shownConfig(field.schema, value)];
      return [key, field && !isSecretField(field) ? redactUrls(value) : REDACTED];
    }),
  );
}

function given({ deviceId, uniqueId, mac, entityIds }: Expected) {
  const all = { device_id: deviceId, unique_id: uniqueId, mac, entity_ids: entityIds };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
