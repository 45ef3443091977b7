import type { Effect } from '@hub/core/effect.ts';
import { readBackupInfo } from '@hub/ha/backups.ts';
import { callService } from '@hub/ha/services.ts';
import { firmwareUpdate } from '@hub/simulated-home/firmware-update.ts';
import { startSimulatedHome } from '@hub/simulated-home/simulated-home.ts';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { createInlineJobs } from '../testing/inline-jobs.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { describeSupervisedHome } from '../testing/supervised-home.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool } from './manage.ts';

const listed = z.looseObject({
  updates: z.array(z.looseObject({ entity_id: z.string(), category: z.string() })),
  updates_available: z.number(),
  skipped_count: z.number(),
});

it('backs the home up before a single update that has no backup of its own, when asked to', async () => {
  const home = await startSimulatedHome();
  await using open = await openView(home);
  const lock = 'update.front_door_lock_firmware';
  const install = async (backup: boolean) => {
    home.pushState(lock, 'on', { installed_version: '2.8.1' });
    const context = createToolContext({ view: open.view, jobs: createInlineJobs(open.view) });
    return (await runTool(tool, { action: 'install', entity_ids: lock, backup }, context))['results'];
  };
  expect(await install(true)).toMatchObject([{ status: 'installed', backup_id: expect.any(String) }]);
  expect(await install(false)).not.toMatchObject([{ backup_id: expect.anything() }]);
  await home.close();
});

it('backs the home up once before several updates that cannot back themselves up, when asked to', async () => {
  const home = await startSimulatedHome();
  const [lock, plug, router] = ['update.front_door_lock_firmware', 'update.plug_firmware', 'update.router_firmware'];
  for (const [id, features] of [
    ['plug', 1],
    ['router', 1 | 8],
  ] as const) {
    const facts = { title: id, installed_version: '1.0', latest_version: '1.1', supported_features: features };
    home.addEntity({ ...firmwareUpdate(id, facts), platform: 'zha', uniqueId: id, name: id });
  }
  await using open = await openView(home);
  const context = createToolContext({ view: open.view, jobs: createInlineJobs(open.view) });
  const call = { action: 'install', entity_ids: [lock, router, plug], backup: true };
  const { results, failed } = await runTool(tool, call, context);
  const { backups } = await readBackupInfo(open.view);
  const backup_id = backups[0]?.backup_id;
  expect(backups).toHaveLength(1);
  expect(failed).toBe(0);
  expect(results).toMatchObject([
    { entity_id: lock, status: 'installed', backup_id, health: { verdict: 'not_worse' } },
    { entity_id: router, status: 'installed', installed_version: '1.1' },
    { entity_id: plug, status: 'installed', installed_version: '1.1', backup_id },
  ]);
  // It has made its own, which bears no id.
  expect(results).not.toMatchObject([{}, { backup_id: expect.anything() }, {}]);
  expect(JSON.stringify(results)).not.toContain('warning');
  await home.close();
});

await describeHomes('ha_manage_updates', (context) => {
  const manage = (args: object) => runTool(tool, args, context());
  const list = async (args: object = {}) => listed.parse(await manage(args));

  it('tells what the home asks to have repaired when asked', async () => {
    expect(await runTool(tool, {}, context())).not.toHaveProperty('repairs');
    expect(await runTool(tool, { repairs: true }, context())).toMatchObject({ repairs: expect.any(Array) });
  });

  it('lists what can be updated, in one list and by category', async () => {
    const answer = await list();
    expect(answer.updates_available).toBe(answer.updates.length);
    const device = answer.updates.find(({ category }) => category === 'devices');
    expect(device).toMatchObject({ in_progress: false, can_install: true, skipped_version: null });
    expect(answer['categories']).toMatchObject({
      devices: expect.arrayContaining([expect.objectContaining({ entity_id: device?.entity_id })]),
    });
  });

  it('skips a version, shows it only when asked, and offers it again', async () => {
    const { updates, updates_available: before } = await list();
    const { entity_id: id = '' } = updates.find(({ category }) => category === 'devices') ?? {};
    expect(await manage({ action: 'skip', entity_ids: id })).toMatchObject({
      success: true,
      requested: 1,
      succeeded: 1,
      failed: 0,
      results: [{ entity_id: id, success: true, status: 'skipped' }],
    });
    expect(await list()).toMatchObject({ updates_available: before - 1, skipped_count: 1 });
    expect((await list({ include_skipped: true })).updates).toHaveLength(before);
    expect(await manage({ action: 'clear_skipped', categories: ['devices'] })).toMatchObject({
      results: [{ entity_id: id, status: 'cleared' }],
    });
    expect(await list()).toMatchObject({ updates_available: before, skipped_count: 0 });
  });

  it('refuses what is no update, no category or no action, both ways at once, and Home Assistant itself by category', async () => {
    const wrong = [
      { action: 'instal' },
      { action: 'get' },
      { action: 'get', entity_ids: ['update.a', 'update.b'] },
      { action: 'get', entity_ids: 'light.kitchen' },
      { action: 'install' },
      { action: 'install', entity_ids: 'update.a', categories: 'devices' },
      { action: 'install', entity_ids: 'all' },
      { action: 'install', categories: 'core' },
      { action: 'skip', categories: 'lamps' },
    ];
    for (const args of wrong)
      await expect(manage(args)).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    for (const action of ['get', 'install'])
      await expect(manage({ action, entity_ids: 'update.nope' })).rejects.toMatchObject({ code: 'ENTITY_NOT_FOUND' });
  });

  it('is a read unless it changes something, and names what it acts on', () => {
    const input = (args: object) => tool.input.parse(args);
    const { effect } = tool;
    const of = (args: object): Effect => (typeof effect === 'string' ? effect : effect.of(input(args)));
    const actions = ['list', 'get', 'skip', 'clear_skipped', 'install', 'unheard of'];
    expect(actions.map((action) => of({ action }))).toEqual([
      'read',
      'read',
      'configure',
      'configure',
      'system',
      'read',
    ]);
    expect(tool.targets?.(input({ action: 'install', entity_ids: 'update.a' }))).toEqual([
      { action: 'update.install', selector: { entity_id: ['update.a'] } },
    ]);
  });
});

await describeRealHome('ha_manage_updates of demo devices', (context) => {
  const manage = (args: object) => {
    const { home } = context();
    return runTool(tool, args, createToolContext({ view: home, jobs: createInlineJobs(home) }));
  };

  it('shows one with what its maker says', async () => {
    expect(await manage({ action: 'get', entity_ids: 'update.demo_update_with_progress' })).toMatchObject({
      entity_id: 'update.demo_update_with_progress',
      update_available: true,
      installed_version: '1.93.3',
      release_notes: expect.stringContaining('Long release notes'),
    });
    expect(await manage({ action: 'get', entity_ids: ['update.demo_add_on'] })).toMatchObject({
      release_notes_hint: expect.stringContaining('https://www.example.com/release/1.0.1'),
    });
  });

  it('installs several, each with its own outcome', async () => {
    const { home } = context();
    const ids = ['update.demo_add_on', 'update.demo_update_no_install', 'update.demo_no_update', 'update.nope'];
    const answer = await manage({ action: 'install', entity_ids: ids, backup: true });
    expect(answer).toMatchObject({
      success: true,
      requested: 4,
      succeeded: 1,
      failed: 3,
      results: [
        {
          ...{ entity_id: ids[0], success: true, status: 'installed', installed_version: '1.0.1' },
          health: { is_reachable: true, shows_wanted_version: true, mode: 'normal' },
        },
        { entity_id: ids[1], success: false, status: 'failed', error: { code: 'SERVICE_CALL_FAILED' } },
        { entity_id: ids[2], success: false, error: { message: expect.stringContaining('No update is available') } },
        { entity_id: ids[3], success: false, error: { code: 'ENTITY_NOT_FOUND' } },
      ],
    });
    const back = { data: { version: '1.0.0' }, target: { entity_id: ids[0] } };
    await callService(home, 'update', 'install', back);
  });

  it('success is false when every one fails', async () => {
    const answer = await manage({ action: 'install', entity_ids: 'update.demo_no_update' });
    expect(answer).toMatchObject({ success: false, succeeded: 0, failed: 1 });
  });
});

await describeSupervisedHome('ha_manage_updates', (at) => {
  const OS = 'update.home_assistant_operating_system_update';
  const BROKER = 'update.mosquitto_broker_update';
  const CORE = 'update.home_assistant_core_update';
  const manage = (args: object, patienceMs?: number) => {
    const jobs = createInlineJobs(at().view, patienceMs);
    return Promise.all([runTool(tool, args, at().context({ jobs })), jobs]);
  };

  it('tells apps, operating system and Home Assistant apart', async () => {
    const [answer] = await manage({});
    expect(answer).toMatchObject({
      categories: { core: [{ entity_id: CORE }], os: [{ entity_id: OS }], addons: [{ entity_id: BROKER }] },
    });
  });

  it('goes on as a job while an app is updated, and says installed only when it is', async () => {
    const { supervisor } = at();
    supervisor.pace.workMs = 2_000;
    const [answer, jobs] = await manage({ action: 'install', entity_ids: BROKER }, 300);
    supervisor.pace.workMs = 20;
    expect(answer).toMatchObject({
      ...{ success: true, partial: true, status: 'running', job_id: expect.any(String) },
      results: [{ entity_id: BROKER, status: 'in_progress', installed_version: '6.4.0', job_id: expect.any(String) }],
    });
    await expect
      .poll(() => jobs.get(String(answer['job_id'])), { timeout: 20_000 })
      .toMatchObject({ state: 'done', result: { installed_version: '6.5.2' } });
  });

  const backups = () => [...at().supervisor.backups.values()];

  it('installs nothing when the backup before it fails, and says so', async () => {
    at().supervisor.backupFailsWith = 'no space left';
    const [answer] = await manage({ action: 'install', entity_ids: OS });
    expect(answer).toMatchObject({
      ...{ success: false, failed: 1 },
      results: [{ status: 'failed', error: { message: expect.stringMatching(/^Nothing was updated.*backup/) } }],
    });
    expect(at().supervisor.received).not.toContain('POST /os/update');
    expect(backups()).toEqual([]);
  });

  it('installs nothing of several when the one backup before them fails', async () => {
    at().supervisor.backupFailsWith = 'no space left';
    const [answer] = await manage({ action: 'install', entity_ids: [CORE, OS] });
    const row = { status: 'failed', error: { message: expect.stringMatching(/^Nothing was updated.*backup/) } };
    expect(answer).toMatchObject({
      ...{ success: false, failed: 2 },
      results: [
        { ...row, entity_id: CORE },
        { ...row, entity_id: OS },
      ],
    });
    const { received } = at().supervisor;
    expect(received).not.toContain('POST /os/update');
    expect(received).not.toContain('POST /core/update');
    expect(backups()).toEqual([]);
  });

  it('installs the operating system after one backup of everything, and looks at the home', async () => {
    const [answer] = await manage({ action: 'install', entity_ids: OS });
    const [made, ...more] = backups();
    expect(more).toEqual([]);
    expect(made).toMatchObject({
      name: expect.stringMatching(/^Before Home Assistant Operating System 17\.1 \(/),
      addons: expect.arrayContaining([expect.objectContaining({ slug: 'core_mosquitto' })]),
    });
    expect(answer).toMatchObject({
      results: [
        {
          ...{ entity_id: OS, status: 'installed', installed_version: '17.1', backup_id: made?.['slug'] },
          health: { verdict: 'not_worse', is_reachable: true, shows_wanted_version: true, mode: 'normal' },
        },
      ],
    });
  });

  it('updates Home Assistant itself over the restart in its middle, a backup before it', {
    timeout: 180_000,
  }, async () => {
    at().supervisor.backups.clear();
    // Read by the home as it starts: the test after this one has something to install again.
    at().supervisor.versions.osPending = null;
    const [answer, jobs] = await manage({ action: 'install', entity_ids: CORE }, 500);
    expect(answer).toMatchObject({ results: [{ entity_id: CORE, status: 'in_progress' }] });
    await expect
      .poll(() => jobs.get(String(answer['job_id'])), { timeout: 150_000, interval: 500 })
      .toMatchObject({
        state: 'done',
        result: {
          ...{ installed_version: '2026.11.1', backup: { backup_id: backups()[0]?.['slug'] } },
          health: { is_reachable: true, shows_wanted_version: true, mode: 'normal' },
        },
      });
    const { received } = at().supervisor;
    expect(received.filter((one) => one === 'POST /core/update')).toHaveLength(1);
    expect(backups()).toMatchObject([{ homeassistant: '2026.11.0', addons: [] }]);
    expect(received.lastIndexOf('POST /backups/new/partial')).toBeLessThan(received.indexOf('POST /core/update'));
  });

  it('makes no backup where a person said no', async () => {
    at().supervisor.backups.clear();
    const [answer] = await manage({ action: 'install', entity_ids: OS, backup: false });
    expect(answer).toMatchObject({ results: [{ entity_id: OS, status: 'installed' }] });
    expect(answer['results']).not.toMatchObject([{ backup_id: expect.anything() }]);
    expect(backups()).toEqual([]);
  });
});
