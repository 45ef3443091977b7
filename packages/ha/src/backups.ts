import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import { readText } from './body.ts';
import { httpFault } from './faults.ts';
import type { CallOptions, Home, SubscribeOptions, Subscription } from './home.ts';

const backupSchema = z.looseObject({
  backup_id: z.string(),
  name: z.string(),
  date: z.string(),
  agents: z.record(z.string(), z.looseObject({ size: z.number(), protected: z.boolean().default(false) })),
  failed_agent_ids: z.array(z.string()).default([]),
  database_included: z.boolean().nullish(),
  homeassistant_included: z.boolean().nullish(),
  homeassistant_version: z.string().nullish(),
  with_automatic_settings: z.boolean().nullish(),
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

export interface RestoreRequest {
  readonly backupId: string;
  /** The place to read it from. */
  readonly agentId: string;
  readonly password: string | undefined;
  /** History and statistics too. */
  readonly isWithDatabase: boolean;
}

/** Long: a backup stored elsewhere is fetched first, and a Supervisor unpacks it before Home Assistant goes down. */
const RESTORE_MS = 45 * 60_000;

/**
 * Puts Home Assistant back to a backup; apps and folders stay as they are. It goes down without an answer, so losing it is the rule.
 * Source: HA `backup/restore`. @throws Fault RESOURCE_LOCKED when the manager is busy; VALIDATION_FAILED when the key does not fit
 */
export async function restoreBackup(home: Home, request: RestoreRequest, options: CallOptions = {}): Promise<void> {
  const { backupId, agentId, password, isWithDatabase } = request;
  const command = {
    ...{ type: 'backup/restore', backup_id: backupId, agent_id: agentId },
    ...{ restore_homeassistant: true, restore_database: isWithDatabase },
    ...(password === undefined ? {} : { password }),
  };
  try {
    await home.send(command, { deadlineMs: RESTORE_MS, ...options, isWrite: true });
  } catch (error) {
    if (error instanceof Fault && error.context['ha_error_code'] === 'password_incorrect') throw wrongKey(error);
    throw busyFault(error) ?? error;
  }
}

function wrongKey(cause: Fault): Fault {
  return new Fault('VALIDATION_FAILED', "This backup is encrypted with another key than the home's own of today.", {
    suggestion: 'Restore it in Home Assistant under Settings > System > Backups, where its key can be typed in.',
    cause,
  });
}

/** What a manager that does something else refuses with; undefined for any other error. */
export function busyFault(error: unknown): Fault | undefined {
  if (!(error instanceof Fault) || !/backup manager busy/i.test(error.message)) return undefined;
  const doing = /busy: ?(\w+)/i.exec(error.message)?.[1]?.replaceAll('_', ' ') ?? 'another backup';
  return new Fault('RESOURCE_LOCKED', `the home is busy with something else: ${doing}`, {
    suggestion: 'wait until that has ended (list the backups to see it), then ask again',
    cause: error,
  });
}

/** Large homes and slow lines. */
const TRANSFER_MS = 6 * 3_600_000;
const MAX_ERROR_BYTES = 64 * 1024;

/**
 * A backup's file as it lies at that place, encrypted or not. Source: HA `GET /api/backup/download/{backup_id}`.
 * @throws Fault; the stream ends with one when the line breaks
 */
export async function downloadBackup(
  home: Home,
  { backupId, agentId }: { readonly backupId: string; readonly agentId: string },
  options: CallOptions = {},
): Promise<AsyncIterable<Uint8Array>> {
  const path = `/api/backup/download/${encodeURIComponent(backupId)}`;
  const request = { method: 'GET', path, query: { agent_id: agentId } } as const;
  const answer = await home.rest(request, { deadlineMs: TRANSFER_MS, ...options, isWrite: false });
  if (answer.status >= 400) throw httpFault(answer.status, await readText(answer, MAX_ERROR_BYTES), {});
  return untilBroken(answer.body, options.signal);
}

async function* untilBroken(body: Readable, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Fault('CONNECTION_FAILED', 'The line broke while the home sent its backup.', {
      suggestion: 'Retry.',
      cause,
    });
  }
}

/**
 * Gives the home the file of a backup, which is then listed there under the id it had. Source: HA `POST /api/backup/upload`.
 * @throws Fault, with `outcomeUnknown` when no answer came
 */
export async function uploadBackup(
  home: Home,
  { agentId, file }: { readonly agentId: string; readonly file: AsyncIterable<Uint8Array> },
  options: CallOptions = {},
): Promise<void> {
  const boundary = `hub-${randomUUID()}`;
  const answer = await home.rest(
    {
      ...{ method: 'POST', path: '/api/backup/upload', query: { agent_id: agentId } },
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: Readable.from(inForm(boundary, file), { objectMode: false }),
    },
    { deadlineMs: TRANSFER_MS, ...options, isWrite: true },
  );
  const text = await readText(answer, MAX_ERROR_BYTES);
  if (answer.status >= 400) throw httpFault(answer.status, text, { isWrite: true });
}

async function* inForm(boundary: string, file: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const head = 'Content-Disposition: form-data; name="file"; filename="backup.tar"\r\nContent-Type: application/x-tar';
  yield Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`);
  yield* file;
  yield Buffer.from(`\r\n--${boundary}--\r\n`);
}

/** Removes a backup from all its places; the answer names those that would not. Source: HA `backup/delete`. */
export async function deleteBackup(
  home: Home,
  backupId: string,
  options: CallOptions = {},
): Promise<Readonly<Record<string, string>>> {
  const answer = await home.send({ type: 'backup/delete', backup_id: backupId }, { ...options, isWrite: true });
  return z.looseObject({ agent_errors: z.record(z.string(), z.string()).default({}) }).parse(answer).agent_errors;
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
