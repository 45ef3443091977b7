import { readBackupInfo, type StoredBackup } from '@hub/ha/backups.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { outcomeOf } from '../shared/follow-job.ts';
import { answerOf } from './create.ts';
import { noSuchBackup } from './find-backup.ts';

/** The backups of a home, newest first; one of them, or one in the making, by its id. @throws Fault RESOURCE_NOT_FOUND */
export async function listSnapshots(context: ToolContext, limit: number, id: string | undefined) {
  const { home, jobs, signal } = context;
  const known = id === undefined ? undefined : await jobs.get(id);
  const job = known?.kind === 'backup.create' ? known : undefined;
  if (job && job.state !== 'done') return answerOf(outcomeOf(job));
  const wanted = job ? z.looseObject({ backup_id: z.string() }).parse(job.result).backup_id : id;
  const info = await readBackupInfo(home, { signal });
  const found = info.backups
    .filter((backup) => wanted === undefined || backup.backup_id === wanted)
    .sort((a, b) => Date.parse(b.date) - Date.parse(a.date));
  if (wanted !== undefined && found.length === 0) throw noSuchBackup(wanted);
  const backups = found.slice(0, limit).map(rowOf);
  const warnings = Object.entries(info.agent_errors).map(([agent, error]) => `${agent} could not be asked: ${error}`);
  return {
    success: true as const,
    count: backups.length,
    total: found.length,
    backups,
    state: info.state,
    ...(job ? { status: 'completed', job_id: job.id } : {}),
    ...(warnings.length > 0 ? { partial: true, warnings } : {}),
  };
}

function rowOf(backup: StoredBackup) {
  const agents = Object.values(backup.agents);
  return {
    backup_id: backup.backup_id,
    name: backup.name,
    date: backup.date,
    size_bytes: Math.max(0, ...agents.map((agent) => agent.size)),
    protected: agents.some((agent) => agent.protected),
    database_included: backup.database_included ?? null,
    homeassistant_included: backup.homeassistant_included ?? null,
    homeassistant_version: backup.homeassistant_version ?? null,
    with_automatic_settings: backup.with_automatic_settings ?? null,
    agent_ids: Object.keys(backup.agents),
  };
}
