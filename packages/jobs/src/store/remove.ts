import { Fault } from '@hub/core/fault.ts';
import { type CommunityStore, openCommunityStore } from '@hub/ha/community-store.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';
import { notThere } from './not-there.ts';

const argsShape = z.strictObject({ repositoryId: z.string().regex(/^\w{1,40}$/) });

type Args = z.output<typeof argsShape>;

export interface StoreRemoveResult {
  readonly repository_id: string;
  readonly repository: string;
  readonly category: string;
}

const markerShape = z.object({ fullName: z.string(), category: z.string() });

const MINUTE_MS = 60_000;
/** Files of a slow disk; the store says yes before they are gone. */
const GONE_MS = MINUTE_MS;

/** Something from HACS or the marketplace, removed and seen to be gone from the store. */
export const job = defineJob<Args, StoreRemoveResult>({
  kind: 'store.remove',
  title: 'Remove from HACS or the marketplace',
  isExclusive: true,
  args: argsShape,
  deadlineMs: 10 * MINUTE_MS,
  async run(args, context) {
    const store = await openCommunityStore(context.home, { signal: context.signal });
    return await context.step('remove', removeStep(args, store, context));
  },
});

function removeStep(
  { repositoryId: id }: Args,
  store: CommunityStore,
  { signal, progress }: JobContext,
): Step<StoreRemoveResult> {
  const isGone = async () => (await store.info(id, { signal }))?.installed !== true;
  const untilGone = () => store.until(isGone, { deadlineMs: GONE_MS, signal });
  const resultOf = (stored: unknown) => {
    const { fullName: repository, category } = markerShape.parse(stored);
    return { repository_id: id, repository, category };
  };
  return {
    async marker() {
      const found = await store.info(id, { signal });
      if (!found) throw notThere(id, store);
      const { full_name: fullName, category, installed } = found;
      if (!installed) throw notInstalled(id, fullName);
      return { fullName, category };
    },
    async act(stored) {
      const result = resultOf(stored);
      await progress(0, 1, `removing ${result.repository}`);
      // By an earlier attempt that nobody saw the end of.
      if (await isGone()) return result;
      await store.uninstall(id, { signal });
      if (await untilGone()) return result;
      throw new Fault(
        'SERVICE_CALL_FAILED',
        `${store.name} took the removal of ${result.repository}, and still shows it.`,
        {
          suggestion: "Look with ha_get_hacs_info action 'info', and at the log with ha_get_logs.",
          context: { repository_id: id },
        },
      );
    },
    async observe(stored) {
      // One that stays has not been removed: sent again, it removes nothing but what was to go.
      return (await untilGone()) ? { is: 'done', result: resultOf(stored) } : { is: 'not_done' };
    },
  };
}

function notInstalled(id: string, fullName: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `${fullName} is not installed.`, {
    suggestion: "Nothing was done. ha_get_hacs_info action 'search' with installed_only shows what is.",
    context: { repository_id: id },
  });
}
