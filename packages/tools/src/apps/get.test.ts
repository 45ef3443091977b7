import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import { describeSupervisedHome } from '../testing/supervised-home.ts';
import { tool } from './get.ts';

await describeHomes('ha_get_app', (context) => {
  it('says that a home without a Supervisor has no apps', async () => {
    await expect(runTool(tool, {}, context())).rejects.toMatchObject({
      ...{ code: 'SERVICE_CALL_FAILED', context: { endpoint: '/addons' } },
    });
  });
});

await describeSupervisedHome('ha_get_app', (at) => {
  const get = (args: object) => runTool(tool, args, at().context());

  it('lists what is installed, with use and updates', async () => {
    const { addons, summary } = await get({ include_stats: true });
    expect(summary).toEqual({ total_installed: 2, running: 2, stopped: 0, updates_available: 1 });
    expect(addons).toContainEqual(
      expect.objectContaining({
        ...{
          slug: 'core_mosquitto',
          state: 'started',
          version: '6.4.0',
          update_available: true,
          version_latest: '6.5.2',
        },
        stats: expect.objectContaining({ cpu_percent: 1.5 }),
      }),
    );
  });

  it('lists what the stores offer, narrowed by words and store', async () => {
    const { addons, repositories } = await get({ source: 'available', query: 'terminal' });
    expect(addons).toEqual([expect.objectContaining({ slug: 'core_ssh', installed: false, repository: 'core' })]);
    expect(repositories).toContainEqual(expect.objectContaining({ slug: 'core' }));
    expect((await get({ source: 'available', repository: 'local' }))['addons']).toHaveLength(2);
  });

  it('shows one app, but neither its passwords nor the way in', async () => {
    const { addon } = await get({ slug: 'core_mosquitto' });
    expect(addon).toMatchObject({
      network: { '1883/tcp': 1883 },
      options: { logins: [{ username: 'sensor', password: '<redacted>' }], customize: { folder: 'mosquitto' } },
    });
    const text = JSON.stringify([addon, await get({ slug: 'local_notes' })]);
    expect(text).not.toContain('a-broker-password');
    expect(text).not.toContain(at().supervisor.ingressToken);
  });

  it('names what looks like an app that is not there, and refuses what can be none', async () => {
    await expect(get({ slug: 'core_mosquito' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      suggestions: expect.arrayContaining([expect.stringContaining('core_mosquitto')]),
    });
    await expect(get({ slug: '../os/datadisk' })).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
  });
});
