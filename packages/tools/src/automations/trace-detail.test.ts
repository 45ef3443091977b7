import type { Trace } from '@hub/ha/traces.ts';
import { describe, expect, it } from 'vitest';
import { formatTrace, keepSections } from './trace-detail.ts';

const at = (second: number) => `2026-11-23T23:14:0${second}.000000+00:00`;

/** As Home Assistant 2026.11 writes it, shortened. */
const trace: Trace = {
  run_id: '1',
  domain: 'automation',
  item_id: '17',
  state: 'stopped',
  script_execution: 'error',
  last_step: 'action/2',
  error: 'Action nope.nope not found',
  trigger: 'state of light.a',
  timestamp: { start: at(0), finish: at(5) },
  context: { id: 'C', parent_id: null, user_id: null },
  config: { alias: 'Trial', mode: 'queued' },
  trace: {
    'action/2': [
      { path: 'action/2', timestamp: at(4), error: 'Action nope.nope not found', result: { running_script: false } },
    ],
    'action/0': [{ path: 'action/0', timestamp: at(2), changed_variables: { this: {}, context: {}, a: 1 } }],
    'action/1/choose/0': [
      { path: 'action/1/choose/0', timestamp: at(3), result: { result: true }, changed_variables: { a: 1 } },
    ],
    'condition/0': [{ path: 'condition/0', timestamp: at(1), result: { result: true, entities: [] } }],
    'trigger/0': [
      {
        path: 'trigger/0',
        timestamp: at(0),
        changed_variables: {
          this: {},
          trigger: {
            platform: 'state',
            entity_id: 'light.a',
            from_state: null,
            to_state: { state: 'on' },
            description: 'state of light.a',
          },
        },
      },
    ],
  },
};

describe('formatTrace', () => {
  it('puts trigger, conditions and actions in the order of time', () => {
    expect(formatTrace(trace, 'automation', true)).toEqual({
      trigger: {
        platform: 'state',
        description: 'state of light.a',
        entity_id: 'light.a',
        from_state: null,
        to_state: 'on',
      },
      condition_results: [{ path: 'condition/0', timestamp: at(1), result: true }],
      action_trace: [
        { path: 'action/0', timestamp: at(2), variables: { a: 1 } },
        { path: 'action/1/choose/0', timestamp: at(3), result: { result: true } },
        { path: 'action/2', timestamp: at(4), result: { running_script: false }, error: 'Action nope.nope not found' },
      ],
      config_summary: { alias: 'Trial', mode: 'queued' },
      error: 'Action nope.nope not found',
      script_execution: 'error',
    });
  });

  it('gives every step all its variables when not deduplicated', () => {
    const { action_trace: steps } = formatTrace(trace, 'automation', false);
    expect(steps).toMatchObject([{ variables: { this: {}, context: {}, a: 1 } }, { variables: { a: 1 } }, {}]);
  });

  it('tells of a run by hand only that nothing triggered it', () => {
    const byHand = { ...trace, trigger: null, trace: {} };
    expect(formatTrace(byHand, 'automation', true)).toMatchObject({ trigger: { description: null }, action_trace: [] });
    expect(formatTrace(byHand, 'script', true)).not.toHaveProperty('trigger');
  });
});

describe('keepSections', () => {
  it('keeps the named sections and says which it does not know', () => {
    const { body, warnings } = keepSections(formatTrace(trace, 'automation', true), ['Conditions', 'weather']);
    expect(Object.keys(body)).toEqual(['condition_results', 'script_execution']);
    expect(warnings).toEqual([expect.stringContaining('weather')]);
  });
});
