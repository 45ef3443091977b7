import { describe, expect, it } from 'vitest';
import { matchConfig } from './config-match.ts';

const config = {
  alias: 'Evening',
  triggers: [{ trigger: 'state', entity_id: 'sensor.dryer_power', to: 12 }],
  actions: [{ action: 'notify.mobile', data: { message: 'Override the Tumbler' } }],
};
const names = ['automation.evening', 'Evening'];

describe('matchConfig', () => {
  it('as it is written: anywhere in names, keys and values, and not across two of them', () => {
    expect(matchConfig('SENSOR.DRYER', names, config, true)).toEqual({ score: 100, inName: false, inConfig: true });
    expect(matchConfig('evening', names, config, true)).toEqual({ score: 100, inName: true, inConfig: true });
    expect(matchConfig('entity_id', names, config, true)?.inConfig).toBe(true);
    expect(matchConfig('12', names, config, true)?.inConfig).toBe(true);
    expect(matchConfig('dryer override', names, config, true)).toBeUndefined();
    expect(matchConfig('evening', names, undefined, true)).toEqual({ score: 100, inName: true, inConfig: false });
  });

  it('by words: most of them, wherever they stand, misspelled or not', () => {
    expect(matchConfig('dryer override', names, config, false)).toEqual({ score: 100, inName: false, inConfig: true });
    expect(matchConfig('tumblr evenning', names, config, false)?.score).toBeGreaterThanOrEqual(80);
    expect(matchConfig('washing machine override', names, config, false)).toBeUndefined();
    expect(matchConfig('...', names, config, false)).toBeUndefined();
  });
});
