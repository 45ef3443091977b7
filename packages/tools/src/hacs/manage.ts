import { Fault } from '@hub/core/fault.ts';
import { type CommunityStore, openCommunityStore } from '@hub/ha/community-store.ts';
import { homeAfterShape } from '@hub/jobs/health/compare.ts';
import { z } from 'zod';
import { defineTool, type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { timed, timedShape } from '../shared/local-time.ts';
import { successShape } from '../shared/parameters.ts';
import { withHealth } from '../shared/with-health.ts';
import { byName, CATEGORIES, fullNameOf, repositoryIdOf, storeCategory } from './find-repository.ts';
import { refuseForeign } from './foreign-parameters.ts';

/** HACS says yes first and looks at the repository afterwards. */
const REGISTER_MS = 25_000;

const input = z.strictObject({
  action: z.enum(['download', 'add_repository', 'remove', 'update_information']),
  repository_id: z.string().nullish().describe('the id, or owner/name; not for add_repository'),
  version: z.string().nullish().describe('download: the newest unless told'),
  repository: z.string().nullish().describe('add_repository: owner/name'),
  category: z.enum(CATEGORIES).nullish().describe('add_repository: what it holds'),
});

type Input = z.infer<typeof input>;
type Action = Input['action'];

const OWN: Readonly<Record<Action, readonly string[]>> = {
  download: ['repository_id', 'version'],
  remove: ['repository_id'],
  update_information: ['repository_id'],
  add_repository: ['repository', 'category'],
};

const installedShape = z.looseObject({
  repository: z.string(),
  category: z.string(),
  installed_version: z.string().nullable(),
  health: homeAfterShape.optional(),
});
const removedShape = z.looseObject({ repository: z.string(), category: z.string() });
const toldShape = z.object({
  store: z.string(),
  repository_id: z.string(),
  version: z.string().nullable(),
  timeZone: z.string(),
});
const removalShape = toldShape.omit({ version: true });

const installed = lateAnswer({
  told: toldShape,
  answer({ jobId, result }: EndedJob, { timeZone, version, ...told }: z.output<typeof toldShape>) {
    const { repository, category, installed_version: isVersion, health } = installedShape.parse(result);
    const data = {
      ...{ ...told, repository, version: isVersion ?? version ?? 'latest' },
      message: `${repository} is installed.`,
      note:
        category === 'integration'
          ? 'It takes effect after a restart of Home Assistant: ha_restart.'
          : 'Reload the page in the browser to see it.',
      job_id: jobId,
    };
    return { success: true as const, ...timed(data, timeZone), ...withHealth(health) };
  },
});

const removed = lateAnswer({
  told: removalShape,
  answer({ jobId, result }: EndedJob, { timeZone, ...told }: z.output<typeof removalShape>) {
    const { repository, category } = removedShape.parse(result);
    const data = {
      ...{ ...told, repository },
      message: `${repository} is removed.`,
      note:
        category === 'integration'
          ? 'It runs until Home Assistant restarts (ha_restart); what was set up with it then fails until it is removed too.'
          : 'What used it (dashboard cards, a chosen theme) stays and may now fail.',
      job_id: jobId,
    };
    return { success: true as const, ...timed(data, timeZone) };
  },
});

export const tool = defineTool({
  name: 'ha_manage_hacs',
  title: 'Manage HACS',
  docs: "Installs or updates (download), removes, refreshes or adds community repositories in HACS or Home Assistant's built-in marketplace. It runs other people's code in the home: ask the person first, and show what ha_get_hacs_info says. Integrations then need a restart. After a download the home is looked at: tell the person when health says worse. What takes long goes on as a job.",
  tags: ['HACS'],
  scope: 'home',
  effect: { lowest: 'system', max: 'destroy', of: ({ action }) => (action === 'remove' ? 'destroy' : 'system') },
  openWorld: true,
  input,
  output: z.looseObject({
    ...successShape,
    ...timedShape,
    metadata: timedShape.metadata.optional(),
    status: z.string().optional(),
  }),
  items: ({ repository_id: id, repository }) =>
    [{ kind: 'repository', id: id ?? repository ?? '' }].filter((item) => item.id !== ''),
  answers: { 'store.install': installed, 'store.remove': removed },
  async run(call, context): Promise<{ success: true } & Record<string, unknown>> {
    const { action, ...given } = call;
    refuseForeign(action, given, OWN[action]);
    const store = await openCommunityStore(context.home, { signal: context.signal });
    if (action === 'add_repository') return await add(store, call, context);
    const id = await repositoryIdOf(store, call.repository_id, context.signal);
    if (action === 'download') return await download(store, id, call, context);
    return action === 'remove' ? await remove(store, id, context) : await refresh(store, id, context);
  },
});

async function download(store: CommunityStore, id: string, { version }: Input, context: ToolContext) {
  const args = { repositoryId: id, ...(version ? { version } : {}) };
  const { timeZone } = context.home.info;
  const told = { store: store.kind, repository_id: id, version: version ?? null, timeZone };
  const answer = await startAndFollow(context, 'store.install', args, { dedupKey: `store.install:${id}`, told });
  return 'note' in answer ? { ...answer, action: 'download', repository_id: id } : installed.answer(answer, told);
}

async function remove(store: CommunityStore, id: string, context: ToolContext) {
  const told = { store: store.kind, repository_id: id, timeZone: context.home.info.timeZone };
  const args = { repositoryId: id };
  const answer = await startAndFollow(context, 'store.remove', args, { dedupKey: `store.remove:${id}`, told });
  return 'note' in answer ? { ...answer, action: 'remove', repository_id: id } : removed.answer(answer, told);
}

async function refresh(store: CommunityStore, id: string, context: ToolContext) {
  const { full_name: repository } = await known(store, id, context.signal);
  await store.refresh(id, { signal: context.signal });
  const { installed_version, available_version, pending_upgrade } = await known(store, id, context.signal);
  return said(context, {
    ...{ store: store.kind, repository_id: id, repository },
    message: `${repository} was looked up anew.`,
    ...{
      installed_version: installed_version ?? null,
      available_version: available_version ?? null,
      pending_update: pending_upgrade,
    },
  });
}

async function add(store: CommunityStore, { repository, category }: Input, context: ToolContext) {
  if (!repository || !category) {
    const parameter = repository ? 'category' : 'repository';
    throw new Fault('VALIDATION_MISSING_PARAMETER', `\`${parameter}\` is needed for add_repository.`, {
      suggestion: 'Give owner/name and what it holds.',
      context: { parameter },
    });
  }
  const { signal } = context;
  const fullName = fullNameOf(repository);
  await store.add(fullName, storeCategory(category), { signal });
  let added = undefined as Awaited<ReturnType<typeof store.list>>[number] | undefined;
  const look = async () => {
    added = byName(await store.list(undefined, { signal }), fullName);
    return added !== undefined;
  };
  const isThere = await store.until(look, { deadlineMs: REGISTER_MS, signal });
  if (!isThere) {
    throw new Fault('SERVICE_CALL_FAILED', `${store.name} took ${fullName}, but does not list it.`, {
      suggestion: 'It may be archived, or hold something else than this category: look at the log with ha_get_logs.',
      context: { repository: fullName, category },
    });
  }
  return said(context, {
    ...{ store: store.kind, repository: fullName, category, repository_id: added?.id ?? null },
    message: `${fullName} is in ${store.name}; action 'download' installs it.`,
  });
}

async function known(store: CommunityStore, id: string, signal: AbortSignal) {
  const found = await store.info(id, { signal });
  if (found) return found;
  throw new Fault('RESOURCE_NOT_FOUND', `There is no repository ${id} in ${store.name}.`, {
    suggestion: "Find it with ha_get_hacs_info action 'search'.",
    context: { repository_id: id },
  });
}

function said<T>(context: ToolContext, data: T) {
  return { success: true as const, ...timed(data, context.home.info.timeZone) };
}
