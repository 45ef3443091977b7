import { newSecret } from '@hub/core/ids.ts';
import { type Json, recordOf, slugOf, textOf } from '../read.ts';
import { addBackup, backupRows } from './supervisor-backups.ts';
import {
  coreInfo,
  hostInfo,
  installedDetail,
  installedRow,
  networkInfo,
  osInfo,
  resolutionInfo,
  rootInfo,
  stats,
  storeDetail,
  storeRow,
  supervisorInfo,
} from './supervisor-facts.ts';
import {
  type App,
  type InstalledApp,
  type SupervisorJob,
  type SupervisorModel,
  tell,
  work,
} from './supervisor-model.ts';

/** What the Supervisor refuses, with its status. */
export class SupervisorRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'SupervisorRefusal';
    this.status = status;
  }
}

interface Request {
  readonly model: SupervisorModel;
  /** What the route's pattern captured. */
  readonly part: string;
  readonly body: Json;
}

type Route = readonly [method: string, pattern: RegExp, run: (request: Request) => unknown];

function appOf({ model, part }: Request): App {
  const app = model.apps.get(part);
  if (!app) throw new SupervisorRefusal(404, `App ${part} does not exist in the store`);
  return app;
}

function installedOf(request: Request): InstalledApp {
  const installed = model(request).apps.get(request.part)?.installed;
  if (!installed) throw new SupervisorRefusal(404, `App ${request.part} does not exist`);
  return installed;
}

const model = ({ model }: Request) => model;
const nothing = () => ({});

function setState(request: Request, state: InstalledApp['state']): void {
  installedOf(request).state = state;
  tell(request.model, { event: 'addon', slug: request.part, state });
}

async function act(request: Request, verb: 'start' | 'stop' | 'restart' | 'rebuild'): Promise<unknown> {
  installedOf(request);
  const name = `addon_${verb}`;
  return await work(request.model, { name, reference: request.part }, () => {
    setState(request, verb === 'stop' ? 'stopped' : 'started');
    return {};
  });
}

function options(request: Request): unknown {
  const installed = installedOf(request);
  const { options: wanted, network, boot, auto_update: autoUpdate, watchdog, ...rest } = request.body;
  const [foreign] = Object.keys(rest);
  if (foreign)
    throw new SupervisorRefusal(400, `extra keys not allowed @ data['${foreign}']. Got ${textOf(rest[foreign])}`);
  if (wanted !== undefined) installed.options = checkedOptions(appOf(request), recordOf(wanted));
  if (network !== undefined) installed.network = { ...installed.network, ...recordOf(network) };
  if (boot !== undefined) installed.boot = textOf(boot);
  if (autoUpdate !== undefined) installed.autoUpdate = autoUpdate === true;
  if (watchdog !== undefined) installed.watchdog = watchdog === true;
  return {};
}

/** The real one answers with its verdict and never refuses. */
function validateOptions(request: Request): unknown {
  installedOf(request);
  try {
    checkedOptions(appOf(request), request.body);
    return { message: '', valid: true, pwned: false };
  } catch (error) {
    if (!(error instanceof SupervisorRefusal)) throw error;
    return { message: error.message, valid: false, pwned: false };
  }
}

/** As the real one: an unknown option is dropped in silence, what is wrong is refused with all that was sent. */
function checkedOptions(app: App, wanted: Json): Json {
  const known = new Map(app.schema.map((one) => [textOf(one['name']), one]));
  const missing = app.schema.find((one) => one['required'] === true && wanted[textOf(one['name'])] === undefined);
  if (missing)
    throw new SupervisorRefusal(
      400,
      `Missing option '${textOf(missing['name'])}' in root in ${app.name} (${app.slug}). Got ${JSON.stringify(wanted)}`,
    );
  const kept = known.size === 0 ? wanted : Object.fromEntries(Object.entries(wanted).filter(([key]) => known.has(key)));
  const wrong = Object.entries(kept).find(
    ([key, value]) => known.get(key)?.['type'] === 'boolean' && typeof value !== 'boolean',
  );
  if (wrong)
    throw new SupervisorRefusal(
      400,
      `expected boolean for dictionary value @ data['options']. Got ${JSON.stringify(wanted)}`,
    );
  return kept;
}

/** Answers when it is done, or at once with the job's id when asked to work in the background. */
async function longWork(request: Request, name: string, apply: (job: SupervisorJob) => void): Promise<unknown> {
  const running = work(request.model, { name, reference: request.part || null }, (job) => {
    apply(job);
    return {};
  });
  if (request.body['background'] !== true) return await running;
  running.catch(() => undefined);
  return { job_id: [...request.model.jobs.keys()].at(-1) };
}

function install(request: Request): Promise<unknown> {
  const app = appOf(request);
  if (app.installed) throw new SupervisorRefusal(400, `App ${app.slug} is already installed`);
  return longWork(request, 'addon_manager_install', () => {
    if (app.failsWith) throw new SupervisorRefusal(400, app.failsWith);
    app.installed = {
      ...{ version: app.latestVersion, state: 'stopped', options: app.defaults, network: null },
      ...{ boot: 'auto', autoUpdate: false, watchdog: false },
    };
    tell(request.model, { event: 'addon', slug: app.slug, state: 'stopped' });
  });
}

function update(request: Request): Promise<unknown> {
  const app = appOf(request);
  const installed = installedOf(request);
  if (installed.version === app.latestVersion)
    throw new SupervisorRefusal(400, `No update available for app ${app.slug}`);
  return longWork(request, 'addon_manager_update', () => {
    installed.version = app.latestVersion;
  });
}

function uninstall(request: Request): Promise<unknown> {
  installedOf(request);
  return longWork(request, 'addon_manager_remove', () => {
    appOf(request).installed = undefined;
  });
}

function addRepository({ model, body }: Request): unknown {
  const url = textOf(body['repository']);
  if ([...model.repositories.values()].some((one) => one.url === url && one.source !== 'local'))
    throw new SupervisorRefusal(400, `Can't add ${url}, already in the store`);
  if (url.includes('unreachable')) throw new SupervisorRefusal(400, `Can't clone ${url} repository`);
  const slug = slugOf(url).slice(-8);
  model.repositories.set(slug, { slug, name: slug, source: url, url, maintainer: 'somebody' });
  return {};
}

function removeRepository({ model, part }: Request): unknown {
  const found = model.repositories.get(part);
  if (!found) throw new SupervisorRefusal(404, `Repository ${part} does not exist in the store`);
  if ([...model.apps.values()].some((app) => app.repository === part && app.installed))
    throw new SupervisorRefusal(400, `Can't remove '${found.url}'. It's used by installed apps`);
  model.repositories.delete(part);
  return {};
}

async function updateCore(request: Request): Promise<unknown> {
  return await longWork(request, 'home_assistant_core_update', () => {
    request.model.versions.core = request.model.latest.core;
    void request.model.restartCore();
  });
}

function makeBackup(request: Request): Promise<unknown> {
  const { model, body } = request;
  return longWork(request, 'backup_manager_partial_backup', (job) => {
    const failure = model.backupFailsWith;
    model.backupFailsWith = undefined;
    if (failure !== undefined) throw new SupervisorRefusal(400, failure);
    job.reference = addBackup(model, body);
  });
}

function backupOf({ model, part }: Request): Json {
  const found = model.backups.get(part);
  if (!found) throw new SupervisorRefusal(404, `Backup ${part} does not exist`);
  return found;
}

function jobOf({ model, part }: Request): Json {
  const found = model.jobs.get(part);
  if (!found) throw new SupervisorRefusal(404, 'Job does not exist');
  return { ...found, child_jobs: [], extra: null };
}

const answerOf = (read: (model: SupervisorModel) => unknown) => (request: Request) => read(request.model);
const rowsOf = (model: SupervisorModel) => [...model.apps.values()];
const storeOf = (model: SupervisorModel) => ({
  addons: rowsOf(model).map(storeRow),
  repositories: [...model.repositories.values()],
});
const jobsOf = (model: SupervisorModel) =>
  [...model.jobs.values()].map((job) => ({ ...job, child_jobs: [], extra: null }));

/** The part of the Supervisor's API that Home Assistant itself uses, and what tools ask for. Source: supervisor `api/__init__.py`. */
const routes: readonly Route[] = [
  ['GET', /^\/supervisor\/ping$/, nothing],
  ['GET', /^\/info$/, answerOf(rootInfo)],
  ['GET', /^\/core\/info$/, answerOf(coreInfo)],
  ['GET', /^\/supervisor\/info$/, supervisorInfo],
  ['GET', /^\/os\/info$/, answerOf(osInfo)],
  ['GET', /^\/host\/info$/, hostInfo],
  ['GET', /^\/network\/info$/, networkInfo],
  ['GET', /^\/resolution\/info$/, () => resolutionInfo],
  ['GET', /^\/(?:core|supervisor|addons\/[^/]+)\/stats$/, () => stats],
  ['GET', /^\/mounts$/, () => ({ default_backup_mount: null, mounts: [] })],
  ['GET', /^\/discovery$/, () => ({ discovery: [], services: {} })],
  ['GET', /^\/backups$/, answerOf(backupRows)],
  ['GET', /^\/backups\/([^/]+)\/info$/, backupOf],
  ['POST', /^\/backups\/new\/partial$/, makeBackup],
  [
    'DELETE',
    /^\/backups\/([^/]+)$/,
    (request) => backupOf(request) && request.model.backups.delete(request.part) && {},
  ],
  ['GET', /^\/ingress\/panels$/, () => ({ panels: {} })],
  ['GET', /^\/jobs\/([0-9a-f]{32})$/, jobOf],
  ['GET', /^\/jobs\/info$/, answerOf((model) => ({ ignore_conditions: [], jobs: jobsOf(model) }))],
  [
    'GET',
    /^\/addons$/,
    answerOf((model) => ({
      addons: rowsOf(model)
        .filter((app) => app.installed)
        .map(installedRow),
    })),
  ],
  [
    'GET',
    /^\/addons\/([^/]+)\/info$/,
    (request) => installedOf(request) && installedDetail(appOf(request), request.model.ingressToken),
  ],
  ['GET', /^\/store$/, answerOf(storeOf)],
  ['GET', /^\/store\/addons\/([^/]+)$/, (request) => storeDetail(appOf(request))],
  ['GET', /^\/store\/repositories$/, answerOf((model) => [...model.repositories.values()])],
  ['POST', /^\/addons\/([^/]+)\/start$/, (request) => act(request, 'start')],
  ['POST', /^\/addons\/([^/]+)\/stop$/, (request) => act(request, 'stop')],
  ['POST', /^\/addons\/([^/]+)\/restart$/, (request) => act(request, 'restart')],
  ['POST', /^\/addons\/([^/]+)\/rebuild$/, (request) => act(request, 'rebuild')],
  ['POST', /^\/addons\/([^/]+)\/options$/, options],
  ['POST', /^\/addons\/([^/]+)\/options\/validate$/, validateOptions],
  ['POST', /^\/addons\/([^/]+)\/uninstall$/, uninstall],
  ['POST', /^\/store\/addons\/([^/]+)\/install$/, install],
  ['POST', /^\/store\/addons\/([^/]+)\/update$/, update],
  ['POST', /^\/store\/repositories$/, addRepository],
  ['DELETE', /^\/store\/repositories\/([^/]+)$/, removeRepository],
  ['POST', /^\/store\/reload$/, nothing],
  ['POST', /^\/(?:supervisor\/options|core\/options|supervisor\/reload|reload_updates|refresh_updates)$/, nothing],
  [
    'POST',
    /^\/supervisor\/update$/,
    () => {
      throw new SupervisorRefusal(400, 'No supervisor update available - 2026.11.0');
    },
  ],
  ['POST', /^\/core\/update$/, updateCore],
  [
    'POST',
    /^\/os\/update$/,
    (request) =>
      longWork(request, 'os_manager_update', () => {
        request.model.versions.osPending = request.model.latest.os;
      }),
  ],
  [
    'POST',
    /^\/core\/restart$/,
    ({ model }) => {
      void model.restartCore();
      return {};
    },
  ],
  [
    'POST',
    /^\/ingress\/session$/,
    ({ model }) => {
      const session = newSecret();
      model.ingressSessions.add(session);
      return { session };
    },
  ],
];

/** The `data` of one request's answer. @throws SupervisorRefusal */
export async function answerSupervisor(
  model: SupervisorModel,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: unknown },
): Promise<unknown> {
  model.received.push(`${method} ${path}`);
  const route = routes.find(([verb, pattern]) => verb === method && pattern.test(path));
  if (!route) throw new SupervisorRefusal(404, '404: Not Found');
  return await route[2]({ model, part: route[1].exec(path)?.[1] ?? '', body: recordOf(body) });
}

/** Endpoints that answer with text. */
export function supervisorText(model: SupervisorModel, path: string): string | undefined {
  const [, service] = /^\/(core|supervisor|host|dns|audio|multicast)\/logs$/.exec(path) ?? [];
  if (service !== undefined) return `2026-01-01 10:00:00.000 INFO (MainThread) [${service}] ${service} is up\n`;
  const [, slug = '', what = ''] = /^\/(?:store\/)?addons\/([^/]+)\/(logs|changelog|documentation)$/.exec(path) ?? [];
  const app = model.apps.get(slug);
  if (!app) return undefined;
  return what === 'logs' ? `[info] ${app.name} started\n` : `# ${app.name}\n\n${app.description}\n`;
}
