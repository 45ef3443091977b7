// Written by scripts/gen.ts (npm run gen) from the files that export it. Not edited by hand.
import type { Job } from './define.ts';
import { job as appAct } from './app/act.ts';
import { job as auditSeal } from './audit/seal.ts';
import { job as backupCreate } from './backup/create.ts';
import { job as backupDrill } from './backup/drill.ts';
import { job as backupRestore } from './backup/restore.ts';
import { job as coreRestart } from './core/restart.ts';
import { job as fleetRun } from './fleet/run.ts';
import { job as healthSweep } from './health/sweep.ts';
import { job as retentionApply } from './retention/apply.ts';
import { job as storeInstall } from './store/install.ts';
import { job as storeRemove } from './store/remove.ts';
import { job as updateInstallPending } from './update/install-pending.ts';
import { job as updateInstallSeveral } from './update/install-several.ts';
import { job as updateInstall } from './update/install.ts';

export const jobs: readonly Job[] = [
  appAct,
  auditSeal,
  backupCreate,
  backupDrill,
  backupRestore,
  coreRestart,
  fleetRun,
  healthSweep,
  retentionApply,
  storeInstall,
  storeRemove,
  updateInstall,
  updateInstallPending,
  updateInstallSeveral,
];
