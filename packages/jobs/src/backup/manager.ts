import type { CallOptions, Home, Subscription } from '@hub/ha/home.ts';
import { z } from 'zod';

const backupShape = z.looseObject({
  backup_id: z.string(),
  name: z.string(),
  date: z.string(),
  agents: z.record(z.string(), z.looseObject({ size: z.number() })),
  failed_agent_ids: z.array(z.string()).default([]),
});

const infoShape = z.looseObject({
  state: z.string(),
  backups: z.array(backupShape),
  agent_errors: z.record(z.string(), z.string()).default({}),
  last_action_event: z.looseObject({ reason: z.string().nullish() }).nullish(),
});

const agentsShape = z.looseObject({ agents: z.array(z.looseObject({ agent_id: z.string() })) });

const configShape = z.looseObject({
  config: z.looseObject({
    create_backup: z.looseObject({ agent_ids: z.array(z.string()), password: z.string().nullable() }),
  }),
});

const eventShape = z.looseObject({
  manager_state: z.string().optional(),
  stage: z.string().nullish(),
  agent_id: z.string().optional(),
  uploaded_bytes: z.number().optional(),
  total_bytes: z.number().optional(),
});

export type StoredBackup = z.output<typeof backupShape>;
export type BackupInfo = z.output<typeof infoShape>;
export type BackupEvent = z.output<typeof eventShape>;

/** All backups and what the manager is busy with; asks every place, so it takes seconds with a cloud. Source: HA `backup/info`. */
export async function readBackupInfo(home: Home, options?: CallOptions): Promise<BackupInfo> {
  return infoShape.parse(await home.send({ type: 'backup/info' }, options));
}

/** Ids of the places a backup can be stored at. Source: HA `backup/agents/info`. */
export async function listBackupAgents(home: Home, options?: CallOptions): Promise<readonly string[]> {
  const { agents } = agentsShape.parse(await home.send({ type: 'backup/agents/info' }, options));
  return agents.map((agent) => agent.agent_id);
}

/** Where automatic backups go, and the key they are encrypted with (a secret). Source: HA `backup/config/info`. */
export async function readBackupConfig(
  home: Home,
  options?: CallOptions,
): Promise<{ readonly agentIds: readonly string[]; readonly password: string | undefined }> {
  const { config } = configShape.parse(await home.send({ type: 'backup/config/info' }, options));
  return { agentIds: config.create_backup.agent_ids, password: config.create_backup.password ?? undefined };
}

/** Begins a backup and gives its job's id within some 10 ms; the events tell the rest. Source: HA `backup/generate`. */
export async function generateBackup(
  home: Home,
  request: Readonly<Record<string, unknown>>,
  options?: CallOptions,
): Promise<string> {
  const answer = await home.send({ type: 'backup/generate', ...request }, { ...options, isWrite: true });
  return z.looseObject({ backup_job_id: z.string() }).parse(answer).backup_job_id;
}

/** What the backup manager does; the present state comes first, also after a reconnect. Source: HA `backup/subscribe_events`. */
export function subscribeBackupEvents(
  home: Home,
  onEvent: (event: BackupEvent) => void,
  options?: CallOptions,
): Promise<Subscription> {
  return home.subscribe({ type: 'backup/subscribe_events' }, (event) => onEvent(eventShape.parse(event)), options);
}
