import { Fault } from '@hub/core/fault.ts';
import type { View } from '@hub/ha/view.ts';
import { createMemoryMap } from '@hub/runtime/volatile-map.ts';
import type { EditsPort } from '@hub/tools/define.ts';
import { createMemoryEdits } from '@hub/tools/testing/memory-edits.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ConnectorAccess } from './connector-access.ts';
import type { CallResult } from './envelope.ts';
import { createRepeatedCreates } from './repeated-creates.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

let open: OpenGate;
let connector: ConnectorAccess;
beforeAll(async () => {
  open = await openGate();
  connector = await open.connector({ ceiling: 'destroy', settings: { strict: false } });
});
afterAll(() => open[Symbol.asyncDispose]());

const call = async (name: string, args: unknown, as = connector) => (await open.call(as, name, args)).body;
const automation = (alias: string) => ({
  config: { alias, triggers: [{ trigger: 'event', event_type: 'x' }], actions: [{ delay: 1 }] },
});
const countOf = async (domain: string) =>
  ((await call('ha_search', { query: domain, domain_filter: domain, limit: 100 }))['results'] as unknown[])?.length;

describe('a create repeated within two minutes', () => {
  it('answers with the first outcome, whatever the order of its arguments', async () => {
    const first = await call('ha_config_set_automation', automation('Once'));
    const { config } = automation('Once');
    const again = await call('ha_config_set_automation', {
      wait: true,
      config: { ...config, actions: config.actions },
    });
    expect(again).toEqual({ ...first, repeated: true });
    expect(first).not.toHaveProperty('repeated');
  });

  it('sent twice at once it is made once', async () => {
    const both = await Promise.all([1, 2, 3].map(() => call('ha_config_set_automation', automation('At once'))));
    expect(new Set(both.map((one) => one['automation_id'])).size).toBe(1);
    expect(both.filter((one) => one['repeated'] === true)).toHaveLength(2);
  });

  it('is made again once it was removed, and by another connector', async () => {
    const label = { name: 'Fleeting' };
    const made = await call('ha_config_set_label', label);
    await call('ha_config_remove_label', { label_id: made['label_id'] });
    expect(await call('ha_config_set_label', label)).not.toHaveProperty('repeated');
    const other = await open.connector({ settings: { strict: false } });
    expect(await call('ha_config_set_automation', automation('Once'), other)).not.toHaveProperty('repeated');
  });

  it('an update repeated is written again, and so is a create that meant to put back what was changed since', async () => {
    const script = (alias: string) => ({ script_id: 'swing', config: { alias, sequence: [{ delay: 1 }] } });
    const set = (alias: string) => call('ha_config_set_script', script(alias));
    await set('A');
    await set('B');
    expect(await set('B')).not.toHaveProperty('repeated');
    expect(await set('A')).not.toHaveProperty('repeated');
    expect(await call('ha_config_get_script', { script_id: 'swing' })).toMatchObject({
      config: { config: { alias: 'A' } },
    });
  });

  it('a refused one is tried again', async () => {
    const taken = { helper_type: 'input_boolean', name: 'Taken' };
    await call('ha_config_set_helper', taken);
    const clash = { helper_type: 'input_boolean', name: 'taken' };
    for (let time = 0; time < 2; time += 1)
      expect(await call('ha_config_set_helper', clash)).toMatchObject({
        error: { code: 'VALIDATION_INVALID_PARAMETER' },
      });
  });
});

describe('what a first call left', () => {
  const attempt = (onRepeated: (fault: Fault | undefined) => void) => ({
    ...{ key: 'k', view: undefined as unknown as View, signal: new AbortController().signal, onRepeated },
  });
  const made: CallResult = { isError: false, body: { made: true }, text: '' };
  const create = (write: () => Promise<void>) => async (watch: (edits: EditsPort) => EditsPort) => {
    await watch(createMemoryEdits([])).change({ item: { kind: 'label', id: 'x' }, read: async () => undefined, write });
    return made;
  };

  it('without an answer: the same call is refused, told as unknown, and heard of', async () => {
    const creates = createRepeatedCreates(createMemoryMap({ maxEntries: 10, maxBytes: 10_000 }));
    const lost = new Fault('CONNECTION_FAILED', 'gone', { outcomeUnknown: true });
    const heard: (Fault | undefined)[] = [];
    const send = () =>
      creates.once(
        attempt((fault) => heard.push(fault)),
        create(() => Promise.reject(lost)),
      );
    await expect(send()).rejects.toBe(lost);
    await expect(send()).rejects.toMatchObject({ code: 'RESOURCE_LOCKED', outcomeUnknown: true });
    expect(heard).toEqual([expect.objectContaining({ code: 'RESOURCE_LOCKED' })]);
  });

  it('that cannot be remembered is told all the same', async () => {
    const creates = createRepeatedCreates(createMemoryMap({ maxEntries: 10, maxBytes: 1 }));
    expect(
      await creates.once(
        attempt(() => undefined),
        create(async () => undefined),
      ),
    ).toBe(made);
  });
});

describe('a preview', () => {
  it('shows the diff and Home Assistant’s own word, and saves nothing', async () => {
    const before = await countOf('automation');
    const shown = await call('ha_config_set_automation', { ...automation('Not yet'), preview: true });
    expect(shown).toMatchObject({
      ...{ success: true, preview: true, would_change: true, operation: 'create' },
      validation: { is_valid: true },
      diff: expect.stringContaining('+  "alias": "Not yet"'),
    });
    expect(shown).not.toHaveProperty('automation_id');
    expect(await countOf('automation')).toBe(before);
    const real = await call('ha_config_set_automation', automation('Not yet'));
    expect(real).toMatchObject({ operation: 'created' });
    expect(real).not.toHaveProperty('repeated');
    const wrong = { config: { alias: 'Bad', triggers: [{ trigger: 'no_such_platform' }], actions: [] }, preview: true };
    expect(await call('ha_config_set_automation', wrong)).toMatchObject({ preview: true });
  });

  it('of what is so already says that nothing would change', async () => {
    const script = { script_id: 'same', config: { alias: 'Same', sequence: [{ delay: 1 }] } };
    await call('ha_config_set_script', script);
    expect(await call('ha_config_set_script', { ...script, preview: true })).toMatchObject({
      would_change: false,
      diff: '',
    });
  });

  it('shows energy settings as they would be, and saves none', async () => {
    const source = { type: 'grid', stat_energy_from: 'sensor.preview_kwh' };
    const shown = await call('ha_manage_energy_prefs', { mode: 'add_source', source, preview: true });
    expect(shown).toMatchObject({ preview: true, would_change: true, diff: expect.stringContaining('preview_kwh') });
    expect(JSON.stringify(await call('ha_manage_energy_prefs', { mode: 'get' }))).not.toContain('preview_kwh');
  });
});

describe('undo through the gate', () => {
  it('a connector that may configure previews and undoes its own change, and nobody else’s', async () => {
    const own = await open.connector({ settings: { strict: false } });
    const script = (mode: string) => ({ script_id: 'own', config: { alias: 'Own', mode, sequence: [{ delay: 1 }] } });
    await call('ha_config_set_script', script('single'), own);
    await call('ha_config_set_script', script('queued'), own);
    const shown = await call('ha_undo', {}, own);
    expect(shown).toMatchObject({ preview: true, can_undo: true, changes: [{ kind: 'script', item_id: 'own' }] });
    expect(await call('ha_undo', { confirm: true }, own)).toMatchObject({
      success: true,
      undone: [{ item_id: 'own' }],
    });
    expect(await call('ha_config_get_script', { script_id: 'own' })).toMatchObject({
      config: { config: { mode: 'single' } },
    });
    const [id] = (shown['changes'] as { edit_ids: string[] }[])[0]?.edit_ids ?? [];
    expect(await call('ha_undo', { edit_id: id })).toMatchObject({ error: { code: 'AUTH_INSUFFICIENT_PERMISSIONS' } });
    const listed = await call('ha_manage_backup', {
      scope: 'edits',
      action: 'list',
      domain: 'script',
      entity_id: 'own',
    });
    expect(listed).toMatchObject({ data: { count: 2, backups: [{ tool: 'ha_undo', own: false }, { own: false }] } });
  });
});
