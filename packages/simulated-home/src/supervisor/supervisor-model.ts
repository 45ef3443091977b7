import { randomUUID } from 'node:crypto';
import { newSecret } from '@hub/core/ids.ts';
import type { Json } from '../read.ts';

/** One app, in the store or installed. */
export interface App {
  readonly slug: string;
  readonly name: string;
  readonly description: string;
  readonly repository: string;
  readonly latestVersion: string;
  readonly hasIngress: boolean;
  /** Supervisor's description of its options, as `/addons/<slug>/info` tells it. */
  readonly schema: readonly Json[];
  readonly defaults: Json;
  /** What its installation fails with. */
  readonly failsWith?: string;
  /** Undefined: not installed. */
  installed: InstalledApp | undefined;
}

export interface InstalledApp {
  version: string;
  state: 'started' | 'stopped' | 'startup';
  options: Json;
  network: Json | null;
  boot: string;
  autoUpdate: boolean;
  watchdog: boolean;
}

export interface Repository {
  readonly slug: string;
  readonly name: string;
  readonly source: string;
  readonly url: string;
  readonly maintainer: string;
}

export interface SupervisorJob {
  readonly name: string;
  /** What it works on; a backup is named once it is there. */
  reference: string | null;
  readonly uuid: string;
  readonly created: string;
  progress: number;
  stage: string | null;
  done: boolean;
  errors: readonly Json[];
}

/** What plays the Supervisor of one home: its apps, its stores and the work it does. */
export interface SupervisorModel {
  readonly apps: Map<string, App>;
  readonly repositories: Map<string, Repository>;
  readonly jobs: Map<string, SupervisorJob>;
  /** As `/backups/<slug>/info` tells them. */
  readonly backups: Map<string, Json>;
  /** What the next backup fails with. */
  backupFailsWith: string | undefined;
  readonly versions: { core: string; os: string; osPending: string | null };
  readonly latest: { core: string; os: string };
  readonly ingressSessions: Set<string>;
  /** Part of the path an app is reached at; the same for all of this small house. */
  readonly ingressToken: string;
  /** What `supervisor/subscribe` tells; whoever listens is called. */
  readonly listeners: Set<(event: Json) => void>;
  /** Every request as it came, `POST /addons/x/start`, oldest first. */
  readonly received: string[];
  readonly pace: { workMs: number };
  /** Does what a real one does to Home Assistant's process; nothing here unless given. */
  restartCore: () => Promise<void>;
}

const official = 'https://github.com/home-assistant/addons';

export function createSupervisorModel(): SupervisorModel {
  return {
    apps: new Map(demoApps().map((app) => [app.slug, app])),
    repositories: new Map(
      [
        { slug: 'core', name: 'Official apps', source: 'core', url: official, maintainer: 'Home Assistant' },
        { slug: 'local', name: 'Local apps', source: 'local', url: official, maintainer: 'you' },
      ].map((one) => [one.slug, one]),
    ),
    jobs: new Map(),
    backups: new Map(),
    backupFailsWith: undefined,
    versions: { core: '2026.11.0', os: '17.0', osPending: null },
    latest: { core: '2026.11.1', os: '17.1' },
    ingressSessions: new Set(),
    ingressToken: newSecret().slice(0, 43),
    listeners: new Set(),
    received: [],
    pace: { workMs: 20 },
    restartCore: async () => undefined,
  };
}

function demoApps(): App[] {
  const base = { repository: 'core', hasIngress: false, schema: [], defaults: {}, installed: undefined };
  const running = { state: 'started', network: null, boot: 'auto', autoUpdate: false, watchdog: false } as const;
  return [
    {
      ...base,
      slug: 'core_mosquitto',
      name: 'Mosquitto broker',
      description: 'An Open Source MQTT broker',
      latestVersion: '6.5.2',
      schema: [
        {
          name: 'logins',
          type: 'schema',
          optional: true,
          multiple: true,
          schema: [
            { name: 'username', required: true, type: 'string' },
            { name: 'password', required: true, type: 'string', format: 'password' },
          ],
        },
        {
          name: 'customize',
          type: 'schema',
          optional: true,
          multiple: false,
          schema: [
            { name: 'active', required: true, type: 'boolean' },
            { name: 'folder', required: true, type: 'string' },
          ],
        },
        { name: 'require_certificate', optional: true, type: 'boolean' },
      ],
      defaults: { logins: [], customize: { active: false, folder: 'mosquitto' }, require_certificate: false },
      installed: {
        ...running,
        version: '6.4.0',
        network: { '1883/tcp': 1883, '8883/tcp': null },
        options: {
          logins: [{ username: 'sensor', password: 'a-broker-password' }],
          customize: { active: false, folder: 'mosquitto' },
          require_certificate: false,
        },
      },
    },
    {
      ...base,
      slug: 'local_notes',
      name: 'Notes',
      description: 'Keeps notes, with a page of its own',
      repository: 'local',
      latestVersion: '1.2.0',
      hasIngress: true,
      installed: { ...running, version: '1.2.0', options: {} },
    },
    {
      ...base,
      slug: 'core_ssh',
      name: 'Terminal & SSH',
      description: 'Allow logging in remotely',
      latestVersion: '9.20.0',
      defaults: { password: '' },
    },
    {
      ...base,
      slug: 'local_broken',
      name: 'Broken',
      description: 'Its image is gone',
      repository: 'local',
      latestVersion: '0.1.0',
      failsWith: 'Can not install example/broken:0.1.0: image not found',
    },
  ];
}

/** Tells whoever listens, as the real one tells Home Assistant over its socket. */
export function tell(model: SupervisorModel, event: Json): void {
  for (const listen of model.listeners) listen(event);
}

/** Work that takes its time and is seen as a job meanwhile; what it throws is the job's error. */
export async function work<T>(
  model: SupervisorModel,
  { name, reference }: { readonly name: string; readonly reference: string | null },
  act: (job: SupervisorJob) => T | Promise<T>,
): Promise<T> {
  const job: SupervisorJob = {
    ...{ name, reference, uuid: randomUUID().replaceAll('-', ''), created: new Date().toISOString() },
    ...{ progress: 0, stage: null, done: false, errors: [] },
  };
  model.jobs.set(job.uuid, job);
  const say = () => tell(model, { event: 'job', data: { ...job, extra: null } });
  say();
  try {
    await pause(model.pace.workMs / 2);
    job.progress = 50;
    say();
    await pause(model.pace.workMs / 2);
    return await act(job);
  } catch (error) {
    job.errors = [
      { type: 'HassioError', message: error instanceof Error ? error.message : String(error), stage: null },
    ];
    throw error;
  } finally {
    Object.assign(job, { done: true, progress: 100 });
    say();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
