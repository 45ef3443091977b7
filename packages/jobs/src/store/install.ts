import { Fault } from '@hub/core/fault.ts';
import { type CommunityStore, openCommunityStore, type StoreRepository } from '@hub/ha/community-store.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Step } from '../define.ts';
import { betweenLooks, LOOK_AFTER_MS } from '../health/between-looks.ts';
import type { HomeAfter } from '../health/compare.ts';
import { notThere } from './not-there.ts';

const argsShape = z.strictObject({
  repositoryId: z.string().regex(/^\w{1,40}$/),
  version: z.string().min(1).max(200).optional().describe('the newest unless told'),
});

type Args = z.output<typeof argsShape>;

export interface StoreInstallResult {
  readonly repository_id: string;
  readonly repository: string;
  readonly category: string;
  readonly installed_version: string | null;
}

const markerShape = z.object({ fullName: z.string(), from: z.string().nullable(), to: z.string().nullable() });

const MINUTE_MS = 60_000;
/** After a lost answer: how long the store may take to show what it downloaded meanwhile. */
const SHOW_MS = 5 * MINUTE_MS;

/** Something from HACS or the marketplace, installed or updated once and seen in the store, and a look at how the home does then. */
export const job = defineJob<Args, StoreInstallResult & { readonly health: HomeAfter }>({
  kind: 'store.install',
  title: 'Install from HACS or the marketplace',
  isExclusive: true,
  args: argsShape,
  deadlineMs: 30 * MINUTE_MS + LOOK_AFTER_MS,
  async run(args, context) {
    const store = await openCommunityStore(context.home, { signal: context.signal });
    const { signal } = context;
    return await betweenLooks(
      () => context.step('install', installStep(args, store, context)),
      async ({ installed_version: version }) =>
        (await store.info(args.repositoryId, { signal }))?.installed_version === version,
      context,
    );
  },
});

function installStep(
  { repositoryId: id, version }: Args,
  store: CommunityStore,
  { signal, progress }: JobContext,
): Step<StoreInstallResult> {
  const read = () => store.info(id, { signal });
  return {
    async marker() {
      const found = await read();
      if (!found) throw notThere(id, store);
      const { full_name: fullName, installed, installed_version: from, available_version: newest } = found;
      return { fullName, from: installed ? (from ?? null) : null, to: version ?? newest ?? null };
    },
    async act(stored) {
      const { fullName } = markerShape.parse(stored);
      await progress(0, 1, `downloading ${fullName}`);
      await store.install(id, version, { signal });
      const found = await read();
      if (!found?.installed) throw unseen(fullName, store);
      return resultOf(found);
    },
    async observe(stored) {
      const { from, to } = markerShape.parse(stored);
      const isThere = async () => {
        const found = await read();
        return found?.installed === true && (from === null || found.installed_version === to) && from !== to;
      };
      const isSeen = await store.until(isThere, { deadlineMs: SHOW_MS, signal });
      const found = await read();
      return isSeen && found ? { is: 'done', result: resultOf(found) } : { is: 'unknown' };
    },
  };
}

function resultOf({
  id,
  full_name: repository,
  category,
  installed_version: version,
}: StoreRepository): StoreInstallResult {
  return { repository_id: id, repository, category, installed_version: version ?? null };
}

function unseen(fullName: string, store: CommunityStore): Fault {
  return new Fault('SERVICE_CALL_FAILED', `${store.name} took ${fullName}, but does not show it as installed.`, {
    suggestion: "Look with ha_get_hacs_info action 'info', and at the log with ha_get_logs.",
  });
}
