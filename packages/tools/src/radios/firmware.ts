import { Fault } from '@hub/core/fault.ts';
import { listUpdates } from '@hub/ha/updates.ts';
import { homeAfterShape } from '@hub/jobs/health/compare.ts';
import { z } from 'zod';
import { type EndedJob, lateAnswer } from '../define.ts';
import { startAndFollow } from '../shared/follow-job.ts';
import { withHealth } from '../shared/with-health.ts';
import { deviceOf, type RadioAction, type RadioCall } from './action.ts';

/** The same for each radio: its integration offers firmware as an update entity of the device. */
export const firmwareUpdate: RadioAction = {
  does: 'installs the firmware its update entity offers',
  effect: 'system',
  required: ['device_id'],
  isLongRunning: true,
  async run(call) {
    const { home } = call.context;
    const entityId = await updateEntityOf(call);
    const update = (await listUpdates(home)).get(entityId);
    if (
      !update ||
      update.latestVersion === null ||
      update.latestVersion === update.installedVersion ||
      !update.canInstall
    ) {
      throw new Fault('SERVICE_CALL_FAILED', `No firmware can be installed through ${entityId} now.`, {
        suggestion: 'ha_manage_updates get shows what it offers.',
        context: { entity_id: entityId, installed_version: update?.installedVersion ?? null },
      });
    }
    if (update.isInProgress)
      return { entity_id: entityId, status: 'in_progress', latest_version: update.latestVersion };
    const told = {
      ...{ radio: call.radio, action: call.action },
      ...{ entity_id: entityId, latest_version: update.latestVersion },
    };
    const dedupKey = `update.install:${entityId}`;
    const answer = await startAndFollow(call.context, 'update.install', { entityId }, { dedupKey, told });
    if (!('note' in answer)) return firmwareInstalled.answer(answer, told);
    return { ...told, status: 'in_progress', job_id: answer.job_id, note: answer.note };
  },
};

const toldShape = z.object({
  radio: z.string(),
  action: z.string(),
  entity_id: z.string(),
  latest_version: z.string(),
});

const outcomeShape = z.looseObject({ health: homeAfterShape.optional() });

export const firmwareInstalled = lateAnswer({
  told: toldShape,
  answer: ({ result }: EndedJob, told: z.output<typeof toldShape>) => ({
    success: true as const,
    ...told,
    status: 'installed',
    long_running: true as const,
    ...withHealth(outcomeShape.parse(result).health),
  }),
});

async function updateEntityOf(call: RadioCall): Promise<string> {
  const device = deviceOf(call);
  const entries = [...(await call.context.home.entities()).values()];
  const found = entries.filter(
    ({ device_id: id, entity_id: entityId }) => id === device.id && entityId.startsWith('update.'),
  );
  const [first] = found.toSorted((a, b) => Number(isOurs(b.platform, call)) - Number(isOurs(a.platform, call)));
  if (first) return first.entity_id;
  throw new Fault('ENTITY_NOT_FOUND', 'The device has no update entity.', {
    suggestion: 'Its maker offers no firmware this way, or the entity is disabled.',
    context: { device_id: device.id },
  });
}

function isOurs(platform: string, { entries }: RadioCall): boolean {
  return entries.some(({ domain }) => domain === platform);
}
