import { Fault } from '@hub/core/fault.ts';
import { APP_ACTIONS, addAppRepository, readStore, removeAppRepository } from '@hub/ha/apps.ts';
import { homeAfterShape } from '@hub/jobs/health/compare.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer, type ToolContext } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { withHealth } from '../shared/with-health.ts';

export const STORE_ACTIONS = ['add_repository', 'remove_repository'] as const;
const ACTIONS = [...APP_ACTIONS, ...STORE_ACTIONS] as const;

export type ManageAction = (typeof ACTIONS)[number];

const CLONE_MS = 100_000;

const DONE: Readonly<Record<(typeof APP_ACTIONS)[number], string>> = {
  install: 'is installed; start it with action start',
  uninstall: 'is uninstalled',
  start: 'is started',
  stop: 'is stopped',
  restart: 'is restarted',
  rebuild: 'is rebuilt',
  update: 'is updated',
};

const resultShape = z.looseObject({
  ...{ name: z.string(), version: z.string().nullable(), state: z.string().nullable() },
  health: homeAfterShape.optional(),
});

/** @throws Fault VALIDATION_INVALID_PARAMETER */
export function checkedAction(given: string): ManageAction {
  const wanted = given.trim().toLowerCase();
  const action = ACTIONS.find((one) => one === wanted);
  if (action) return action;
  throw invalidParameter('action', `there is no '${given.slice(0, 40)}'.`, `Use one of ${ACTIONS.join(', ')}.`, {
    valid_actions: ACTIONS,
  });
}

/** Does it as a job: quick ones end within the call. */
export async function actOnApp(context: ToolContext, slug: string, action: (typeof APP_ACTIONS)[number]) {
  const told = { action, slug };
  const dedupKey = `app.act:${slug}:${action}`;
  const answer = await startAndFollow(context, 'app.act', { slug, action }, { dedupKey, told });
  return 'note' in answer ? { ...answer, ...told } : acted.answer(answer, told);
}

const toldShape = z.object({ action: z.enum(APP_ACTIONS), slug: z.string() });

export const acted = lateAnswer({
  told: toldShape,
  answer({ jobId, result }: EndedJob, { action, slug }: z.output<typeof toldShape>) {
    const { name, version, state, health } = resultShape.parse(result);
    return {
      success: true as const,
      ...{ action, slug, status: 'completed', job_id: jobId, version, state },
      message: `${name} ${DONE[action]}.`,
      ...withHealth(health),
    };
  },
});

/** Adds or removes a store; that it was so already is no failure. @throws Fault */
export async function changeStores(context: ToolContext, action: (typeof STORE_ACTIONS)[number], given: string) {
  const { home, signal } = context;
  const repository = given.trim();
  const { repositories } = await readStore(home, { signal });
  const present = repositories.find(({ slug, url, source }) => [slug, url, source].includes(repository));
  const isWanted = action === 'add_repository';
  const said = (message: string) => ({ success: true as const, action, repository, message });
  if (isWanted === (present !== undefined))
    return said(isWanted ? 'The store is there already.' : 'There is no such store; nothing to remove.');
  try {
    if (present) await removeAppRepository(home, present.slug, { signal, deadlineMs: CLONE_MS });
    else await addAppRepository(home, checkedUrl(repository), { signal, deadlineMs: CLONE_MS });
  } catch (error) {
    throw explained(error, action);
  }
  return said(
    isWanted ? "The store is added: ha_get_app with source 'available' lists its apps." : 'The store is removed.',
  );
}

/** A git address over https, without anybody's password in it. */
function checkedUrl(text: string): string {
  const url = URL.parse(text.split('#')[0] ?? '');
  if (url?.protocol === 'https:' && url.username === '' && url.password === '') return text;
  throw invalidParameter(
    'repository',
    'give the https address of a store.',
    'It looks like https://github.com/owner/repository.',
  );
}

function explained(error: unknown, action: ManageAction): unknown {
  if (!(error instanceof Fault) || error.context['ha_error_code'] !== 'unknown_error') return error;
  return new Fault(error.code, error.message, {
    suggestion:
      action === 'add_repository'
        ? 'Check the address: it must be a public repository of apps.'
        : 'A store whose apps are installed stays until they are uninstalled.',
    context: error.context,
    outcomeUnknown: error.outcomeUnknown,
    cause: error,
  });
}
