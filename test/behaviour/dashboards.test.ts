import { expect, it } from 'vitest';
import { describeBehaviour } from './harness.ts';

const CONFIG = {
  title: 'Behaviour',
  views: [
    {
      ...{ title: 'Home', path: 'home', type: 'sections', badges: [{ type: 'entity', entity: 'sun.sun' }] },
      sections: [
        {
          type: 'grid',
          cards: [
            { type: 'heading', heading: 'Lights' },
            { type: 'tile', entity: 'light.bed_light' },
          ],
        },
      ],
    },
    { title: 'Two', cards: [{ type: 'entities', entities: ['light.bed_light', 'switch.ac'] }] },
  ],
};

await describeBehaviour('dashboards', (bench) => {
  const write = (args: object) => bench().ok('ha_config_set_dashboard', { BestPracticeKey: bench().key, ...args });
  const refused = (args: object, code: string) =>
    bench().fails('ha_config_set_dashboard', { BestPracticeKey: bench().key, ...args }, code);
  const read = (args: object) => bench().ok('ha_config_get_dashboard', args);
  const saved = (url_path: string) => bench().ws({ type: 'lovelace/config', url_path });
  async function withDashboard(url_path: string, use: () => Promise<unknown>, more: object = {}) {
    await write({ url_path, config: CONFIG, ...more });
    try {
      await use();
    } finally {
      await bench().call('ha_config_delete_dashboard', { url_path });
    }
  }

  it('is made with title and icon, listed, read, and gone once removed', async () => {
    const url_path = 'behaviour-page';
    const look = { title: 'Behaviour page', icon: 'mdi:flask', require_admin: 'true', show_in_sidebar: false };
    const made = await write({ url_path, config: JSON.stringify(CONFIG), ...look });
    expect(made).toMatchObject({
      ...{ success: true, action: 'create', url_path, dashboard_created: true, config_updated: true },
      ...{ dashboard_id: expect.any(String), message: expect.any(String) },
    });
    const list = await read({ list_only: true });
    expect(list).toMatchObject({ action: 'list', count: list.dashboards.length });
    expect(list.dashboards).toContainEqual({
      ...look,
      ...{ id: made.dashboard_id, url_path, require_admin: true, mode: 'storage' },
    });
    expect(await saved(url_path)).toEqual(CONFIG);
    const got = await read({ url_path });
    expect(got).toMatchObject({
      ...{ action: 'get', url_path, config: CONFIG, config_size_bytes: JSON.stringify(CONFIG).length },
      config_hash: expect.stringMatching(/^[0-9a-f]{16}$/),
      render_paths: [
        { view_index: 0, view_path: 'home', title: 'Home', render_path: `/${url_path}/home`, stable: true },
        { view_index: 1, view_path: null, render_path: `/${url_path}/1`, stable: false },
      ],
    });
    const gone = await bench().ok('ha_config_delete_dashboard', { url_path });
    expect(gone).toMatchObject({ action: 'delete', url_path, message: expect.any(String) });
    const missing = await bench().fails('ha_config_delete_dashboard', { url_path }, 'RESOURCE_NOT_FOUND');
    expect(missing.available_dashboard_ids).toEqual(expect.any(Array));
    const unknown = await bench().fails('ha_config_get_dashboard', { url_path }, 'SERVICE_CALL_FAILED');
    expect(unknown).toMatchObject({ action: 'get', url_path });
    expect(unknown.error.message).toContain('Unknown config specified');
  });

  it('takes a title from its path, and other looks without a config', () =>
    withDashboard('behaviour-looks', async () => {
      const url_path = 'behaviour-looks';
      const titles = async () =>
        (await read({ list_only: true })).dashboards.filter((one: { url_path: string }) => one.url_path === url_path);
      expect(await titles()).toMatchObject([{ title: 'Behaviour Looks' }]);
      const changed = await write({ url_path, title: 'Renamed' });
      expect(changed).toMatchObject({ action: 'update', metadata_updated: true, config_updated: false });
      expect(await titles()).toMatchObject([{ title: 'Renamed' }]);
      expect(await saved(url_path)).toEqual(CONFIG);
    }));

  it('is replaced, and changed by a transform of what was read', () =>
    withDashboard('behaviour-changed', async () => {
      const url_path = 'behaviour-changed';
      const replaced = await write({ url_path, config: { views: [{ title: 'One', cards: [] }] } });
      expect(replaced).toMatchObject({ action: 'update', dashboard_created: false, config_updated: true });
      const { config_hash } = await read({ url_path });
      const python_transform = "config['views'][0]['cards'].append({'type': 'markdown', 'content': 'hi'})";
      const changed = await write({ url_path, python_transform, config_hash });
      expect(changed).toMatchObject({
        ...{ action: 'python_transform', url_path, python_expression: python_transform },
        ...{ write_committed: true, post_write_verified: true, render_paths: expect.any(Array) },
      });
      expect((await saved(url_path)).views[0].cards).toEqual([{ type: 'markdown', content: 'hi' }]);
      expect((await read({ url_path })).config_hash).toBe(changed.config_hash);
      await refused({ url_path, python_transform, config_hash }, 'SERVICE_CALL_FAILED');
      await refused({ url_path, config: CONFIG, config_hash }, 'SERVICE_CALL_FAILED');
      for (const bad of ['import os', "config['views'][7] = 1"])
        await refused({ url_path, python_transform: bad, config_hash: changed.config_hash }, 'VALIDATION_FAILED');
    }));

  it('shows one view, and finds cards by entity, type and heading', () =>
    withDashboard('behaviour-cards', async () => {
      const url_path = 'behaviour-cards';
      expect(await read({ url_path, view_path: 'home' })).toMatchObject({
        view: CONFIG.views[0],
        view_index: 0,
        view_count: 2,
      });
      expect(await read({ url_path, view_path: '1' })).toMatchObject({ view: CONFIG.views[1], view_index: 1 });
      const byEntity = await read({ url_path, entity_id: 'light.bed_light' });
      expect(byEntity).toMatchObject({
        ...{ action: 'find_card', url_path, match_count: 2, search_criteria: { entity_id: 'light.bed_light' } },
        matches: [
          {
            ...{ view_index: 0, section_index: 0, card_index: 1, card_type: 'tile' },
            jq_path: '.views[0].sections[0].cards[1]',
            python_path: "config['views'][0]['sections'][0]['cards'][1]",
          },
          { view_index: 1, section_index: null, card_index: 0, jq_path: '.views[1].cards[0]', card_type: 'entities' },
        ],
      });
      const byType = await read({ url_path, card_type: 'tile', include_config: 'true' });
      expect(byType.matches).toMatchObject([{ card_config: { type: 'tile', entity: 'light.bed_light' } }]);
      expect(await read({ url_path, heading: 'lights' })).toMatchObject({ match_count: 1 });
      expect(await read({ url_path, entity_id: 'sun.sun' })).toMatchObject({ matches: [{ badge_index: 0 }] });
      expect(await read({ url_path, entity_id: 'light.nowhere' })).toMatchObject({ matches: [], match_count: 0 });
      const found = await read({ mode: 'search', query: 'switch.ac' });
      expect(found).toMatchObject({ action: 'search_all', query: 'switch.ac' });
      expect(found.matches).toContainEqual(expect.objectContaining({ url_path, view_index: 1, card_type: 'entities' }));
    }));

  it.each([
    ['a path without a hyphen', { url_path: 'behaviour', config: CONFIG }, 'VALIDATION_INVALID_PARAMETER'],
    ['an empty path', { url_path: '', config: CONFIG }, 'VALIDATION_INVALID_PARAMETER'],
    [
      'both ways at once',
      { config: CONFIG, python_transform: 'x = 1', config_hash: 'x' },
      'VALIDATION_INVALID_PARAMETER',
    ],
    ['a transform without hash', { python_transform: 'x = 1' }, 'VALIDATION_INVALID_PARAMETER'],
    ['a transform of nothing', { python_transform: 'x = 1', config_hash: 'x' }, 'SERVICE_CALL_FAILED'],
    ['nothing for the default one', { url_path: 'default' }, 'SERVICE_CALL_FAILED'],
    ['views that are none', { config: { views: 'x' } }, 'VALIDATION_FAILED'],
  ])('with %s is refused', (_title, args, code) => refused({ url_path: 'behaviour-never', ...args }, code));

  it('that a strategy fills has no cards to search', () =>
    withDashboard(
      'behaviour-strategy',
      () =>
        bench().fails(
          'ha_config_get_dashboard',
          { url_path: 'behaviour-strategy', card_type: 'tile' },
          'VALIDATION_FAILED',
        ),
      { config: { strategy: { type: 'original-states' } } },
    ));
});

await describeBehaviour('dashboard resources', (bench) => {
  const set = (args: object) => bench().ok('ha_config_set_dashboard_resource', args);

  it('are added, changed, listed and removed', async () => {
    const { ok, fails, ws } = bench();
    const made = await set({ url: '/local/behaviour.js' });
    const { resource_id } = made;
    expect(made).toMatchObject({
      success: true,
      action: 'created',
      resource_type: 'module',
      url: '/local/behaviour.js',
    });
    const changed = await set({ resource_id, url: '/local/behaviour.css', resource_type: 'css' });
    expect(changed).toMatchObject({ action: 'updated', resource_id, resource_type: 'css' });
    expect(await ws({ type: 'lovelace/resources' })).toContainEqual({
      id: resource_id,
      type: 'css',
      url: '/local/behaviour.css',
    });
    const inline = await set({ content: '.behaviour { color: red }', resource_type: 'css' });
    expect(inline).toMatchObject({ action: 'created', size: 25 });
    const { resources, total_count } = await ok('ha_config_list_dashboard_resources', {
      include_content: true,
      limit: 500,
    });
    expect(resources).toHaveLength(total_count);
    expect(resources).toContainEqual(
      expect.objectContaining({
        id: inline.resource_id,
        url: '[inline]',
        _inline: true,
        _content: '.behaviour { color: red }',
      }),
    );
    for (const id of [resource_id, inline.resource_id])
      expect(await ok('ha_config_delete_dashboard_resource', { resource_id: id })).toMatchObject({
        action: 'delete',
        resource_id: id,
      });
    await fails('ha_config_delete_dashboard_resource', { resource_id }, 'RESOURCE_NOT_FOUND');
  });

  it.each([
    ['nothing', {}],
    ['both', { url: '/x.js', content: 'x' }],
    ['an empty address', { url: '' }],
    ['inline js', { content: 'x', resource_type: 'js' }],
    ['too much', { content: 'x'.repeat(130_000) }],
  ])('with %s are refused', (_title, args) =>
    bench().fails('ha_config_set_dashboard_resource', args, 'VALIDATION_INVALID_PARAMETER'),
  );
});
