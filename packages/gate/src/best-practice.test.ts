import { SYSTEM_ACTOR } from '@hub/db/actor.ts';
import { updateHome } from '@hub/db/homes.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectorAccess } from './connector-access.ts';
import { type OpenGate, openGate } from './testing/open-gate.ts';

let open: OpenGate;
beforeAll(async () => {
  open = await openGate();
});
afterAll(() => open[Symbol.asyncDispose]());

const PATTERN = /I-HAVE-READ-THE-BEST-PRACTICES-GUIDE-[0-9a-f]{8}/;
const config = { alias: 'Guided', triggers: [], actions: [] };
let written = 0;
/** Another one each time: the same twice is answered from memory. */
const newConfig = () => ({ ...config, alias: `Guided ${++written}` });
const keyIn = (text: string) => PATTERN.exec(text)?.[0] ?? 'no key';
const readKey = async (connector: ConnectorAccess) => {
  const { body } = await open.call(connector, 'ha_get_skill_guide', { file: 'references/naming.md' });
  return keyIn(String(body['content']).split('\n')[0] ?? '');
};

describe('a strict connector', () => {
  test.each([
    ['ha_config_set_automation', { config }, 'references/automation-patterns.md'],
    [
      'ha_config_set_script',
      { script_id: 'guided', config: { alias: 'S', sequence: [] } },
      'references/template-guidelines.md',
    ],
    ['ha_config_set_scene', { scene_id: 'guided', config: { name: 'S', entities: {} } }, 'references/scenes.md'],
    ['ha_config_set_helper', { helper_type: 'input_boolean', name: 'Guided' }, 'references/helper-selection.md'],
    ['ha_config_set_dashboard', { url_path: 'guided-page', title: 'Guided' }, 'references/dashboard-guide.md'],
  ])(
    'refuses %s without the key, tells the rules and the key, and takes the call with it',
    async (tool, args, file) => {
      const connector = await open.connector();
      const refused = await open.call(connector, tool, args);
      expect(refused).toMatchObject({
        isError: true,
        body: {
          error: { code: 'BPS_ACKNOWLEDGMENT_REQUIRED', suggestion: expect.stringMatching(PATTERN) },
          tool_name: tool,
          strict_mandatory_bps: true,
          skill_content: { [file]: expect.stringContaining('# ') },
        },
      });
      const done = await open.call(connector, tool, { ...args, BestPracticeKey: keyIn(refused.text) });
      expect(done.isError, done.text).toBe(false);
      // Nothing that was told before is told again.
      expect(done.body).toMatchObject({ success: true, skill_content: { [file]: 'given before' } });
    },
  );

  test('nothing was changed by a refused call', async () => {
    const connector = await open.connector();
    await open.call(connector, 'ha_config_set_automation', { config: { ...config, alias: 'Never made' } });
    expect((await open.call(connector, 'ha_search', { query: 'Never made' })).body['count']).toBe(0);
  });

  test('takes the key of the guide, and gives the rules with the first write of a conversation only', async () => {
    const connector = await open.connector();
    const BestPracticeKey = await readKey(connector);
    const write = (conversation: string, more: object = {}) =>
      open.gate.call({
        connector,
        name: 'ha_config_set_automation',
        args: { config: newConfig(), BestPracticeKey, ...more },
        signal: new AbortController().signal,
        conversation,
      });
    const [first, second, other] = [await write('a'), await write('a'), await write('b')];
    expect(Object.keys(first.body)[0]).toBe('skill_content_hint');
    expect(Object.keys(first.body['skill_content'] as object)).toEqual([
      'references/automation-patterns.md',
      'references/template-guidelines.md',
    ]);
    // Named again, and not told again.
    expect(second.body['skill_content']).toEqual({
      'references/automation-patterns.md': 'given before',
      'references/template-guidelines.md': 'given before',
    });
    expect(second.text.length).toBeLessThan(first.text.length - 900);
    expect(other.body['skill_content']).toEqual(first.body['skill_content']);
    const declined = await write('c', { MandatoryBPS: false });
    expect(declined.body).not.toHaveProperty('skill_content_hint');
    expect(declined.body).not.toHaveProperty('skill_content');
  });

  test("takes neither another connector's key nor an invented one", async () => {
    const [mine, other] = [await open.connector(), await open.connector()];
    for (const BestPracticeKey of [await readKey(other), 'I-HAVE-READ-THE-BEST-PRACTICES-GUIDE-00000000', '']) {
      const { body } = await open.call(mine, 'ha_config_set_automation', { config, BestPracticeKey });
      expect(body).toMatchObject({ error: { code: 'BPS_ACKNOWLEDGMENT_REQUIRED' } });
    }
  });

  test('previews without the key, and is told it for the write', async () => {
    const connector = await open.connector();
    const preview = await open.call(connector, 'ha_config_set_automation', { config: newConfig(), preview: true });
    expect(preview.body).toMatchObject({ preview: true, skill_content_hint: expect.stringMatching(PATTERN) });
    const BestPracticeKey = PATTERN.exec(preview.text)?.[0];
    const { isError } = await open.call(connector, 'ha_config_set_automation', {
      config: newConfig(),
      BestPracticeKey,
    });
    expect(isError).toBe(false);
  });

  test('is held to its ceiling first', async () => {
    const connector = await open.connector({ ceiling: 'control' });
    const { body } = await open.call(connector, 'ha_config_set_automation', { config });
    expect(body).toMatchObject({ error: { code: 'EFFECT_NOT_ALLOWED' } });
  });
});

describe('a connector that is not strict', () => {
  test('is so at the homes that say it, and a word of its own counts more', async () => {
    const { db, vault } = open.database;
    const strict = await open.connector({ settings: { strict: true } });
    const homeId = strict.homes[0]?.id ?? '';
    await updateHome(db, vault, open.tenantId, homeId, { settings: { strict: false } }, SYSTEM_ACTOR);
    const silent = await open.connector();
    await updateHome(db, vault, open.tenantId, homeId, { settings: {} }, SYSTEM_ACTOR);
    const write = (connector: ConnectorAccess) => open.call(connector, 'ha_config_set_automation', { config });
    expect((await write(silent)).isError).toBe(false);
    expect((await write(strict)).isError).toBe(true);
  });

  test('writes without a key, and gets the rules once as well', async () => {
    const connector = await open.connector({ settings: { strict: false } });
    const write = () => open.call(connector, 'ha_config_set_automation', { config: newConfig() });
    const rules = { 'references/automation-patterns.md': expect.stringContaining('# ') };
    expect((await write()).body).toMatchObject({ success: true, skill_content: rules });
    expect((await write()).body).not.toMatchObject({ skill_content: rules });
    const guide = await open.call(connector, 'ha_get_skill_guide', {});
    expect(guide.text).not.toMatch(PATTERN);
  });
});

test('what goes against the guide comes as warnings that name the section', async () => {
  const connector = await open.connector({ settings: { strict: false } });
  const args = { config: { ...config, actions: [{ wait_template: '{{ true }}' }] } };
  const { body } = await open.call(connector, 'ha_config_set_automation', args);
  expect(body['best_practice_warnings']).toEqual([expect.stringContaining('references/automation-actions.md#')]);
});
