import {
  createPipeline,
  listConversationAgents,
  listPipelines,
  type Pipeline,
  preferPipeline,
  updatePipeline,
} from '@hub/ha/assist.ts';
import type { ToolContext } from '../define.ts';
import { currentPipeline } from './find-pipeline.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A new pipeline like `base`, but for the given fields. @throws Fault */
export async function create(context: ToolContext, base: Pipeline, fields: Fields): Promise<Pipeline | undefined> {
  let made: Pipeline | undefined;
  const { id: _, ...rest } = base;
  await context.edits.change({
    item: { kind: 'pipeline', id: String(fields['name']) },
    read: async () => made && (await currentPipeline(context, made.id)),
    async write() {
      made = await createPipeline(context.home, { ...rest, ...fields }, { signal: context.signal });
    },
    idOf: () => made?.id,
    plan: () => ({ ...rest, ...fields }),
  });
  return made;
}

/** Changes the given fields of what stands there at that moment. @throws Fault */
export async function update(context: ToolContext, { id }: Pipeline, fields: Fields): Promise<Pipeline | undefined> {
  let current: Pipeline | undefined;
  await context.edits.change({
    item: { kind: 'pipeline', id },
    async read() {
      current = await currentPipeline(context, id);
      return current;
    },
    async write() {
      const { id: _, ...rest } = current ?? {};
      await updatePipeline(context.home, id, { ...rest, ...fields }, { signal: context.signal });
    },
    plan: (before) => ({ ...(before as Pipeline), ...fields }),
  });
  return current;
}

/** @throws Fault */
export async function prefer(context: ToolContext, id: string): Promise<void> {
  const { home, signal } = context;
  await context.edits.change({
    item: { kind: 'preferred_pipeline', id: 'preferred' },
    read: async () => (await listPipelines(home, { signal })).preferred_pipeline ?? undefined,
    write: () => preferPipeline(home, id, { signal }),
    plan: () => id,
  });
}

/** Home Assistant stores any engine, and the pipeline then answers nothing. */
export async function engineWarnings({ home, signal }: ToolContext, { conversation_engine: engine }: Fields) {
  if (typeof engine !== 'string') return [];
  const agents = await listConversationAgents(home, { signal });
  if (agents.includes(engine)) return [];
  return [`There is no conversation agent ${engine} in this home; there are ${agents.slice(0, 10).join(', ')}.`];
}
