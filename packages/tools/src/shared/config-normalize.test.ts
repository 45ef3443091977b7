import { describe, expect, it } from 'vitest';
import { normalizeAutomation, normalizeScript } from './config-normalize.ts';

describe('normalizeAutomation', () => {
  it('makes root keys plural and lists, the plural winning where both are given', () => {
    const config = { alias: 'x', trigger: { platform: 'sun', event: 'sunset' }, action: [], actions: [{ event: 'y' }] };
    expect(normalizeAutomation(config)).toEqual({
      alias: 'x',
      triggers: [{ trigger: 'sun', event: 'sunset' }],
      actions: [{ event: 'y' }],
    });
  });

  it('changes nothing in what is in its one form', () => {
    const config = {
      alias: 'x',
      triggers: [{ trigger: 'state', entity_id: 'light.a' }],
      conditions: [{ condition: 'or', conditions: [{ condition: 'sun', after: 'sunset' }] }],
      actions: [{ choose: [{ conditions: [], sequence: [{ action: 'light.turn_on', data: { action: 'TAP' } }] }] }],
    };
    expect(normalizeAutomation(config)).toEqual(config);
  });

  it('corrects `sequences` in actions, but not in what an action hands on', () => {
    const actions = [{ choose: [{ conditions: [], sequences: [{ event: 'a', event_data: { sequences: 1 } }] }] }];
    expect(normalizeAutomation({ actions })).toEqual({
      actions: [{ choose: [{ conditions: [], sequence: [{ event: 'a', event_data: { sequences: 1 } }] }] }],
    });
  });

  it('drops empty lists beside a blueprint, which would override its own', () => {
    const use_blueprint = { path: 'a.yaml', input: {} };
    expect(normalizeAutomation({ alias: 'x', use_blueprint, trigger: [], condition: [], action: [] })).toEqual({
      alias: 'x',
      use_blueprint,
    });
  });
});

describe('normalizeScript', () => {
  it('corrects `sequences` and drops an empty sequence beside a blueprint', () => {
    const sequence = [{ parallel: [{ choose: [{ conditions: [], sequences: [] }] }] }];
    expect(normalizeScript({ sequence })).toEqual({
      sequence: [{ parallel: [{ choose: [{ conditions: [], sequence: [] }] }] }],
    });
    expect(normalizeScript({ use_blueprint: { path: 'a.yaml' }, sequence: [] })).toEqual({
      use_blueprint: { path: 'a.yaml' },
    });
  });
});
