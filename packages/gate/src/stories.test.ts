import { describeReal } from '@hub/real-home/describe-real.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import type { ConnectorAccess } from './connector-access.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

const kB = 1_000;
const KEY = /I-HAVE-READ-THE-BEST-PRACTICES-GUIDE-[0-9a-f]{8}/;

/** What a model reads and writes in one conversation. */
interface Conversation {
  /** An answer that is no refusal. */
  call(name: string, args: object): Promise<Readonly<Record<string, unknown>>>;
  /** A first configuration write, as a model makes it that has not read the guide: refused, and sent again with the key. */
  firstWrite(name: string, args: object): Promise<Readonly<Record<string, unknown>>>;
  /** Passed on with later writes. */
  readonly key: string;
  readonly calls: number;
  readonly bytes: number;
}

function converse(open: OpenGate, connector: ConnectorAccess): Conversation {
  let [calls, bytes, key] = [0, 0, ''];
  const ask = async (name: string, args: object) => {
    const { isError, body, text } = await open.call(connector, name, args);
    calls++;
    bytes += Buffer.byteLength(name + JSON.stringify(args)) + Buffer.byteLength(text);
    return { isError, body, text };
  };
  const call = async (name: string, args: object) => {
    const { isError, body, text } = await ask(name, args);
    expect(isError, text).toBe(false);
    return body;
  };
  return {
    call,
    async firstWrite(name, args) {
      const { body, text } = await ask(name, args);
      expect(body).toMatchObject({ error: { code: 'BPS_ACKNOWLEDGMENT_REQUIRED' }, skill_content: expect.anything() });
      key = KEY.exec(text)?.[0] ?? '';
      return call(name, { ...args, BestPracticeKey: key });
    },
    get key() {
      return key;
    },
    get calls() {
      return calls;
    },
    get bytes() {
      return bytes;
    },
  };
}

/** Three things people ask for. The limits: no more calls, and a third of the bytes, than a server that sends its guide with each write. */
await describeReal('in one conversation', (home) => {
  let open: OpenGate;
  let keeper: ConnectorAccess;
  const tidyUp: (() => Promise<unknown>)[] = [];
  const keep = async (name: string, args: object) => {
    const { isError, body, text } = await open.call(keeper, name, args);
    if (isError) throw new Error(text);
    return body;
  };
  beforeAll(async () => {
    open = await openGate({ homeCount: 0, others: [home] });
    keeper = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
  });
  afterAll(async () => {
    for (const undo of tidyUp.reverse()) await undo();
    await open[Symbol.asyncDispose]();
  });

  it("a sensor that shows today's rainfall", async () => {
    const talk = converse(open, await open.connector());
    // The word of the question, which no sensor is called by: the answer names what is like it.
    const found = z
      .object({ entities: z.array(z.unknown()).length(0), suggestions: z.array(z.string()) })
      .parse(await talk.call('ha_search', { query: 'rainfall' }));
    const [, source] = /^Did you mean (sensor\.\w+)\?$/.exec(found.suggestions[0] ?? '') ?? [];
    expect(source).toBe('sensor.rain_today');
    const config = { source, cycle: 'daily' };
    const made = await talk.firstWrite('ha_config_set_helper', {
      helper_type: 'utility_meter',
      name: 'Rainfall today',
      config,
    });
    const [target] = z.object({ entity_ids: z.array(z.string()) }).parse(made).entity_ids;
    tidyUp.push(() => keep('ha_remove_helpers_integrations', { target, confirm: true }));
    expect(target).toBe('sensor.rainfall_today');
    expect(talk.calls).toBeLessThanOrEqual(3);
    expect(talk.bytes).toBeLessThanOrEqual(12 * kB);
  });

  it("the kids' room light stops dimming after 9 pm: found, explained by its trace, changed, and changed back", async () => {
    const light = 'light.kitchen_lights';
    const alias = 'Dim the kids room light';
    const config = {
      alias,
      triggers: [{ trigger: 'event', event_type: 'kids_room_dimmer' }],
      // As at nine in the evening, whenever the test runs: a window that has closed.
      conditions: [{ condition: 'time', after: '00:00:01', before: '00:00:02' }],
      actions: [{ action: 'light.turn_on', target: { entity_id: light }, data: { brightness_step_pct: -20 } }],
      mode: 'restart',
    };
    const { unique_id: identifier, entity_id: entityId } = await keep('ha_config_set_automation', { config });
    tidyUp.push(() => keep('ha_config_remove_automation', { identifier }));
    await keep('ha_call_event', { event_type: 'kids_room_dimmer' });

    const talk = converse(open, await open.connector());
    const found = await talk.call('ha_search', { query: 'kids room', search_types: 'automation' });
    expect(JSON.stringify(found)).toContain(String(entityId));
    const { traces } = z
      .object({ traces: z.array(z.looseObject({ run_id: z.string() })) })
      .parse(await talk.call('ha_get_automation_traces', { automation_id: entityId, limit: 3 }));
    expect(traces[0]).toMatchObject({
      execution: 'failed_conditions',
      stopped_by: [{ path: 'condition/0', condition: config.conditions[0], result: false }],
    });
    const read = await talk.call('ha_config_get_automation', { identifier: entityId });
    const changed = await talk.firstWrite('ha_config_set_automation', {
      identifier: entityId,
      config_hash: read['config_hash'],
      python_transform: "del config['conditions'][0]['before']",
    });
    expect(changed).toMatchObject({ operation: 'updated' });
    expect(await talk.call('ha_undo', {})).toMatchObject({ can_undo: true, changes: [{ kind: 'automation' }] });
    await talk.call('ha_undo', { confirm: true });
    const after = await keep('ha_config_get_automation', { identifier: entityId });
    expect(after['config_hash']).toBe(read['config_hash']);
    expect(talk.calls).toBeLessThanOrEqual(7);
    expect(talk.bytes).toBeLessThanOrEqual(21 * kB);
  });

  it('an energy dashboard section where nothing was ever set up', async () => {
    const talk = converse(open, await open.connector());
    const prefs = z
      .object({
        available_statistics: z.object({ energy: z.array(z.object({ statistic_id: z.string() })).min(1) }),
        dashboards: z.array(z.string()),
      })
      .parse(await talk.call('ha_manage_energy_prefs', { mode: 'get', include_statistics: true }));
    const url_path = 'story-energy-anew';
    expect(prefs.dashboards).not.toContain(url_path);
    const source = { type: 'grid', stat_energy_from: prefs.available_statistics.energy[0]?.statistic_id };
    tidyUp.push(async () => {
      const { config_hash } = await keep('ha_manage_energy_prefs', { mode: 'get' });
      return keep('ha_manage_energy_prefs', { mode: 'set', config: { energy_sources: [] }, config_hash });
    });
    const { dashboard_cards: types } = z
      .object({ dashboard_cards: z.array(z.string()).min(3) })
      .parse(await talk.call('ha_manage_energy_prefs', { mode: 'add_source', source }));
    const cards = [{ type: 'heading', heading: 'Energy' }, ...types.map((type) => ({ type }))];
    tidyUp.push(() => keep('ha_config_delete_dashboard', { url_path }));
    await talk.firstWrite('ha_config_set_dashboard', {
      url_path,
      title: 'Energy',
      config: { views: [{ title: 'Energy', type: 'sections', sections: [{ type: 'grid', cards }] }] },
    });
    expect(talk.calls).toBeLessThanOrEqual(4);
    expect(talk.bytes).toBeLessThanOrEqual(11 * kB);
  });

  it('an energy dashboard section', async () => {
    const talk = converse(open, await open.connector());
    const prefs = await talk.call('ha_manage_energy_prefs', { mode: 'get' });
    expect(prefs).toHaveProperty('config');
    const cards = [
      { type: 'heading', heading: 'Energy', icon: 'mdi:lightning-bolt' },
      ...['energy-date-selection', 'energy-distribution', 'energy-usage-graph'].map((type) => ({ type })),
    ];
    const url_path = 'story-energy';
    const made = await talk.firstWrite('ha_config_set_dashboard', {
      url_path,
      title: 'Energy',
      config: { views: [{ title: 'Energy', type: 'sections', sections: [{ type: 'grid', cards }] }] },
    });
    tidyUp.push(() => keep('ha_config_delete_dashboard', { url_path }));
    const patch = [
      { op: 'add', path: '/views/0/sections/-', value: { type: 'grid', cards: [{ type: 'energy-devices-graph' }] } },
    ];
    const more = await talk.call('ha_config_set_dashboard', {
      url_path,
      patch,
      config_hash: made['config_hash'],
      BestPracticeKey: talk.key,
    });
    expect(more).toMatchObject({ action: 'patch', write_committed: true });
    expect(more).toMatchObject({ skill_content: { 'references/dashboard-guide.md': 'given before' } });
    expect(talk.calls).toBeLessThanOrEqual(4);
    expect(talk.bytes).toBeLessThanOrEqual(11 * kB);
  });
});
