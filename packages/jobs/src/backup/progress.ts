import type { BackupEvent } from '@hub/ha/backups.ts';

/** How far a backup is when a stage begins, in percent: a guess from what usually takes long, so that the bar only moves forward. */
const STAGES: Readonly<Record<string, { readonly percent: number; readonly message: string }>> = {
  home_assistant: { percent: 5, message: 'saving Home Assistant' },
  addon_repositories: { percent: 30, message: 'saving app repositories' },
  docker_config: { percent: 32, message: 'saving the container settings' },
  addons: { percent: 35, message: 'saving apps' },
  await_addon_restarts: { percent: 60, message: 'waiting for apps to start again' },
  folders: { percent: 62, message: 'saving folders' },
  finishing_file: { percent: 70, message: 'finishing the file' },
  upload_to_agents: { percent: 75, message: 'storing the backup' },
  cleaning_up: { percent: 97, message: 'removing backups that are kept no longer' },
};

const UPLOAD_FROM = 75;
const UPLOAD_TO = 97;

/** What an event says about how far the backup is; undefined when nothing. */
export function backupProgress(event: BackupEvent): { percent: number; message: string } | undefined {
  const { uploaded_bytes: uploaded, total_bytes: total } = event;
  if (uploaded !== undefined && total !== undefined && total > 0) {
    const percent = Math.round(UPLOAD_FROM + ((UPLOAD_TO - UPLOAD_FROM) * uploaded) / total);
    return { percent, message: `storing the backup at ${event.agent_id ?? 'its place'}` };
  }
  return event.stage ? STAGES[event.stage] : undefined;
}
