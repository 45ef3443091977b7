import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { listConfigEntries } from '@hub/ha/config-entries.ts';
import { startScriptedHome } from '@hub/ha/testing/scripted-home.ts';
import type { View } from '@hub/ha/view.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool as removeHelper } from '../helpers/remove.ts';
import { tool as setHelper } from '../helpers/set.ts';
import { tool as setIntegration } from '../integrations/set.ts';
import { withIntegration } from '../integrations/testing/with-integration.ts';
import { describeRealHome } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { shownPreview } from '../testing/shown-preview.ts';
import { createToolContext, type TestToolContext } from '../testing/tool-context.ts';
import { foreseeFlow } from './foresee-flow.ts';

const PASSWORD = 'correct horse battery';

/** Of this file alone: other tests work on the same home. */
const OURS = /^Foreseen/;

/** What a preview must leave as it is. */
async function entriesOf(home: View): Promise<unknown> {
  return (await listConfigEntries(home))
    .filter(({ title }) => OURS.test(title))
    .map(({ entry_id, title, modified_at, disabled_by }) => [entry_id, title, modified_at, disabled_by]);
}

const opened = z.object({ flow_id: z.string() });

/** The home, and where each dialogue stands that was opened through it: those of people are in no list of Home Assistant. */
function watchingDialogues(home: View) {
  const dialogues: string[] = [];
  const view: View = {
    ...home,
    get info() {
      return home.info;
    },
    async rest(request, options) {
      const response = await home.rest(request, options);
      if (request.method !== 'POST' || !request.path.endsWith('/flow')) return response;
      const body = await text(response.body);
      dialogues.push(`${request.path}/${opened.parse(JSON.parse(body)).flow_id}`);
      return { ...response, body: Readable.from([body]) };
    },
  };
  return { view, dialogues };
}

describe('a dialogue that asks for nothing acts as it opens, which a preview says', () => {
  const created = { type: 'create_entry', flow_id: 'f' };
  const anew = { type: 'abort', flow_id: 'f', reason: 'reconfigure_successful' };

  it.each([
    [
      'a new entry is removed again',
      { door: 'config', handler: 'x' },
      { ...created, result: { entry_id: 'e' } },
      'removed',
    ],
    ['an entry set up anew stands', { door: 'config', handler: 'x', entryId: 'e' }, anew, 'stands'],
    ['options stand', { door: 'options', handler: 'e' }, { ...created, result: true }, 'stands'],
    ['a new part stands', { door: 'subentry', handler: ['e', 'part'] }, created, 'stands'],
    ['a changed part stands', { door: 'subentry', handler: ['e', 'part'], subentryId: 's' }, anew, 'stands'],
  ] as const)('%s', async (_title, start, first, told) => {
    await using scripted = await startScriptedHome();
    scripted.http = () => ({ status: 200, body: JSON.stringify(first) });
    await using opened = await openView({ url: scripted.url, token: 't' });
    const subject = { start, domain: 'x', answers: {}, about: {} };
    const foreseen = foreseeFlow(createToolContext(opened), subject, { isMenuSafe: false });
    expect(await foreseen.verdict()).toEqual({ is_valid: true, note: expect.stringContaining(told) });
  });
});

await describeRealHome('a preview of what a dialogue saves', (context) => {
  /** The preview, with proof that the home stands as it did. */
  async function foreseen(tool: typeof setHelper | typeof setIntegration, args: Readonly<Record<string, unknown>>) {
    const { home } = context();
    const before = await entriesOf(home);
    const { view, dialogues } = watchingDialogues(home);
    const shown = await shownPreview(view, tool, args);
    expect(await entriesOf(home)).toEqual(before);
    for (const path of dialogues) expect(await home.rest({ method: 'GET', path })).toMatchObject({ status: 404 });
    return shown;
  }

  async function withHelper(args: Readonly<Record<string, unknown>>, use: (entryId: string) => Promise<void>) {
    const ctx: TestToolContext = context();
    const entryId = String((await runTool(setHelper, args, ctx))['entry_id']);
    try {
      await use(entryId);
    } finally {
      await runTool(removeHelper, { target: entryId, confirm: true }, ctx);
    }
  }

  describe('of a new helper', () => {
    const template = (config: Readonly<Record<string, unknown>>) =>
      foreseen(setHelper, { helper_type: 'template', name: 'Foreseen', config });

    it('shows its settings, which Home Assistant itself finds right', async () => {
      const shown = await template({ template_type: 'sensor', state: '{{ 1 + 1 }}', unit_of_measurement: 'mm' });
      expect(shown).toMatchObject({ operation: 'create', would_change: true, validation: { is_valid: true } });
      expect(shown['diff']).toContain('+  "title": "Foreseen"');
      expect(shown['diff']).toContain('+    "state": "{{ 1 + 1 }}"');
    });

    it.each([
      ['a template that is none', { template_type: 'sensor', state: '{{ 1 + }}' }, 'state'],
      [
        'units that do not fit',
        { template_type: 'sensor', state: '{{ 1 }}', device_class: 'power', unit_of_measurement: 'mm' },
        'unit_of_measurement',
      ],
      ['what is missing', { template_type: 'sensor' }, '`state` is missing'],
      [
        'what nothing asks for',
        { template_type: 'sensor', state: '{{ 1 }}', colour: 'red' },
        '`colour`: nothing asks for it',
      ],
      ['a menu that has no such choice', { template_type: 'toaster' }, 'none of its choices'],
    ])('%s is named', async (_title, config, named) => {
      const { validation } = (await template(config)) as { validation: { errors: readonly string[] } };
      expect(validation).toMatchObject({ is_valid: false, errors: [expect.stringContaining(named)] });
    });

    it('tells what a template meets as it is rendered', async () => {
      const shown = await template({ template_type: 'sensor', state: "{{ 'x' | int }}" });
      expect(shown).toMatchObject({ validation: { is_valid: true, warnings: [expect.stringContaining('int')] } });
    });

    it('a group is checked by its members, a meter only by its form', async () => {
      const group = (entities: unknown) =>
        foreseen(setHelper, { helper_type: 'group', name: 'Foreseen', config: { entities } });
      expect(await group(['light.bed_light'])).toMatchObject({ validation: { is_valid: true } });
      const meter = (cycle: string) =>
        foreseen(setHelper, {
          helper_type: 'utility_meter',
          name: 'Foreseen',
          config: { source: 'sensor.rain_today', cycle },
        });
      expect(await meter('daily')).toMatchObject({
        validation: { is_valid: null, step_id: 'user', note: expect.stringContaining('shows only once they are sent') },
      });
      expect(await meter('hardly')).toMatchObject({
        validation: { is_valid: false, errors: [expect.stringContaining('`cycle`: "hardly" is none of its choices')] },
      });
    });

    it('names what a later step has to ask for', async () => {
      const config = { entity_id: 'sensor.outside_temperature', state_characteristic: 'mean', sampling_size: 20 };
      const shown = await foreseen(setHelper, { helper_type: 'statistics', name: 'Foreseen', config });
      expect(shown['diff']).toContain('"answers_to_later_steps"');
      expect(shown).toMatchObject({ validation: { is_valid: null, note: expect.stringContaining('sampling_size') } });
    });
  });

  it('of a change shows just that, and what stood stays', () =>
    withHelper(
      {
        helper_type: 'template',
        name: 'Foreseen change',
        config: { template_type: 'sensor', state: '{{ 1 }}', unit_of_measurement: 'mm' },
      },
      async (entryId) => {
        const call = { helper_type: 'template', helper_id: entryId };
        const shown = await foreseen(setHelper, { ...call, config: { state: '{{ 2 }}' } });
        expect(shown).toMatchObject({ operation: 'update', validation: { is_valid: true } });
        expect(
          String(shown['diff'])
            .split('\n')
            .filter((line) => /^[+-] /.test(line)),
        ).toEqual(['-    "state": "{{ 1 }}",', '+    "state": "{{ 2 }}",']);
        const cleared = await foreseen(setHelper, { ...call, config: { unit_of_measurement: null } });
        expect(cleared['diff']).toMatch(/^- +"unit_of_measurement": "mm"/m);
        expect(await foreseen(setHelper, { ...call, config: { state: '{{ 1 }}' } })).toMatchObject({
          would_change: false,
        });
        const renamed = await foreseen(setHelper, { ...call, name: 'Foreseen otherwise' });
        expect(renamed['diff']).toContain('+  "title": "Foreseen otherwise"');
        const wrong = await foreseen(setHelper, { ...call, config: { state: '{{ 1 + }}' } });
        expect(wrong).toMatchObject({ validation: { is_valid: false } });
      },
    ));

  it('of an integration: set up, stopped, logging more, and set up anew', () =>
    withIntegration(
      context,
      'local_calendar',
      { calendar_name: 'Foreseen', import: 'create_empty' },
      async ({ entryId }) => {
        const made = await foreseen(setIntegration, {
          domain: 'local_calendar',
          config: { calendar_name: 'Foreseen other' },
        });
        expect(made).toMatchObject({ operation: 'create', validation: { is_valid: null, step_id: 'user' } });
        expect(made['diff']).toContain('+    "calendar_name": "Foreseen other"');
        expect(await foreseen(setIntegration, { domain: 'local_calendar' })).toMatchObject({
          validation: { is_valid: false, missing_fields: ['calendar_name'], data_schema: expect.any(Array) },
        });
        expect(await foreseen(setIntegration, { domain: 'sun' })).toMatchObject({
          validation: { is_valid: false, reason: 'single_instance_allowed' },
        });
        const stopped = await foreseen(setIntegration, { entry_id: entryId, enabled: false });
        expect(stopped['diff']).toContain('+  "disabled_by": "user"');
        expect(await foreseen(setIntegration, { entry_id: entryId, enabled: true })).toMatchObject({
          would_change: false,
        });
        const louder = await foreseen(setIntegration, { domain: 'zone', log_level: 'debug' });
        expect(louder).toMatchObject({ would_change: true, validation: { is_valid: true } });
        expect(louder['diff']).toContain('+  "log_level": "DEBUG"');
        await expect(foreseen(setIntegration, { domain: 'none_such', log_level: 'debug' })).rejects.toMatchObject({
          code: 'RESOURCE_NOT_FOUND',
        });
      },
    ));

  it('of options shows no password, and that one would change', async () => {
    const resource = `${context().home.info.baseUrl}/manifest.json`;
    const config = { resource, auth: { username: 'me', password: PASSWORD } };
    const made = await foreseen(setIntegration, { domain: 'scrape', config });
    expect(JSON.stringify(made)).not.toContain(PASSWORD);
    await withIntegration(context, 'scrape', config, async ({ entryId }) => {
      const kept = await foreseen(setIntegration, { entry_id: entryId, config: { username: 'you' } });
      expect(kept['diff']).toContain('+      "username": "you"');
      const other = await foreseen(setIntegration, { entry_id: entryId, config: { password: 'tr0ub4dor' } });
      expect(other).toMatchObject({ would_change: true, diff: expect.stringContaining('another one') });
      expect(await foreseen(setIntegration, { entry_id: entryId, config: { username: 'you' } })).toEqual(kept);
      expect(JSON.stringify([kept, other])).not.toMatch(new RegExp(`${PASSWORD}|tr0ub4dor`));
    });
  });

  it('of a part of an entry, new and changed', () =>
    withIntegration(
      context,
      'bayesian',
      { name: 'Foreseen parts', probability_threshold: 50, prior: 20 },
      async ({ entryId, context: ctx }) => {
        const call = { helper_type: 'config_subentry', entry_id: entryId };
        const given = { entity_id: 'light.bed_light', to_state: 'on', prob_given_true: 80, prob_given_false: 20 };
        const create = {
          ...call,
          subentry_type: 'observation',
          config: { next_step_id: 'state', name: 'Part', ...given },
        };
        // What its menu leads to would have to be chosen first, and a choice may act.
        expect(await foreseen(setHelper, create)).toMatchObject({
          ...{ operation: 'create', diff: expect.stringContaining('"answers_to_later_steps"') },
          validation: { is_valid: null, note: expect.stringContaining('shows only once the dialogue goes on') },
        });
        const { subentry_id } = await runTool(setHelper, create, ctx);
        const change = (prob_given_true: unknown) =>
          foreseen(setHelper, { ...call, subentry_id, config: { prob_given_true } });
        const changed = await change(90);
        expect(changed).toMatchObject({ operation: 'update', validation: { is_valid: null } });
        expect(changed['diff']).toMatch(/\+ +"prob_given_true": 90/);
        expect(await change('often')).toMatchObject({
          validation: { is_valid: false, errors: [expect.stringContaining('prob_given_true')] },
        });
      },
    ));
});
