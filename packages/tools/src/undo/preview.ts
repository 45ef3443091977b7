import { Fault } from '@hub/core/fault.ts';
import { itemDiff } from '@hub/core/item-diff.ts';
import type { EditsPort, ItemChange } from '../define.ts';
import { type Applier, isSameItem } from './applier.ts';
import { applierOf } from './appliers.ts';

const MAX_DIFF = 20_000;
const NOT_CHECKED = {
  is_valid: null,
  note: 'Home Assistant checks this only while it saves; the arguments passed every check before that.',
};

export type PreviewBody = Readonly<Record<string, unknown>>;

/** Thrown in place of the write: whatever would have followed it does not happen. */
export class PreviewReached extends Error {
  readonly body: PreviewBody;
  constructor(body: PreviewBody) {
    super('a preview stops before its first write');
    this.body = body;
  }
}

/** Edits that read, show what would be written, and stop there. */
export function previewing(edits: EditsPort): EditsPort {
  return {
    ...edits,
    async change(change) {
      throw new PreviewReached(await previewOf(change));
    },
  };
}

/** The answer of a call that came to its end without a write. */
export function nothingToWrite(answer: PreviewBody): PreviewBody {
  return { ...answer, preview: true, would_change: false, diff: '', message: 'Nothing would change.' };
}

async function previewOf({ item, read, plan, validate }: ItemChange): Promise<PreviewBody> {
  if (!plan) {
    throw new Fault(
      'VALIDATION_INVALID_PARAMETER',
      `\`preview\`: a ${item.kind} cannot be previewed: it is known only once it is saved.`,
      {
        suggestion: 'Leave preview out. The change is kept as an edit: ha_undo takes it back.',
        context: { parameter: 'preview', kind: item.kind },
      },
    );
  }
  const before = await read();
  const after = await plan(before);
  const validation = (await validate?.()) ?? NOT_CHECKED;
  const applier: Pick<Applier, 'essence'> = applierOf(item.kind) ?? {};
  const essence = applier.essence ?? ((one: unknown) => one);
  const diff = itemDiff(essence(before), essence(after));
  const would = !isSameItem(applier, before, after);
  return {
    success: true,
    preview: true,
    would_change: would,
    operation: after === undefined ? 'remove' : before === undefined ? 'create' : 'update',
    item: { kind: item.kind, ...(before === undefined ? {} : { id: item.id }) },
    diff: diff.slice(0, MAX_DIFF),
    ...(diff.length > MAX_DIFF ? { diff_truncated: true } : {}),
    validation,
    message: would ? 'Nothing was saved. Call again without preview to do it.' : 'It stands so already.',
    note: 'It shows the first thing the call writes; what would follow (category, options, further items) is not in it.',
  };
}
