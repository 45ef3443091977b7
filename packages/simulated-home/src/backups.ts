import { type Commands, command } from './command.ts';
import { fireEvent, type HomeModel, later, pythonTime } from './home-model.ts';
import { stableId } from './identifiers.ts';
import { idsOf, type Json, textOf } from './read.ts';
import { Refusal } from './refusal.ts';

const agentId = 'backup.local';
const sizeBytes = 102_400;
/** A backup takes this long from request to completed; real ones take a minute or more. */
const backupMs = 2000;

/** The downloadable file: bytes that are the backup's id over and over, so that a reader can check them. */
export function backupFile(home: HomeModel, backupId: string): Buffer | undefined {
  return home.backups.has(backupId) ? Buffer.alloc(sizeBytes, backupId) : undefined;
}

function tell(home: HomeModel, event: Json): void {
  home.lastBackupEvent = event['state'] === 'completed' ? event : home.lastBackupEvent;
  for (const listen of home.backupListeners) listen(event);
}

function backupRow(home: HomeModel, backupId: string, message: Json): Json {
  const extra_metadata = { instance_id: home.identity.instanceId, with_automatic_settings: false };
  return {
    addons: [],
    backup_id: backupId,
    date: pythonTime(Date.now()),
    database_included: message['include_database'] !== false,
    extra_metadata,
    folders: [],
    homeassistant_included: message['include_homeassistant'] !== false,
    homeassistant_version: home.identity.version,
    name: textOf(message['name'], `Custom backup ${home.identity.version}`),
    agents: { [agentId]: { protected: typeof message['password'] === 'string', size: sizeBytes } },
    failed_addons: [],
    failed_agent_ids: [],
    failed_folders: [],
    with_automatic_settings: false,
  };
}

/** Starts a backup that is listed about two seconds later. @throws Refusal home_assistant_error while one runs */
export function startBackup(home: HomeModel, message: Json): { backup_job_id: string } {
  if (home.isBackupRunning) throw new Refusal('home_assistant_error', 'Backup manager busy: create_backup');
  const wrong = idsOf(message['agent_ids']).filter((id) => id !== agentId);
  if (wrong.length > 0) {
    throw new Refusal(
      'home_assistant_error',
      `At least one available backup agent must be selected, got ['${wrong.join("', '")}']`,
    );
  }
  const backupId = stableId(`${Date.now()}${Math.random()}`).slice(0, 8);
  const stage = (name: string | null, state = 'in_progress') =>
    tell(home, { manager_state: 'create_backup', reason: null, stage: name, state });
  const upload = (uploaded_bytes: number) =>
    tell(home, { manager_state: 'create_backup', agent_id: agentId, uploaded_bytes, total_bytes: sizeBytes });
  home.isBackupRunning = true;
  stage(null);
  later(home, backupMs * 0.1, () => stage('home_assistant'));
  later(home, backupMs * 0.7, () => {
    stage('upload_to_agents');
    upload(0);
  });
  const finish = () => {
    upload(sizeBytes);
    stage('cleaning_up');
    home.backups.set(backupId, backupRow(home, backupId, message));
    home.isBackupRunning = false;
    stage(null, 'completed');
    tell(home, { manager_state: 'idle' });
    fireEvent(home, 'backup_created', { backup_id: backupId });
  };
  later(home, backupMs, () => (home.heldBackups ? home.heldBackups.push(finish) : finish()));
  return { backup_job_id: backupId };
}

const noErrors = { agent_errors: {}, agent_error_translations: {} };
const noSchedule = { next_automatic_backup: null, next_automatic_backup_additional: false };
const noAttempt = { last_attempted_automatic_backup: null, last_completed_automatic_backup: null };
const createSettings = {
  agent_ids: [],
  include_addons: null,
  include_all_addons: false,
  include_database: true,
  include_folders: null,
  name: null,
  password: null,
};

export const backupCommands: Commands = {
  'backup/info': command('', ({ home }) => ({
    ...noErrors,
    backups: home.backups.values(),
    ...noAttempt,
    last_action_event: home.lastBackupEvent,
    ...noSchedule,
    state: home.isBackupRunning ? 'create_backup' : 'idle',
  })),
  'backup/agents/info': command('', () => ({ agents: [{ agent_id: agentId, name: 'local' }] })),
  'backup/details': command('backup_id!', ({ home, message }) => ({
    ...noErrors,
    backup: home.backups.get(textOf(message['backup_id'])) ?? null,
  })),
  'backup/config/info': command('', () => ({
    config: {
      agents: {},
      automatic_backups_configured: false,
      create_backup: createSettings,
      ...noAttempt,
      last_completed_automatic_backup_size: null,
      retention: { copies: null, days: null },
      schedule: { days: [], recurrence: 'never', time: null },
      ...noSchedule,
    },
  })),
  'backup/generate': command(
    'agent_ids! include_homeassistant include_database include_addons include_all_addons include_folders name password',
    ({ home, message }) => startBackup(home, message),
  ),
  'backup/generate_with_automatic_settings': command('', ({ home }) => startBackup(home, {})),
  'backup/delete': command('backup_id!', ({ home, message }) => {
    home.backups.delete(textOf(message['backup_id']));
    return noErrors;
  }),
  'backup/subscribe_events': command('', ({ home, emit, keep }) => {
    home.backupListeners.add(emit);
    keep(() => home.backupListeners.delete(emit));
    emit({ manager_state: home.isBackupRunning ? 'create_backup' : 'idle' });
    return null;
  }),
};
