import { Fault } from '@hub/core/fault.ts';
import {
  APP_ACTIONS,
  APP_SLUG,
  type AppAction,
  type AppDetail,
  readApp,
  readStoreApp,
  runAppAction,
  untilAppIdle,
} from '@hub/ha/apps.ts';
import { z } from 'zod';
import { defineJob, type JobContext, type Observation, type Step } from '../define.ts';
import { betweenLooks, LOOK_AFTER_MS } from '../health/between-looks.ts';
import type { HomeAfter } from '../health/compare.ts';

const argsShape = z.strictObject({ slug: z.string().regex(APP_SLUG), action: z.enum(APP_ACTIONS) });

type Args = z.output<typeof argsShape>;

export interface AppActResult {
  readonly slug: string;
  readonly action: AppAction;
  readonly name: string;
  /** What is installed now; null after an uninstall. */
  readonly version: string | null;
  readonly state: string | null;
}

const markerShape = z.object({ name: z.string(), version: z.string().nullable(), state: z.string().nullable() });
type Marker = z.output<typeof markerShape>;

const HOUR_MS = 3_600_000;

/** After an update: how the home does then. */
interface AppActOutcome extends AppActResult {
  readonly health?: HomeAfter;
}

/** One thing done to an app, and said to be done when the Supervisor shows it. */
export const job = defineJob<Args, AppActOutcome>({
  kind: 'app.act',
  title: 'Install, update, start or stop an app',
  isExclusive: true,
  args: argsShape,
  // An image over a slow line.
  deadlineMs: 2 * HOUR_MS + LOOK_AFTER_MS,
  async run(args, context) {
    await context.progress(0, 1, `${args.action} ${args.slug}`);
    const act = () => context.step(args.action, actStep(args, context));
    if (args.action !== 'update') return await act();
    const shows = async () =>
      (await readApp(context.home, args.slug, { signal: context.signal }))?.update_available === false;
    return await betweenLooks(act, shows, context);
  },
});

function actStep({ slug, action }: Args, { home, signal }: JobContext): Step<AppActResult> {
  const read = () => readApp(home, slug, { signal });
  const resultOf = (marker: Marker, app: AppDetail | undefined): AppActResult => ({
    ...{ slug, action, name: app?.name ?? marker.name },
    ...{ version: app?.version ?? null, state: app?.state ?? null },
  });
  return {
    async marker() {
      const app = await read();
      refuseUnfit(slug, action, app);
      const offered = app ?? (await readStoreApp(home, slug, { signal }));
      if (!offered) throw notInAnyStore(slug);
      return { name: offered.name, version: app?.version ?? null, state: app?.state ?? null };
    },
    async act(stored) {
      await runAppAction(home, slug, action, { signal, deadlineMs: 2 * HOUR_MS });
      const marker = markerShape.parse(stored);
      const app = await read();
      if (seen(action, marker, app) === 'not_done') throw answeredButUnseen(slug, action);
      return resultOf(marker, app);
    },
    async observe(stored) {
      const marker = markerShape.parse(stored);
      const isIdle = await untilAppIdle(home, slug, { deadlineMs: HOUR_MS, signal });
      if (!isIdle) return { is: 'unknown' };
      const app = await read();
      const is = seen(action, marker, app);
      return is === 'done' ? { is, result: resultOf(marker, app) } : { is };
    },
  };
}

/** Did it happen, going by how the app stands? A restart or a rebuild leaves no trace. */
function seen(action: AppAction, { version }: Marker, app: AppDetail | undefined): Observation {
  const isRunning = app?.state === 'started' || app?.state === 'startup';
  switch (action) {
    case 'install':
      return app ? 'done' : 'not_done';
    case 'uninstall':
      return app ? 'not_done' : 'done';
    case 'update':
      return app && app.version !== version ? 'done' : 'not_done';
    case 'start':
      return isRunning ? 'done' : 'not_done';
    case 'stop':
      return app && !isRunning ? 'done' : 'not_done';
    case 'restart':
    case 'rebuild':
      return 'unknown';
  }
}

/** @throws Fault for what would change nothing, so that nothing already there is taken for done just now */
function refuseUnfit(slug: string, action: AppAction, app: AppDetail | undefined): void {
  if (action === 'install') {
    if (app) throw standing('RESOURCE_ALREADY_EXISTS', slug, `The app ${slug} is installed already.`);
    return;
  }
  if (!app) {
    throw new Fault('RESOURCE_NOT_FOUND', `The app ${slug} is not installed.`, {
      suggestion: ["ha_get_app lists what is; action 'install' installs it."],
      context: { slug },
    });
  }
  if (action === 'update' && !app.update_available)
    throw standing(
      'RESOURCE_ALREADY_EXISTS',
      slug,
      `There is no update for the app ${slug}: ${app.version ?? ''} is the latest.`,
    );
}

function standing(code: 'RESOURCE_ALREADY_EXISTS', slug: string, message: string): Fault {
  return new Fault(code, message, {
    suggestion: 'Nothing was done. ha_get_app with its slug shows it.',
    context: { slug },
  });
}

function notInAnyStore(slug: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `No store of this home has an app ${slug}.`, {
    suggestion: "ha_get_app with source 'available' lists what there is; add_repository adds a store.",
    context: { slug },
  });
}

function answeredButUnseen(slug: string, action: AppAction): Fault {
  return new Fault('SERVICE_CALL_FAILED', `The Supervisor took '${action}' for ${slug}, but it does not show.`, {
    suggestion: "Look at the app with ha_get_app, and at its log with ha_get_logs source 'supervisor'.",
    context: { slug },
  });
}
