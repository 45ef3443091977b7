import type { Area, Floor } from '@hub/ha/records.ts';
import { describe, expect, it } from 'vitest';
import { matchAreas } from './area-filter.ts';

const area = (area_id: string, name: string, floor_id: string | null = null, aliases: string[] = []): Area => ({
  area_id,
  name,
  floor_id,
  icon: null,
  picture: null,
  aliases,
  labels: [],
});
const floor = (floor_id: string, name: string): Floor => ({ floor_id, name, level: null, icon: null, aliases: [] });
const areas = new Map(
  [
    area('kitchen', 'Küche', 'ground', ['cook room']),
    area('bedroom', 'Bedroom', 'upper'),
    area('bedroom_kids', 'Kids', 'upper'),
    area('garden', 'Garden'),
  ].map((one) => [one.area_id, one]),
);
const floors = new Map([floor('ground', 'Ground Floor'), floor('upper', 'Upstairs')].map((one) => [one.floor_id, one]));
const idsFor = (text: string) => [...matchAreas(text, areas, floors).areaIds];

describe('matchAreas', () => {
  it('takes an area by id, name or alias, and no other beside it', () => {
    expect(idsFor('bedroom')).toEqual(['bedroom']);
    expect(idsFor(' kuche ')).toEqual(['kitchen']);
    expect(idsFor('Cook Room')).toEqual(['kitchen']);
  });

  it('expands a floor to its areas and says so, also when it is spelled a little otherwise', () => {
    expect(matchAreas('Upstairs', areas, floors)).toMatchObject({
      names: ['Bedroom', 'Kids'],
      warnings: [expect.stringContaining('expanded to 2 area(s)')],
    });
    expect(idsFor('upstaris')).toEqual(['bedroom', 'bedroom_kids']);
  });

  it('takes every area that holds the text or nearly does', () => {
    expect(idsFor('bedro')).toEqual(['bedroom', 'bedroom_kids']);
    expect(idsFor('gardn')).toEqual(['garden']);
  });

  it('takes the area where a floor has the same name, and none where several floors are as close', () => {
    const twins = new Map([floor('attic_a', 'Attic A'), floor('attic_b', 'Attic B')].map((one) => [one.floor_id, one]));
    expect(matchAreas('Attic C', areas, twins)).toMatchObject({
      warnings: [expect.stringContaining('Attic A, Attic B')],
    });
    const same = new Map([['garden', floor('garden', 'Garden')]]);
    expect(matchAreas('garden', areas, same)).toMatchObject({
      names: ['Garden'],
      warnings: [expect.stringContaining('the area was taken')],
    });
  });

  it('takes nothing for what is called like none', () => {
    expect(idsFor('e2e_no_such_place_4711')).toEqual([]);
  });
});
