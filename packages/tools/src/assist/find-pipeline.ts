import { Fault } from '@hub/core/fault.ts';
import { listPipelines, type Pipeline } from '@hub/ha/assist.ts';
import type { ToolContext } from '../define.ts';

const MAX_LISTED = 20;

/** By id; without one, the preferred. @throws Fault SERVICE_CALL_FAILED when there is none, with those there are */
export async function findPipeline({ home, signal }: ToolContext, id: string | undefined): Promise<Pipeline> {
  const { pipelines, preferred_pipeline: preferred } = await listPipelines(home, { signal });
  const wanted = id ?? preferred ?? undefined;
  const found = pipelines.find((one) => one.id === wanted);
  if (found) return found;
  const what = id === undefined ? 'No voice pipeline is preferred in this home.' : `There is no voice pipeline ${id}.`;
  throw new Fault('SERVICE_CALL_FAILED', what, {
    suggestion: "action 'list' tells them.",
    context: { pipeline_id: id ?? null, available_pipelines: pipelines.slice(0, MAX_LISTED).map((one) => one.id) },
  });
}

/** As `findPipeline`, but undefined when it is gone. */
export async function currentPipeline({ home, signal }: ToolContext, id: string): Promise<Pipeline | undefined> {
  return (await listPipelines(home, { signal })).pipelines.find((one) => one.id === id);
}
