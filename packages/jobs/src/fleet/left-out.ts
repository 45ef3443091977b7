import { z } from 'zod';
import type { JobContext } from '../define.ts';

/**
 * The step that holds the homes of a plan that were not to be run at any more as its run began. It is stored with the job and stands
 * beside its arguments: in a rolling update a hub that does not know it runs the job all the same.
 */
export const LEFT_OUT = 'left out';

const shape = z.array(z.object({ home: z.string(), why: z.string() }));

export type LeftOut = z.output<typeof shape>;

export async function readLeftOut(context: JobContext): Promise<LeftOut> {
  const kept = await context.step<unknown>(LEFT_OUT, {
    marker: () => ({}),
    act: async () => [],
    observe: async () => ({ is: 'not_done' }),
  });
  return shape.parse(kept);
}
