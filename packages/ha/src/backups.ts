import { z } from 'zod';
import type { CallOptions, Home, SubscribeOptions, Subscription } from './home.ts';

const backupSchema = z.looseObject({
  backup_id: z.string(),
  name: z.string(),
  date: z.string(),
  agents: z.record(z.string(), z.looseObject({ size: z.number() })),
  failed_agent_ids: z.array(z.string()).default([]),
});
const infoSchema = z.looseObject({
  state: z.string(),
  backups: z.array(backupSchema),
  agent_errors: z.record(z.string(), z.string()).default({}),
  last_action_event: z
    .looseObject({ manager_state: z.string(), state: z.string().nullish(), reason: z.string().nullish() })
    .nullish(),
});
const agentsSchema = z.looseObject({ agents: z.array(z.looseObject({ agent_id: z.string(), name: z.string() })) });
const configSchema = z.looseObject({
  config: z.looseObject({
    create_backup: z.looseObject({ agent_ids: z.array(z.string()), password: z.string().nullable() }),
  }),
});
const eventSchema = z.looseObject({
  manager_state: z.string().optional(),
  stage: z.string().nullish(),
  state: z.string().nullish(),
  agent_id: z.string().optional(),
  uploaded_bytes: z.number().optional(),
  total_bytes: z.number().optional(),
});

export type StoredBackup = z.infer<typeof backupSchema>;
export type BackupInfo = z.infer<typeof infoSchema>;
export type BackupAgent = z.infer<typeof agentsSchema>['agents'][number];
export type BackupEvent = z.infer<typeof eventSchema>;

/** All backups and what the manager is busy with; asks every place, so it takes seconds with a cloud. Needs an administrator. Source: HA `backup/info`. */
export async function readBackupInfo(home: Home, options: CallOptions = {}): Promise<BackupInfo> {
  return infoSchema.parse(await home.send({ type: 'backup/info' }, { ...options, isWrite: false }));
}

/** The places a backup can be stored at; the home's own is `backup.local`, or `hassio.local` under a Supervisor. Source: HA `backup/agents/info`. */
export async function listBackupAgents(home: Home, options: CallOptions = {}): Promise<readonly BackupAgent[]> {
  return agentsSchema.parse(await home.send({ type: 'backup/agents/info' }, { ...options, isWrite: false })).agents;
}

/** Where automatic backups go, and the key they are encrypted with (a secret). Source: HA `backup/config/info`. */
export async function readBackupConfig(
  home: Home,
  options: CallOptions = {},
): Promise<{ readonly agentIds: readonly string[]; readonly password: string | undefined }> {
  const answer = await home.send({ type: 'backup/config/info' }, { ...options, isWrite: false });
  const { agent_ids: agentIds, password } = configSchema.parse(answer).config.create_backup;
  return { agentIds, password: password ?? undefined };
}

/** One backup; undefined when no place has it. Source: HA `backup/details`. */
export async function readBackup(
  home: Home,
  backupId: string,
  options: CallOptions = {},
): Promise<StoredBackup | undefined> {
  const answer = await home.send({ type: 'backup/details', backup_id: backupId }, { ...options, isWrite: false });
  return z.looseObject({ backup: backupSchema.nullable() }).parse(answer).backup ?? undefined;
}

/** Starts one and answers within some 10 ms with the id of the run; its end comes as events. Give it a unique `name` to find it by. @throws Fault SERVICE_CALL_FAILED when the manager is busy */
export async function generateBackup(
  home: Home,
  request: Readonly<Record<string, unknown>>,
  options: CallOptions = {},
): Promise<string> {
  const answer = await home.send({ ...request, type: 'backup/generate' }, { ...options, isWrite: true });
  return z.looseObject({ backup_job_id: z.string() }).parse(answer).backup_job_id;
}

/** What the manager does from now on; the first event tells its present state and may come before this resolves. Source: HA `backup/subscribe_events`. */
export function subscribeBackupEvents(
  home: Home,
  onEvent: (event: BackupEvent) => void,
  options: SubscribeOptions = {},
): Promise<Subscription> {
  const parse = (event: unknown) => {
    const parsed = eventSchema.safeParse(event);
    if (parsed.success) onEvent(parsed.data);
  };
  return home.subscribe({ type: 'backup/subscribe_events' }, parse, options);
}
