import { describe, expect, it } from 'vitest';
import { type Aliases, rankEntities } from './entity-index.ts';
import type { EntityEntry, EntityState } from './records.ts';

const stateOf = (entity_id: string, name: string): EntityState => ({
  entity_id,
  state: 'on',
  attributes: { friendly_name: name },
  last_changed: '2026-11-01T00:00:00+00:00',
  last_updated: '2026-11-01T00:00:00+00:00',
  context: { id: '1', parent_id: null, user_id: null },
});

const names: readonly (readonly [string, string])[] = [
  ['light.bed_light', 'Bed Light'],
  ['light.kitchen_lights', 'Kitchen Lights'],
  ['light.ceiling', 'Big Lamp'],
  ['sensor.outside_temperature', 'Outside Temperature'],
  ['switch.ac', 'AC'],
  ['cover.garage_door', 'Garage Door'],
  ['light.office_rgbw_lights', 'Office RGBW Lights'],
];

function home(aliases: Aliases = new Map()) {
  const states = new Map(names.map(([id, name]) => [id, stateOf(id, name)]));
  const entries: ReadonlyMap<string, EntityEntry> = new Map();
  return { states, entries, aliases };
}
const idsFor = (query: string, at = home()) => rankEntities(query, at, () => true).map(({ entityId }) => entityId);

describe('rankEntities', () => {
  it('finds words in any order, the entity that has all of them first', () => {
    const ranked = rankEntities('lights kitchen', home(), () => true);
    expect(ranked[0]).toMatchObject({ entityId: 'light.kitchen_lights', matchType: 'fuzzy_match' });
    expect(ranked[0]?.score).toBeGreaterThanOrEqual(60);
  });

  it('says what of the entity the query is', () => {
    const typeOf = (query: string) => rankEntities(query, home(), () => true)[0]?.matchType;
    expect(typeOf('light.bed_light')).toBe('exact_id');
    expect(typeOf('big lamp')).toBe('exact_name');
    expect(typeOf('garage')).toBe('partial_id');
    expect(typeOf('lamp')).toBe('partial_name');
    expect(typeOf('switch')).toBe('exact_domain');
  });

  it('finds words written together, and by an alias', () => {
    expect(idsFor('bedlight')).toEqual(['light.bed_light']);
    const at = home(new Map([['light.ceiling', ['Sunshine Machine']]]));
    expect(rankEntities('sunshine', at, () => true)).toEqual([
      expect.objectContaining({ entityId: 'light.ceiling', matchType: 'alias_match' }),
    ]);
  });

  it('finds misspelled words and beginnings of words when nobody has them as they are', () => {
    expect(rankEntities('kitchn lihgts', home(), () => true)).toEqual([
      expect.objectContaining({ entityId: 'light.kitchen_lights', matchType: 'typo_fallback' }),
    ]);
    expect(idsFor('temper')).toEqual(['sensor.outside_temperature']);
    const [close] = rankEntities('garaeg dooor', home(), () => true);
    expect(close?.score).toBeGreaterThanOrEqual(75);
  });

  it('finds nothing for nonsense, or when one of several words is all that fits', () => {
    expect(idsFor('xyznonexistent')).toEqual([]);
    expect(idsFor('garbage truck tuesday')).toEqual([]);
    expect(idsFor('.,-')).toEqual([]);
  });

  it('never serves a name of before', () => {
    const at = home();
    expect(idsFor('office', at)).toEqual(['light.office_rgbw_lights']);
    at.states.set('light.office_rgbw_lights', stateOf('light.office_rgbw_lights', 'Studio'));
    expect(idsFor('studio', at)).toEqual(['light.office_rgbw_lights']);
    at.states.delete('light.bed_light');
    expect(idsFor('bedlight', at)).toEqual([]);
    at.states.set('light.new_one', stateOf('light.new_one', 'Veranda'));
    expect(idsFor('veranda', at)).toEqual(['light.new_one']);
  });

  it('keeps to what is in scope', () => {
    const inScope = (id: string) => id.startsWith('cover.');
    expect(rankEntities('lights', home(), inScope)).toEqual([]);
    expect(rankEntities('garage', home(), inScope)).toHaveLength(1);
  });
});
