import { deleteDashboard, listDashboards, readDashboard, saveDashboard } from '@hub/ha/dashboards.ts';
import { expect, it } from 'vitest';
import { describeHomes } from '../testing/each-home.ts';
import { runTool } from '../testing/run-tool.ts';
import type { TestToolContext } from '../testing/tool-context.ts';
import { tool } from './set.ts';

const config = { views: [{ title: 'Home', path: 'home', cards: [{ type: 'markdown', content: 'Hello' }] }] };

await describeHomes('ha_config_set_dashboard', (context) => {
  const set = (path: string, rest: object, at = context()) => runTool(tool, { url_path: path, ...rest }, at);
  const rowOf = async ({ home }: TestToolContext, path: string) =>
    (await listDashboards(home)).find((row) => row.url_path === path);
  const remove = async (path: string) => {
    const at = context();
    await deleteDashboard(at.home, (await rowOf(at, path))?.id ?? '');
  };

  it('creates one with its views under a title made from its path, kept as one edit', async () => {
    const at = context();
    expect(await set('set-test-new', { config, icon: 'mdi:sofa' }, at)).toMatchObject({
      success: true,
      action: 'create',
      url_path: 'set-test-new',
      dashboard_id: 'set_test_new',
      dashboard_created: true,
      config_updated: true,
      metadata_updated: false,
      render_paths: [{ render_path: '/set-test-new/home' }],
    });
    expect(await rowOf(at, 'set-test-new')).toMatchObject({ title: 'Set Test New', icon: 'mdi:sofa' });
    expect(at.keptEdits).toMatchObject([
      {
        item: { kind: 'dashboard', id: 'set-test-new' },
        before: undefined,
        after: { config, dashboard: { title: 'Set Test New' } },
      },
    ]);
    await remove('set-test-new');
  });

  it('changes title and visibility alone, replaces the views alone, and does nothing when nothing differs', async () => {
    const at = context();
    await set('set-test-parts', { title: 'Parts', icon: 'mdi:sofa' });
    expect(await set('set-test-parts', { title: 'Other', icon: '', show_in_sidebar: false }, at)).toMatchObject({
      action: 'update',
      config_updated: false,
      metadata_updated: true,
    });
    const row = await rowOf(at, 'set-test-parts');
    expect(row).toMatchObject({ title: 'Other', show_in_sidebar: false });
    expect(row?.icon ?? null).toBe(null);
    expect(await set('set_test_parts', { config })).toMatchObject({
      config_updated: true,
      metadata_updated: false,
      url_path: 'set-test-parts',
      resolved_from: 'set_test_parts',
    });
    expect(await readDashboard(at.home, 'set-test-parts')).toEqual(config);
    const nothing = context();
    expect(await set('set-test-parts', { title: 'Other' }, nothing)).toMatchObject({ metadata_updated: false });
    expect(nothing.keptEdits).toEqual([]);
    await remove('set-test-parts');
  });

  it('a transform and a patch change a part, each from the hash of what stands there', async () => {
    const first = await set('set-test-part', { config });
    const second = await set('set-test-part', {
      python_transform: "config['views'][0]['cards'].append({'type': 'markdown', 'content': 'Second'})",
      config_hash: first.config_hash,
    });
    expect(second).toMatchObject({ action: 'python_transform', write_committed: true, post_write_verified: true });
    const patch = [
      { op: 'test', path: '/views/0/title', value: 'Home' },
      { op: 'replace', path: '/views/0/title', value: 'Start' },
      { op: 'remove', path: '/views/0/cards/0' },
      { op: 'add', path: '/views/0/cards/-', value: { type: 'markdown', content: 'a/b~c' } },
    ];
    expect(await set('set-test-part', { patch, config_hash: second.config_hash })).toMatchObject({
      action: 'patch',
      operation_count: 4,
    });
    expect(await readDashboard(context().home, 'set-test-part')).toEqual({
      views: [
        {
          title: 'Start',
          path: 'home',
          cards: [
            { type: 'markdown', content: 'Second' },
            { type: 'markdown', content: 'a/b~c' },
          ],
        },
      ],
    });
    await remove('set-test-part');
  });

  it('refuses a copy that somebody else has changed since, and a patch that does not fit, without a trace', async () => {
    const at = context();
    const { config_hash } = await set('set-test-stale', { config });
    await saveDashboard(at.home, 'set-test-stale', { views: [] });
    const stale = { code: 'SERVICE_CALL_FAILED', context: { current_config_hash: expect.any(String) } };
    await expect(set('set-test-stale', { config, config_hash }, at)).rejects.toMatchObject(stale);
    await expect(set('set-test-stale', { python_transform: 'config.clear()', config_hash }, at)).rejects.toMatchObject(
      stale,
    );
    const { config_hash: fresh } = await set('set-test-stale', { config });
    const misfit = (patch: object) => expect(set('set-test-stale', { patch: [patch], config_hash: fresh }, at)).rejects;
    await misfit({ op: 'remove', path: '/views/7' }).toMatchObject({
      code: 'VALIDATION_FAILED',
      context: { parameter: 'patch[0]' },
    });
    await misfit({ op: 'test', path: '/views/0/title', value: 'Attic' }).toMatchObject({ code: 'VALIDATION_FAILED' });
    await misfit({ op: 'add', path: '/__proto__/polluted', value: 1 }).toMatchObject({ code: 'VALIDATION_FAILED' });
    await misfit({ op: 'replace', path: '/views', value: 'none' }).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await readDashboard(at.home, 'set-test-stale')).toEqual(config);
    expect(at.keptEdits).toEqual([]);
    await remove('set-test-stale');
  });

  it('names cards for entities that the home does not have', async () => {
    const views = [{ cards: [{ type: 'tile', entity: 'light.set_test_nowhere' }] }];
    expect((await set('set-test-entities', { config: { views } })).warnings).toEqual([
      expect.stringContaining('light.set_test_nowhere'),
    ]);
    await remove('set-test-entities');
  });

  it('fills the default dashboard, which has nothing else to change', async () => {
    const at = context();
    const before = await readDashboard(at.home, undefined);
    await expect(set('default', { title: 'Mine' }, at)).rejects.toMatchObject({ code: 'SERVICE_CALL_FAILED' });
    expect(await set('default', { config }, at)).toMatchObject({
      action: 'update',
      url_path: 'default',
      dashboard_created: false,
      config_updated: true,
    });
    expect(await readDashboard(at.home, undefined)).toEqual(config);
    if (before === undefined) await at.home.send({ type: 'lovelace/config/delete', url_path: null });
    else await saveDashboard(at.home, undefined, { ...before });
  });

  it('refuses a path without hyphen, two ways at once, a part without its hash, and what is no dashboard', async () => {
    const refused = (path: string, rest: object) => expect(set(path, rest)).rejects;
    await refused('settest', { config }).toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'url_path' },
    });
    await refused(' ', { config }).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    const both = { config, python_transform: 'pass', config_hash: 'x' };
    await refused('set-test-no', both).toMatchObject({ code: 'VALIDATION_INVALID_PARAMETER' });
    await refused('set-test-no', { python_transform: 'pass' }).toMatchObject({ context: { parameter: 'config_hash' } });
    await refused('set-test-no', { python_transform: 'pass', config_hash: 'x' }).toMatchObject({
      code: 'SERVICE_CALL_FAILED',
    });
    await refused('set-test-no', { config: { views: { title: 'x' } } }).toMatchObject({ code: 'VALIDATION_FAILED' });
    expect(await rowOf(context(), 'set-test-no')).toBeUndefined();
  });
});
