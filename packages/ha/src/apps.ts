import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { readText } from './body.ts';
import type { CallOptions, Home, HttpRequest } from './home.ts';
import { waitForPush } from './wait-for-push.ts';

const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

const appSchema = z.looseObject({
  slug: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  repository: z.string().nullish(),
  version: z.string().nullish(),
  version_latest: z.string().nullish(),
  update_available: z.boolean().default(false),
  state: z.string().nullish(),
  installed: z.union([z.boolean(), z.string()]).nullish(),
  available: z.boolean().default(true),
  url: z.string().nullish(),
});
const detailSchema = appSchema.extend({
  options: z.record(z.string(), z.unknown()).default({}),
  schema: z.array(z.looseObject({ name: z.string() })).nullish(),
  network: z.record(z.string(), z.number().nullable()).nullish(),
  boot: z.string().nullish(),
  auto_update: z.boolean().nullish(),
  watchdog: z.boolean().nullish(),
  ingress: z.boolean().nullish(),
  ingress_entry: z.string().nullish(),
});
const repositorySchema = z.looseObject({
  slug: z.string(),
  name: z.string().nullish(),
  source: z.string().nullish(),
  url: z.string().nullish(),
  maintainer: z.string().nullish(),
});
const jobSchema = z.looseObject({
  name: z.string().nullish(),
  reference: z.string().nullish(),
  done: z.boolean().nullish(),
});

export type AppRow = z.infer<typeof appSchema>;
export type AppDetail = z.infer<typeof detailSchema>;
export type AppRepository = z.infer<typeof repositorySchema>;

/** The name an app has for the Supervisor: `core_mosquitto`. */
export const APP_SLUG = /^[A-Za-z0-9_-]{1,100}$/;

/** The JSON answer of the Supervisor. @throws Fault SERVICE_CALL_FAILED, also where there is none; VALIDATION_FAILED with its reason */
async function ask(home: Home, request: HttpRequest, options: CallOptions = {}): Promise<unknown> {
  try {
    return JSON.parse(await readText(await home.supervisor(request, options), MAX_ANSWER_BYTES));
  } catch (error) {
    if (error instanceof Fault && error.code === 'COMPONENT_NOT_INSTALLED') throw noSupervisor(request.path, error);
    throw error instanceof Fault && ECHO.test(error.message) ? withoutEcho(error) : error;
  }
}

/** To its reason the Supervisor adds what it was given: all options of an app, the stored passwords among them. */
const ECHO = /\. Got .*$/s;

/** Without its cause, which says the same. */
function withoutEcho({ code, message, suggestions, context, outcomeUnknown }: Fault): Fault {
  return new Fault(code, message.replace(ECHO, '.'), { suggestion: suggestions, context, outcomeUnknown });
}

/** Clients know it as a call that failed, with the endpoint that nobody answers. */
function noSupervisor(endpoint: string, cause: Fault): Fault {
  const { message, suggestions } = cause;
  return new Fault('SERVICE_CALL_FAILED', message, { suggestion: suggestions, context: { endpoint }, cause });
}

/** What is installed. Source: Supervisor `GET /addons`. */
export async function listApps(home: Home, options: CallOptions = {}): Promise<readonly AppRow[]> {
  const answer = await ask(home, { method: 'GET', path: '/addons' }, options);
  return z.object({ addons: z.array(appSchema) }).parse(answer).addons;
}

/** All that could be installed, and the stores it is in. Source: Supervisor `GET /store`. */
export async function readStore(
  home: Home,
  options: CallOptions = {},
): Promise<{ readonly addons: readonly AppRow[]; readonly repositories: readonly AppRepository[] }> {
  const answer = await ask(home, { method: 'GET', path: '/store' }, options);
  return z.object({ addons: z.array(appSchema), repositories: z.array(repositorySchema) }).parse(answer);
}

/** An installed app with its options (which hold passwords); undefined when it is not installed. Source: Supervisor `GET /addons/<slug>/info`. */
export async function readApp(home: Home, slug: string, options: CallOptions = {}): Promise<AppDetail | undefined> {
  try {
    return detailSchema.parse(await ask(home, { method: 'GET', path: `/addons/${slug}/info` }, options));
  } catch (error) {
    // The Supervisor has no code for it that Home Assistant would pass on.
    if (!(error instanceof Fault) || error.context['ha_error_code'] !== 'unknown_error') throw error;
    const isInstalled = (await listApps(home, options)).some((app) => app.slug === slug);
    if (isInstalled) throw error;
    return undefined;
  }
}

/** An app as its store offers it; undefined when no store has it. Source: Supervisor `GET /store/addons/<slug>`. */
export async function readStoreApp(home: Home, slug: string, options: CallOptions = {}): Promise<AppRow | undefined> {
  return (await readStore(home, options)).addons.find((app) => app.slug === slug);
}

/** Percent and bytes of now. Source: Supervisor `GET /addons/<slug>/stats`. */
export async function readAppStats(
  home: Home,
  slug: string,
  options: CallOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  return z.looseObject({}).parse(await ask(home, { method: 'GET', path: `/addons/${slug}/stats` }, options));
}

export const APP_ACTIONS = ['install', 'uninstall', 'start', 'stop', 'restart', 'rebuild', 'update'] as const;

export type AppAction = (typeof APP_ACTIONS)[number];

/** Answers when it has ended, after minutes where an image is pulled. @throws Fault with the Supervisor's reason */
export async function runAppAction(
  home: Home,
  slug: string,
  action: AppAction,
  options: CallOptions = {},
): Promise<void> {
  const path =
    action === 'install' || action === 'update' ? `/store/addons/${slug}/${action}` : `/addons/${slug}/${action}`;
  await ask(home, { method: 'POST', path }, options);
}

/** Replaces what is given: `options` as a whole, the ports of `network` one by one. Source: Supervisor `POST /addons/<slug>/options`. */
export async function setAppOptions(
  home: Home,
  slug: string,
  body: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<void> {
  await ask(home, { method: 'POST', path: `/addons/${slug}/options`, body }, options);
}

const verdictSchema = z.object({ valid: z.boolean(), message: z.string().nullish() });

/** What the Supervisor says to options as a whole, without storing them. Source: Supervisor `POST /addons/<slug>/options/validate`. @throws Fault */
export async function checkAppOptions(
  home: Home,
  slug: string,
  options: Readonly<Record<string, unknown>>,
  call: CallOptions = {},
): Promise<{ readonly isValid: boolean; readonly message: string }> {
  const request = { method: 'POST', path: `/addons/${slug}/options/validate`, body: options } as const;
  const { valid, message } = verdictSchema.parse(await ask(home, request, { ...call, isWrite: false }));
  return { isValid: valid, message: (message ?? '').replace(ECHO, '.') };
}

/** Clones it, which takes a while. Source: Supervisor `POST /store/repositories`. */
export async function addAppRepository(home: Home, url: string, options: CallOptions = {}): Promise<void> {
  await ask(home, { method: 'POST', path: '/store/repositories', body: { repository: url } }, options);
}

/** Source: Supervisor `DELETE /store/repositories/<slug>`. */
export async function removeAppRepository(home: Home, slug: string, options: CallOptions = {}): Promise<void> {
  await ask(home, { method: 'DELETE', path: `/store/repositories/${slug}` }, options);
}

/** Is the Supervisor at work on this app? Source: Supervisor `GET /jobs/info`. */
async function isAppBusy(home: Home, slug: string, options: CallOptions = {}): Promise<boolean> {
  const answer = await ask(home, { method: 'GET', path: '/jobs/info' }, options);
  const { jobs } = z.looseObject({ jobs: z.array(jobSchema).default([]) }).parse(answer);
  return jobs.some((job) => job.reference === slug && job.done !== true);
}

/** True once the Supervisor has ended what it does to this app; told by its events. */
export function untilAppIdle(
  home: Home,
  slug: string,
  options: { readonly deadlineMs: number; readonly signal: AbortSignal },
): Promise<boolean> {
  const isIdle = async () => !(await isAppBusy(home, slug, { signal: options.signal }));
  return waitForPush(home, { type: 'supervisor/subscribe' }, isIdle, options);
}

/** A key to the pages of apps, good for 15 minutes. A secret. Source: Supervisor `POST /ingress/session`. */
export async function openIngressSession(home: Home, options: CallOptions = {}): Promise<string> {
  const answer = await ask(home, { method: 'POST', path: '/ingress/session' }, { ...options, isWrite: false });
  return z.object({ session: z.string().regex(/^[\w-]{16,}$/) }).parse(answer).session;
}
