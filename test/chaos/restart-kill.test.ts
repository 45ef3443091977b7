import { expect, it } from 'vitest';
import { z } from 'zod';
import { callTool } from '../ask-hub.ts';
import { describeReal } from '../real-home/describe-real.ts';
import { startRealHome } from '../real-home/launch.ts';
import { makeDataDir, removeDataDir, startHub, steadyPort } from '../start-hub.ts';

const listed = z.object({ jobs: z.array(z.looseObject({ job_id: z.string() })) });

await describeReal('the jobs of a hub that is killed', () => {
  it('a restart that kill -9 cut off is told as it came out, and not done again', async () => {
    // A home of its own: the shared one must not go down under other tests.
    await using home = await startRealHome();
    const dataDir = await makeDataDir();
    const access = { HOME_ASSISTANT_URL: home.url, HOME_ASSISTANT_TOKEN: home.token };
    const env = { ...access, PORT: String(await steadyPort()), DEFAULT_CEILING: 'destroy' };
    try {
      const hub = await startHub({ dataDir, env });
      const create = { scope: 'snapshot', action: 'create', name: 'Before it' };
      const { body: made } = await callTool(hub.url, 'ha_manage_backup', create);
      expect(made).toMatchObject({ success: true, status: 'completed', name: 'Before it' });
      const { body: backup } = await callTool(hub.url, 'ha_get_job', { job_id: made['job_id'] });
      const { backup_id } = made;
      expect(backup).toMatchObject({ kind: 'backup.create', status: 'done', result: { backup_id } });

      // The answer never comes: the hub is gone before the home is back.
      const lost = callTool(hub.url, 'ha_restart', { confirm: true }).catch(() => undefined);
      await untilDown(home.url);
      await hub.kill();
      await lost;

      await using again = await startHub({ dataDir, env });
      const { jobs } = listed.parse((await callTool(again.url, 'ha_list_jobs')).body);
      const [restart] = jobs;
      expect(restart).toMatchObject({ kind: 'core.restart', status: expect.stringMatching(/queued|running|done/) });
      expect(restart).not.toHaveProperty('job_error');
      const asked = { job_id: restart?.job_id, wait_seconds: 50 };
      const { body: told } = await callTool(again.url, 'ha_get_job', asked);
      expect(told).toMatchObject({ kind: 'core.restart', status: 'done' });
      const { body: kept } = await callTool(again.url, 'ha_manage_backup', { scope: 'snapshot', action: 'list' });
      expect(kept).toMatchObject({ total: 1, backups: [{ name: 'Before it' }] });

      const { body: restarted } = await callTool(again.url, 'ha_restart', { confirm: true });
      expect(restarted).toMatchObject({ success: true, job_id: expect.any(String) });
      expect(restarted['job_id']).not.toBe(restart?.job_id);
      const { body: done } = await callTool(again.url, 'ha_get_job', { ...asked, job_id: restarted['job_id'] });
      expect(done).toMatchObject({ kind: 'core.restart', status: 'done' });
    } finally {
      await removeDataDir(dataDir);
    }
  }, 240_000);
});

/** Resolves once nobody answers at that address. */
async function untilDown(url: string): Promise<void> {
  const isUp = async () => {
    try {
      await (await fetch(`${url}/manifest.json`, { signal: AbortSignal.timeout(5_000) })).arrayBuffer();
      return true;
    } catch {
      return false;
    }
  };
  while (await isUp());
}
