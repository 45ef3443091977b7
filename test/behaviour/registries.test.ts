import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bench, describeBehaviour } from './harness.ts';

const entryOf = ({ ws }: Bench, entity_id: string) => ws({ type: 'config/entity_registry/get', entity_id });

/** A label that goes when the test is over. */
async function withLabel(bench: Bench, name: string, use: (labelId: string) => Promise<unknown>): Promise<void> {
  const { label_id } = await bench.ok('ha_config_set_label', { name });
  try {
    await use(label_id);
  } finally {
    await bench.call('ha_config_remove_label', { label_id });
  }
}

await describeBehaviour('labels and categories', (bench) => {
  it('a label is made, read, changed and removed', async () => {
    const { ok, fails, ws } = bench();
    const look = { color: 'red', icon: 'mdi:tag', description: 'of a test' };
    const made = await ok('ha_config_set_label', { name: 'Behaviour label', ...look });
    const { label_id } = made;
    expect(made).toMatchObject({ success: true, label_id: 'behaviour_label', label_data: { label_id, ...look } });
    expect(await ok('ha_config_get_label', { label_id })).toMatchObject({
      label_id,
      label: { name: 'Behaviour label' },
    });
    const { labels, count } = await ok('ha_config_get_label');
    expect(labels).toHaveLength(count);
    expect(labels).toContainEqual(expect.objectContaining({ label_id }));
    await ok('ha_config_set_label', { label_id, name: 'Behaviour renamed', color: '' });
    expect(await ws({ type: 'config/label_registry/list' })).toContainEqual(
      expect.objectContaining({ label_id, name: 'Behaviour renamed', color: null, icon: 'mdi:tag' }),
    );
    const taken = await fails('ha_config_set_label', { name: 'Behaviour renamed' }, 'SERVICE_CALL_FAILED');
    expect(taken.error).toMatchObject({
      message: expect.stringContaining('already in use'),
      suggestion: expect.any(String),
    });
    expect(await ok('ha_config_remove_label', { label_id })).toMatchObject({ success: true, label_id });
    const missing = await fails('ha_config_get_label', { label_id }, 'RESOURCE_NOT_FOUND');
    expect(missing.available_label_ids).not.toContain(label_id);
    expect(missing.error.message).toMatch(/^Label not found/);
    await fails('ha_config_remove_label', { label_id }, 'RESOURCE_NOT_FOUND');
    const unknown = await fails('ha_config_set_label', { label_id, name: 'x' }, 'RESOURCE_NOT_FOUND');
    expect(unknown.error.suggestion).toContain('label_id');
    await fails('ha_config_set_label', { color: 'red' }, 'VALIDATION_FAILED');
  });

  it('a category is made, read, changed and removed', async () => {
    const { ok, fails, ws } = bench();
    const scope = 'automation';
    const made = await ok('ha_config_set_category', { name: 'Behaviour category', scope, icon: 'mdi:flask' });
    const { category_id } = made;
    expect(made).toMatchObject({
      scope,
      category_data: { category_id, name: 'Behaviour category', icon: 'mdi:flask' },
    });
    expect(await ok('ha_config_get_category', { scope, category_id })).toMatchObject({
      category_id,
      category: { category_id },
    });
    expect((await ok('ha_config_get_category', { scope })).categories).toContainEqual(
      expect.objectContaining({ category_id }),
    );
    await ok('ha_config_set_category', { name: 'Behaviour other', scope, category_id });
    expect(await ws({ type: 'config/category_registry/list', scope })).toContainEqual(
      expect.objectContaining({ category_id, name: 'Behaviour other' }),
    );
    expect(await ok('ha_config_remove_category', { scope, category_id })).toMatchObject({ category_id, scope });
    const missing = await fails('ha_config_get_category', { scope, category_id }, 'RESOURCE_NOT_FOUND');
    expect(missing.available_category_ids).toEqual(expect.any(Array));
    await fails('ha_config_remove_category', { scope, category_id }, 'RESOURCE_NOT_FOUND');
    await fails('ha_config_get_category', {}, 'VALIDATION_FAILED');
  });
});

await describeBehaviour('areas and floors', (bench) => {
  it('are made, changed, cleared and removed', async () => {
    const { ok, ws } = bench();
    const floor = await ok('ha_set_area_or_floor', {
      kind: 'floor',
      name: 'Behaviour floor',
      level: '1',
      aliases: 'up, top',
    });
    const { floor_id } = floor;
    expect(floor).toMatchObject({
      kind: 'floor',
      floor: { floor_id, level: 1, aliases: expect.arrayContaining(['top', 'up']) },
    });
    const area = await ok('ha_set_area_or_floor', {
      kind: 'area',
      name: 'Behaviour area',
      floor_id,
      icon: 'mdi:sofa',
      aliases: ['lounge'],
    });
    const { area_id: id } = area;
    expect(area).toMatchObject({
      kind: 'area',
      area: { area_id: id, floor_id, icon: 'mdi:sofa', aliases: ['lounge'] },
    });
    const listed = await ok('ha_list_floors_areas');
    expect(listed.floors).toContainEqual(
      expect.objectContaining({ floor_id, areas: [expect.objectContaining({ area_id: id })] }),
    );
    await ok('ha_set_area_or_floor', { kind: 'area', id, name: 'Behaviour room', icon: '', floor_id: '' });
    expect(await ws({ type: 'config/area_registry/list' })).toContainEqual(
      expect.objectContaining({ area_id: id, name: 'Behaviour room', icon: null, floor_id: null, aliases: ['lounge'] }),
    );
    await ok('ha_set_area_or_floor', { kind: 'floor', id: floor_id, level: 2 });
    expect(await ok('ha_remove_area_or_floor', { kind: 'area', id })).toMatchObject({ area_id: id, kind: 'area' });
    expect(await ok('ha_remove_area_or_floor', { kind: 'floor', id: floor_id })).toMatchObject({
      floor_id,
      kind: 'floor',
    });
    expect(await ws({ type: 'config/area_registry/list' })).not.toContainEqual(
      expect.objectContaining({ area_id: id }),
    );
  });

  it.each([
    ['an unknown kind', { kind: 'room', name: 'x' }, 'VALIDATION_FAILED'],
    ['no name', { kind: 'area' }, 'VALIDATION_INVALID_PARAMETER'],
    ['nothing to update', { kind: 'area', id: 'kitchen' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an unknown floor', { kind: 'area', id: 'kitchen', floor_id: 'nowhere' }, 'VALIDATION_INVALID_PARAMETER'],
    ['a level of an area', { kind: 'area', id: 'kitchen', level: 1 }, 'VALIDATION_INVALID_PARAMETER'],
    ['a picture of a floor', { kind: 'floor', name: 'x', picture: '/x.png' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an area there is not', { kind: 'area', id: 'nowhere', name: 'x' }, 'SERVICE_CALL_FAILED'],
    ['a taken name', { kind: 'area', name: 'Kitchen' }, 'SERVICE_CALL_FAILED'],
  ])('with %s are refused', (_title, args, code) => bench().fails('ha_set_area_or_floor', args, code));

  it.each(['area', 'floor'])('a missing %s is not removed', async (kind) => {
    const body = await bench().fails('ha_remove_area_or_floor', { kind, id: 'nowhere' }, 'SERVICE_CALL_FAILED');
    expect(body.error.message).toContain("doesn't exist");
  });
});

await describeBehaviour('entities', (bench) => {
  const [ONE, OTHER] = ['input_button.behaviour_entity', 'input_button.behaviour_entity_too'];
  beforeAll(async () => {
    for (const name of ['Behaviour entity', 'Behaviour entity too'])
      await bench().ws({ type: 'input_button/create', name });
  });
  afterAll(async () => {
    for (const input_button_id of ['behaviour_entity', 'behaviour_entity_too'])
      await bench().ws({ type: 'input_button/delete', input_button_id });
  });

  it('take a name, an area, an icon, labels and aliases, and give them back', () =>
    withLabel(bench(), 'Behaviour entity label', async (label) => {
      const { ok } = bench();
      const given = { name: 'Behaviour lamp', area_id: 'kitchen', icon: 'mdi:lamp', labels: label, aliases: ['glow'] };
      const done = await ok('ha_set_entity', { entity_id: ONE, ...given });
      expect(done).toMatchObject({
        success: true,
        entity_id: ONE,
        updates: expect.any(Array),
        message: expect.any(String),
      });
      expect(done.entity_entry).toMatchObject({ ...given, labels: [label], enabled: true, hidden: false });
      expect(await entryOf(bench(), ONE)).toMatchObject({
        name: 'Behaviour lamp',
        area_id: 'kitchen',
        labels: [label],
      });
      await ok('ha_set_entity', { entity_id: ONE, name: '', area_id: '', icon: '', labels: [], aliases: [] });
      expect(await entryOf(bench(), ONE)).toMatchObject({ name: null, area_id: null, icon: null, labels: [] });
    }));

  it('are labelled, added to and taken from, one or many at once', () =>
    withLabel(bench(), 'Behaviour first', (first) =>
      withLabel(bench(), 'Behaviour second', async (second) => {
        const { ok } = bench();
        const both = { entity_id: JSON.stringify([ONE, OTHER]) };
        await ok('ha_set_entity', { ...both, labels: [first] });
        const added = await ok('ha_set_entity', { ...both, labels: second, label_operation: 'add' });
        expect(added).toMatchObject({ total: 2, succeeded_count: 2, failed_count: 0, failed: [] });
        for (const id of [ONE, OTHER])
          expect((await entryOf(bench(), id)).labels.sort()).toEqual([first, second].sort());
        await ok('ha_set_entity', { ...both, labels: [first], label_operation: 'remove' });
        expect((await entryOf(bench(), OTHER)).labels).toEqual([second]);
        const partly = await ok('ha_set_entity', { entity_id: [ONE, 'input_button.nowhere'], labels: [] });
        expect(partly).toMatchObject({
          ...{ partial: true, succeeded_count: 1, failed_count: 1 },
          failed: [{ entity_id: 'input_button.nowhere', error: expect.any(String) }],
        });
        await ok('ha_set_entity', { entity_id: OTHER, labels: [] });
      }),
    ));

  it('are hidden, disabled, enabled, exposed and renamed', async () => {
    const { ok, ws, rest } = bench();
    await ok('ha_set_entity', { entity_id: ONE, hidden: 'true' });
    expect((await entryOf(bench(), ONE)).hidden_by).toBe('user');
    await ok('ha_set_entity', { entity_id: ONE, hidden: false });
    const exposed = await ok('ha_set_entity', { entity_id: ONE, expose_to: '{"conversation": true}' });
    expect(exposed.exposure).toEqual({ conversation: true });
    const { exposed_entities } = await ws({ type: 'homeassistant/expose_entity/list' });
    expect(exposed_entities[ONE]).toMatchObject({ conversation: true });
    await ok('ha_set_entity', { entity_id: ONE, expose_to: { conversation: false } });
    const renamed = await ok('ha_set_entity', { entity_id: ONE, new_entity_id: 'input_button.behaviour_renamed' });
    expect(renamed).toMatchObject({
      entity_id: 'input_button.behaviour_renamed',
      old_entity_id: ONE,
      warnings: [expect.any(String)],
    });
    expect((await rest('/states/input_button.behaviour_renamed')).entity_id).toBe('input_button.behaviour_renamed');
    await ok('ha_set_entity', { entity_id: 'input_button.behaviour_renamed', new_entity_id: ONE });
  });

  it.each([
    ['nothing', {}, 'VALIDATION_INVALID_PARAMETER'],
    ['another domain', { new_entity_id: 'light.x' }, 'VALIDATION_INVALID_PARAMETER'],
    ['a bad id', { new_entity_id: 'Not an id' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an unknown label', { labels: ['nope'] }, 'VALIDATION_INVALID_PARAMETER'],
    ['an unknown area', { area_id: 'nowhere' }, 'VALIDATION_INVALID_PARAMETER'],
    ['an unknown assistant', { expose_to: { nobody: true } }, 'VALIDATION_INVALID_PARAMETER'],
    ['a name for many', { entity_id: [ONE, OTHER], name: 'x' }, 'VALIDATION_INVALID_PARAMETER'],
    ['a taken id', { new_entity_id: OTHER }, 'SERVICE_CALL_FAILED'],
    ['an entity there is not', { entity_id: 'input_button.nowhere', name: 'x' }, 'SERVICE_CALL_FAILED'],
    ['a wrong operation', { labels: [], label_operation: 'swap' }, 'VALIDATION_FAILED'],
  ])('with %s are refused', (_title, args, code) => bench().fails('ha_set_entity', { entity_id: ONE, ...args }, code));

  it('are removed from the registry, one or many', async () => {
    const { ok, fails, rest } = bench();
    const helper = (name: string) =>
      ok('ha_config_set_helper', { helper_type: 'input_button', name, BestPracticeKey: bench().key });
    const made = [await helper('Behaviour leaving 1'), await helper('Behaviour leaving 2')];
    const [first, second] = made.map(({ entity_id }) => entity_id);
    expect(await ok('ha_remove_entity', { entity_id: first })).toMatchObject({ success: true, entity_id: first });
    await expect(rest(`/states/${first}`)).rejects.toThrow('404');
    expect(await ok('ha_remove_entity', { entity_id: [first, second] })).toMatchObject({
      total: 2,
      removed: [second],
      skipped: [first],
    });
    await fails('ha_remove_entity', { entity_id: first }, 'ENTITY_NOT_FOUND');
    for (const { data } of made) await bench().ws({ type: 'input_button/delete', input_button_id: data.id });
  });
});

await describeBehaviour('devices', (bench) => {
  const deviceId = async () => (await entryOf(bench(), 'switch.decorative_lights')).device_id;

  it('take a name, an area and labels, and give them back', () =>
    withLabel(bench(), 'Behaviour device', async (label) => {
      const { ok, ws } = bench();
      const device_id = await deviceId();
      const done = await ok('ha_set_device', { device_id, name: 'Behaviour box', area_id: 'kitchen', labels: [label] });
      expect(done).toMatchObject({
        ...{ device_id, message: expect.any(String), note: expect.any(String), updates: expect.any(Array) },
        device_entry: { name_by_user: 'Behaviour box', area_id: 'kitchen', disabled_by: null, labels: [label] },
      });
      expect(await ws({ type: 'config/device_registry/list' })).toContainEqual(
        expect.objectContaining({ id: device_id, name_by_user: 'Behaviour box', area_id: 'kitchen' }),
      );
      await ok('ha_set_device', { device_id, name: '', area_id: '', labels: '' });
    }));

  it('are refused what is not there or cannot be', async () => {
    const { fails } = bench();
    const device_id = await deviceId();
    await fails('ha_set_device', { device_id }, 'VALIDATION_INVALID_PARAMETER');
    await fails('ha_set_device', { device_id, area_id: 'nowhere' }, 'VALIDATION_INVALID_PARAMETER');
    await fails('ha_set_device', { device_id: 'nope', name: 'x' }, 'SERVICE_CALL_FAILED');
    const missing = await fails('ha_remove_device', { device_id: 'nope' }, 'RESOURCE_NOT_FOUND');
    expect(missing.available_device_ids).toEqual(expect.any(Array));
    await fails('ha_remove_device', { device_id }, 'SERVICE_CALL_FAILED');
  });
});

await describeBehaviour('zones and groups', (bench) => {
  it('a zone is made, moved and removed', async () => {
    const { ok, fails, rest } = bench();
    const made = await ok('ha_set_zone', { name: 'Behaviour zone', latitude: '10.25', longitude: 4 });
    const { zone_id } = made;
    expect(made).toMatchObject({ zone_data: { id: zone_id, latitude: 10.25, radius: 100, passive: false } });
    const changed = await ok('ha_set_zone', { zone_id, radius: 55, icon: 'mdi:tent', passive: 'true' });
    expect(changed).toMatchObject({ zone_id, updated_fields: ['radius', 'icon', 'passive'] });
    expect((await rest(`/states/zone.${zone_id}`)).attributes).toMatchObject({
      radius: 55,
      icon: 'mdi:tent',
      passive: true,
    });
    expect(await ok('ha_get_zone', { zone_id })).toMatchObject({ zone_id, zone: { id: zone_id, radius: 55 } });
    const { zones, count } = await ok('ha_get_zone');
    expect(zones).toHaveLength(count);
    expect(await ok('ha_remove_zone', { zone_id })).toMatchObject({ zone_id, message: expect.any(String) });
    const missing = await fails('ha_get_zone', { zone_id }, 'RESOURCE_NOT_FOUND');
    expect(missing.available_zone_ids).not.toContain(zone_id);
    await fails('ha_remove_zone', { zone_id }, 'SERVICE_CALL_FAILED');
  });

  it.each([
    ['without a place', { name: 'x' }],
    ['without a name', { latitude: 1, longitude: 1 }],
    ['beyond the pole', { name: 'x', latitude: 91, longitude: 1 }],
    ['of no size', { name: 'x', latitude: 1, longitude: 1, radius: 0 }],
    ['with nothing to update', { zone_id: 'home' }],
  ])('a zone %s is refused', (_title, args) => bench().fails('ha_set_zone', args, 'VALIDATION_FAILED'));

  it('a group is made, changed member by member, listed and removed', async () => {
    const { ok, fails, rest } = bench();
    const object_id = 'behaviour_group';
    const members = async () => (await rest(`/states/group.${object_id}`)).attributes.entity_id.sort();
    const [a, b, c] = ['light.ceiling_lights', 'switch.ac', 'switch.decorative_lights'];
    const made = await ok('ha_config_set_group', {
      object_id,
      name: 'Behaviour group',
      entities: [a, b],
      icon: 'mdi:group',
      all_on: true,
    });
    expect(made).toMatchObject({ entity_id: `group.${object_id}`, object_id });
    expect(made.updated_fields).toEqual(expect.arrayContaining(['entities', 'name', 'icon']));
    await ok('ha_config_set_group', { object_id, add_entities: [c] });
    expect(await members()).toEqual([a, b, c]);
    await ok('ha_config_set_group', { object_id, remove_entities: `["${b}"]` });
    expect(await members()).toEqual([a, c]);
    const { groups, total_count } = await ok('ha_config_list_groups', { limit: 500 });
    expect(groups).toHaveLength(total_count);
    expect(groups).toContainEqual(
      expect.objectContaining({
        object_id,
        friendly_name: 'Behaviour group',
        icon: 'mdi:group',
        entity_ids: expect.arrayContaining([a, c]),
      }),
    );
    const both = { object_id, entities: [a], add_entities: [b] };
    const refused = await fails('ha_config_set_group', both, 'VALIDATION_INVALID_PARAMETER');
    expect(refused.provided_ops).toEqual(['entities', 'add_entities']);
    await fails('ha_config_set_group', { object_id: 'group.x', entities: [a] }, 'VALIDATION_INVALID_PARAMETER');
    await fails('ha_config_set_group', { object_id, entities: [] }, 'VALIDATION_INVALID_PARAMETER');
    await fails('ha_config_remove_group', { object_id: 'group.x' }, 'VALIDATION_INVALID_PARAMETER');
    expect(await ok('ha_config_remove_group', { object_id })).toMatchObject({
      entity_id: `group.${object_id}`,
      object_id,
    });
    await expect(rest(`/states/group.${object_id}`)).rejects.toThrow('404');
  });
});
