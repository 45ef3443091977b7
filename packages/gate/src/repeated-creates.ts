import { createHash } from 'node:crypto';
import { canonicalJson } from '@hub/core/canonical-json.ts';
import { Fault } from '@hub/core/fault.ts';
import type { View } from '@hub/ha/view.ts';
import type { VolatileMap } from '@hub/runtime/volatile-map.ts';
import type { EditsPort, ItemRef } from '@hub/tools/define.ts';
import { isItemAsLeft } from '@hub/tools/undo/is-as-left.ts';
import { z } from 'zod';
import { untilAborted } from './call-signal.ts';
import type { CallResult } from './envelope.ts';

/** A client that got no answer asks again within so long. */
const KEPT_MS = 120_000;

const keptShape = z.object({
  body: z.record(z.string(), z.unknown()).optional(),
  lost: z.object({ message: z.string() }).optional(),
  left: z.array(z.object({ kind: z.string(), id: z.string(), after: z.unknown() })),
});
type Kept = z.infer<typeof keptShape>;

export interface CreateAttempt {
  readonly key: string;
  readonly view: View;
  readonly signal: AbortSignal;
  /** Told in place of running; with the fault of a first one that nobody knows the outcome of. */
  onRepeated(fault: Fault | undefined): void;
}

export interface RepeatedCreates {
  /**
   * Runs the call, unless the same one made something within two minutes that stands as it left it: then gives that outcome again.
   * The same call while the first still runs waits for it. A call that made nothing new is never held back.
   */
  once(
    attempt: CreateAttempt,
    run: (watch: (edits: EditsPort) => EditsPort) => Promise<CallResult>,
  ): Promise<CallResult>;
}

export function createKey(connectorId: string, tool: string, homeId: string, input: unknown): string {
  const digest = createHash('sha256')
    .update(canonicalJson([tool, homeId, input]))
    .digest('base64url');
  return `${connectorId}:create:${digest}`;
}

export function createRepeatedCreates(map: VolatileMap): RepeatedCreates {
  const running = new Map<string, Promise<void>>();
  /** The item is made: that it could not be remembered must not turn the answer into a failure. */
  const keep = (key: string, kept: Kept) => map.set(key, kept, KEPT_MS).catch(() => undefined);
  return {
    async once({ key, view, signal, onRepeated }, run) {
      for (let first = running.get(key); first; first = running.get(key)) await untilAborted(signal, first);
      const ended = Promise.withResolvers<void>();
      running.set(key, ended.promise);
      try {
        const earlier = keptShape.safeParse(await map.get(key)).data;
        if (earlier && (await isAsLeft(earlier, view, signal))) return again(earlier, onRepeated);
        const seen = createWatch();
        try {
          const result = await run(seen.watch);
          if (seen.isCreation && !result.isError) await keep(key, { body: result.body, left: seen.left });
          return result;
        } catch (error) {
          if (seen.isCreation && error instanceof Fault && error.outcomeUnknown)
            await keep(key, { lost: { message: error.message }, left: [] });
          throw error;
        }
      } finally {
        running.delete(key);
        ended.resolve();
      }
    },
  };
}

/** Notes what a call writes, and whether any of it was not there before. */
function createWatch() {
  const left = new Map<string, ItemRef & { readonly after: unknown }>();
  const seen = { isCreation: false };
  const watch = (edits: EditsPort): EditsPort => ({
    ...edits,
    async change(change) {
      const { kind, id } = change.item;
      let isFirst = true;
      const read = async () => {
        const item = await change.read();
        if (isFirst && item === undefined) seen.isCreation = true;
        isFirst = false;
        return item;
      };
      const done = await edits.change({ ...change, read });
      const itemId = change.idOf?.(done.after) ?? id;
      left.set(`${kind}/${itemId}`, { kind, id: itemId, after: done.after });
      return done;
    },
  });
  return {
    watch,
    get isCreation() {
      return seen.isCreation;
    },
    get left() {
      return [...left.values()];
    },
  };
}

/** What was removed or changed since is no repetition. An outcome never learnt stays so. */
async function isAsLeft({ left }: Kept, view: View, signal: AbortSignal): Promise<boolean> {
  for (const { kind, id, after } of left) {
    if (!(await isItemAsLeft({ home: view, signal }, { kind, id }, after))) return false;
  }
  return true;
}

function again({ body, lost }: Kept, onRepeated: CreateAttempt['onRepeated']): CallResult {
  const fault = lost && unknownStill(lost.message);
  onRepeated(fault);
  if (fault) throw fault;
  const repeated = { ...body, repeated: true };
  return { isError: false, body: repeated, text: JSON.stringify(repeated) };
}

function unknownStill(message: string): Fault {
  return new Fault('RESOURCE_LOCKED', `The same call a moment ago ended without an answer: ${message}`, {
    suggestion: [
      'Look whether the item is there before you make it again.',
      'The same call is taken again two minutes after the first.',
    ],
    context: { repeated: true },
    outcomeUnknown: true,
  });
}
