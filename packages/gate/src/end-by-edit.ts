import type { Database } from '@hub/db/database.ts';
import { type EditSummary, listEdits } from '@hub/db/edits.ts';
import type { CallEnd, NamedCall } from '@hub/jobs/call-end.ts';
import { z } from 'zod';
import { bodyOf } from './body-of.ts';
import type { Catalogue } from './catalogue.ts';
import type { ConnectorAccess } from './connector-access.ts';
import type { Gate } from './gate.ts';
import { findTool, readArguments } from './understand.ts';

const UNKNOWN = {
  is: 'unknown',
  message: 'The hub went away amid this write, and the home does not tell whether it was made: look at it.',
} as const;

const undoShape = z.object({ changes: z.tuple([z.object({ state: z.string(), undo: z.string() })]) });
const previewShape = z.object({ would_change: z.boolean() });

/** With the edits it was judged by. */
export interface EditVerdict {
  readonly end: CallEnd;
  readonly edits: readonly EditSummary[];
}

interface Asked {
  readonly db: Database;
  readonly gate: Pick<Gate, 'call'>;
  readonly catalogue: Catalogue;
}

type SilentCall = NamedCall & { readonly signal: AbortSignal };

/**
 * What became of a call whose process is gone, where one edit is all it writes: its row is there before the write leaves and stays
 * until the call is settled, and the item tells the rest. Asked through the gate, as its connector.
 * @throws Fault as it may not look, or the home does not answer
 */
export async function endByEdit(deps: Asked, connector: ConnectorAccess, call: SilentCall): Promise<EditVerdict> {
  const { callId, homeId } = call;
  const edits = await listEdits(deps.db, connector.tenantId, { callId, homeId });
  return { end: await judge(deps, connector, call, edits), edits };
}

async function judge(
  { gate, catalogue }: Asked,
  connector: ConnectorAccess,
  { tool: name, args, homeId, signal }: SilentCall,
  [edit, ...more]: readonly EditSummary[],
): Promise<CallEnd> {
  const call = { connector, name, args: { ...args, home: homeId }, signal };
  const prepared = findTool(catalogue, call);
  const { input } = readArguments(prepared, call);
  if (!prepared.tool.isOneEdit?.(input)) return UNKNOWN;
  if (!edit) return { is: 'not_done' };
  if (more.length > 0) return UNKNOWN;
  if (edit.state === 'done') return { is: 'done' };
  if (edit.state === 'failed') {
    const code = edit.faultCode ?? 'SERVICE_CALL_FAILED';
    return { is: 'failed', code, message: 'The home refused the write; its words were lost.' };
  }
  const ask = async (tool: string, more: object) =>
    bodyOf(await gate.call({ ...call, name: tool, args: { ...more, home: homeId } }));
  const { state, undo } = undoShape.parse(await ask('ha_undo', { edit_id: edit.id })).changes[0];
  if (state === 'already') return { is: 'not_done' };
  // To be taken away was all it wanted, whoever did it.
  if (undo === 'bring_back' && prepared.tool.effect === 'destroy') return { is: 'done' };
  if (undo === 'remove' && prepared.tool.makesNewId?.(input)) return { is: 'done' };
  if (!prepared.parameters.includes('preview')) return UNKNOWN;
  const { would_change: isLeft } = previewShape.parse(await ask(name, { ...args, preview: true }));
  return isLeft ? UNKNOWN : { is: 'done' };
}
