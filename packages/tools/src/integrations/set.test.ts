import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeFlow, openFlow } from '@hub/ha/flows.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { tool as remove } from '../helpers/remove.ts';
import { tool as setHelper } from '../helpers/set.ts';
import { describeHomes, describeRealHome } from '../testing/each-home.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { shownPreview } from '../testing/shown-preview.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { tool as get } from './get.ts';
import { tool as set } from './set.ts';
import { withIntegration } from './testing/with-integration.ts';

const PASSWORD = 'correct horse battery';

await describeRealHome('ha_set_integration', (context) => {
  it('sets up an integration, stops it, starts it again and removes it', () =>
    withIntegration(
      context,
      'local_todo',
      { todo_list_name: 'Integration test' },
      async ({ entryId, answer, context: ctx }) => {
        expect(answer).toMatchObject({ domain: 'local_todo', title: 'Integration test', state: 'loaded' });
        expect(answer['entity_ids']).toEqual(['todo.integration_test']);
        const switching = (enabled: boolean) => runTool(set, { entry_id: entryId, enabled }, ctx);
        expect(await switching(false)).toMatchObject({ enabled: false, state: 'not_loaded', require_restart: false });
        expect((await runTool(get, { entry_id: entryId }, ctx)).entry).toMatchObject({ disabled_by: 'user' });
        expect(await switching(true)).toMatchObject({ enabled: true, state: 'loaded' });
        const gone = await runTool(remove, { target: entryId, confirm: true }, ctx);
        expect(gone).toMatchObject({ method: 'config_entry_delete', entity_ids: ['todo.integration_test'] });
        await expect(runTool(get, { entry_id: entryId }, ctx)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
        expect(ctx.keptEdits.map(({ item }) => item.kind)).toEqual(Array(4).fill('config_entry'));
      },
    ));

  it('a missing answer is named with its step; nothing is made', async () => {
    const ctx = context();
    await expect(runTool(set, { domain: 'filesize' }, ctx)).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      message: expect.stringContaining("step 'user': `file_path` is missing"),
      context: { missing_fields: ['file_path'], step_id: 'user', data_schema: [expect.anything()] },
    });
    expect((await runTool(get, { domain: 'filesize' }, ctx)).total_count).toBe(0);
  });

  it('what is set up once, what needs a sign-in, and what there is not are told apart', async () => {
    const ctx = context();
    const refused = (domain: string) => expect(runTool(set, { domain }, ctx)).rejects;
    await refused('sun').toMatchObject({ code: 'RESOURCE_ALREADY_EXISTS' });
    await refused('google_tasks').toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { reason: 'missing_credentials' },
    });
    await refused('local_todoo').toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
      suggestions: [expect.stringContaining('local_todo'), expect.anything()],
    });
    await expect(runTool(set, { entry_id: 'none', enabled: false }, ctx)).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
    });
  });

  it('a password is never shown, is kept by a change that leaves it out, and a placeholder is not written over it', async () => {
    const resource = `${context().home.info.baseUrl}/manifest.json`;
    const config = { resource, auth: { username: 'me', password: PASSWORD } };
    await withIntegration(context, 'scrape', config, async ({ entryId, answer, context: ctx }) => {
      const seen = await runTool(get, { entry_id: entryId, include_options: true, include_schema: true }, ctx);
      expect(seen['options']).toMatchObject({ auth: { username: 'me', password: '<redacted>' } });
      const changed = await runTool(set, { entry_id: entryId, config: { username: 'you' } }, ctx);
      expect(changed['options']).toMatchObject({ resource, auth: { username: 'you', password: '<redacted>' } });
      const sentinel = { entry_id: entryId, config: { auth: { username: 'me', password: '<redacted>' } } };
      await expect(runTool(set, sentinel, ctx)).rejects.toMatchObject({
        context: { parameter: 'config.auth.password' },
      });
      const listed = await runTool(get, { domain: 'scrape', include_options: true }, ctx);
      expect(JSON.stringify([answer, seen, changed, listed, ctx.keptEdits])).not.toContain(PASSWORD);

      const form = await openFlow(ctx.home, { door: 'options', handler: entryId });
      await closeFlow(ctx.home, 'options', form.flow_id ?? '');
      expect(JSON.stringify(form.data_schema)).toContain(PASSWORD);
    });
  });

  it('a part is added to an entry, changed and removed', () =>
    withIntegration(
      context,
      'bayesian',
      { name: 'Part test', probability_threshold: 50, prior: 20 },
      async ({ entryId, context: ctx }) => {
        const call = { helper_type: 'config_subentry', entry_id: entryId };
        const given = { entity_id: 'light.bed_light', to_state: 'on', prob_given_true: 80, prob_given_false: 20 };
        const made = await runTool(
          setHelper,
          { ...call, subentry_type: 'observation', config: { next_step_id: 'state', name: 'Part', ...given } },
          ctx,
        );
        expect(made).toMatchObject({
          operation: 'create',
          subentry_type: 'observation',
          flow_result: { title: 'Part' },
        });
        const part = { ...call, subentry_id: made['subentry_id'] };
        const changed = await runTool(setHelper, { ...part, config: { prob_given_true: 90 } }, ctx);
        expect(changed).toMatchObject({ operation: 'update', data: { options: { ...given, prob_given_true: 90 } } });
        const shown = await runTool(get, { entry_id: entryId, include_subentries: true }, ctx);
        expect(shown['subentry_count']).toBe(1);
        await expect(runTool(setHelper, { ...call, subentry_type: 'sensor', config: {} }, ctx)).rejects.toMatchObject({
          context: { supported_subentry_types: ['observation'] },
        });
        const gone = { target: entryId, subentry_id: part.subentry_id, confirm: true };
        expect(await runTool(remove, gone, ctx)).toMatchObject({ method: 'config_subentry_delete' });
        await expect(runTool(remove, gone, ctx)).rejects.toMatchObject({ code: 'RESOURCE_NOT_FOUND' });
      },
    ));

  it('logs more of an integration, and as usual again', async () => {
    const ctx = context();
    const { entries } = await runTool(get, { domain: 'demo' }, ctx);
    const call = { entry_id: entries?.[0]?.['entry_id'] };
    expect(await runTool(set, { ...call, log_level: 'debug' }, ctx)).toMatchObject({
      domain: 'demo',
      log_level: 'DEBUG',
    });
    expect(await runTool(set, { domain: 'demo', log_level: 'default' }, ctx)).toMatchObject({ log_level: 'WARNING' });
    await expect(runTool(set, { domain: 'none_such', log_level: 'debug' }, ctx)).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });

  it('options change one by one', () =>
    withIntegration(
      context,
      'min_max',
      { name: 'Options test', entity_ids: 'sensor.outside_temperature', type: 'max' },
      async ({ entryId, context: ctx }) => {
        const answer = await runTool(set, { entry_id: entryId, config: { type: 'min' } }, ctx);
        expect(answer).toMatchObject({
          updated: true,
          options: { type: 'min', entity_ids: ['sensor.outside_temperature'] },
        });
      },
    ));
});

await describeHomes('a preview of ha_set_integration', (context) => {
  it('shows an entry stopped and an integration that logs more, and changes neither', async () => {
    const { home } = context();
    const { entries } = await runTool(get, {}, context());
    // On the real home one that no other test touches.
    const entry = entries?.find(({ domain }) => domain === 'sun') ?? entries?.[0];
    const call = { entry_id: entry?.['entry_id'] };
    const stopped = await shownPreview(home, set, { ...call, enabled: false });
    expect(stopped).toMatchObject({ operation: 'update', would_change: true, item: { kind: 'config_entry' } });
    expect(stopped['diff']).toContain('+  "disabled_by": "user"');
    expect(await shownPreview(home, set, { ...call, enabled: true })).toMatchObject({ would_change: false });
    expect((await runTool(get, call, context())).entry).toMatchObject({ disabled_by: null });

    const louder = await shownPreview(home, set, { ...call, log_level: 'debug' });
    expect(louder).toMatchObject({ would_change: true, validation: { is_valid: true } });
    expect(louder['diff']).toContain('+  "log_level": "DEBUG"');
    expect(await shownPreview(home, set, { ...call, log_level: 'debug' })).toEqual(louder);
    await expect(shownPreview(home, set, { domain: 'none_such', log_level: 'debug' })).rejects.toMatchObject({
      code: 'RESOURCE_NOT_FOUND',
    });
  });
});

await describeReal('ha_set_integration with reconfigure', (home) => {
  it.skipIf(home.configDir === undefined)(
    'shows first what it touches, and takes one token for just that',
    async () => {
      await using open = await openView(home);
      const context = () => createToolContext({ view: open.view });
      const { config_dir: folder } = z
        .object({ config_dir: z.string() })
        .parse(await open.view.send({ type: 'get_config' }, { isWrite: false }));
      for (const name of ['one', 'two']) await writeFile(join(home.configDir ?? '', 'www', `${name}.test`), name);
      await withIntegration(
        context,
        'filesize',
        { file_path: `${folder}/www/one.test` },
        async ({ entryId, context: ctx }) => {
          const call = { entry_id: entryId, reconfigure: true, config: { file_path: `${folder}/www/two.test` } };
          const preview = await runTool(set, call, ctx);
          expect(preview).toMatchObject({
            ...{ status: 'preview', target_config: call.config, supports_reconfigure: true },
            identity: {
              device_ids: [expect.any(String)],
              entity_ids: expect.arrayContaining([expect.stringMatching(/^sensor\./)]),
            },
          });
          const shown = await shownPreview(open.view, set, call);
          expect(shown).toMatchObject({ would_change: true, validation: { is_valid: null, step_id: 'reconfigure' } });
          expect(shown['diff']).toContain(`+    "file_path": "${call.config.file_path}"`);
          const lacking = await shownPreview(open.view, set, { ...call, config: { path: 'x' } });
          expect(lacking).toMatchObject({ validation: { is_valid: false, missing_fields: ['file_path'] } });
          const refused = (args: Record<string, unknown>) =>
            expect(runTool(set, { ...call, ...args }, ctx)).rejects.toMatchObject({
              ...{ code: 'VALIDATION_INVALID_PARAMETER', context: { parameter: Object.keys(args).at(-1) } },
            });
          const token = preview['confirm_token'];
          await refused({ confirm_token: 'wrong' });
          await refused({ config: { file_path: `${folder}/www/one.test` }, confirm_token: token });
          await refused({ expected_mac: 'AA-BB-CC-DD-EE-FF' });
          await refused({ expected_entity_ids: ['light.bed_light'] });
          expect((await runTool(get, { entry_id: entryId }, ctx)).entry).toMatchObject({ title: 'one.test' });
          const applied = await runTool(set, { ...call, confirm_token: token }, ctx);
          expect(applied).toMatchObject({ status: 'applied', verification: { state: 'loaded' } });
          await refused({ confirm_token: token });
        },
      );
    },
  );
});

await describeReal('ha_set_integration without rights', (home) => {
  it('an account that is no administrator is not even tried', async () => {
    await using open = await openView({ url: home.url, token: home.readOnlyToken ?? '' });
    const ctx = createToolContext({ view: open.view });
    const refused = { code: 'AUTH_INSUFFICIENT_PERMISSIONS' };
    await expect(runTool(set, { domain: 'local_todo', config: {} }, ctx)).rejects.toMatchObject(refused);
    const call = { helper_type: 'tod', name: 'x', config: {} };
    await expect(runTool(setHelper, call, ctx)).rejects.toMatchObject(refused);
  });
});

describe('ha_set_integration refuses before it asks the home', () => {
  it.each([
    ['nothing named', {}, 'entry_id'],
    ['entry and domain', { entry_id: 'x', domain: 'met' }, 'domain'],
    ['enabled beside config', { entry_id: 'x', enabled: true, config: {} }, 'enabled'],
    ['enabled without an entry', { domain: 'met', enabled: true }, 'enabled'],
    ['reconfigure without an entry', { domain: 'met', reconfigure: true }, 'reconfigure'],
    ['a token without reconfigure', { entry_id: 'x', config: {}, confirm_token: 'y' }, 'confirm_token'],
    ['a level beside config', { entry_id: 'x', config: {}, log_level: 'debug' }, 'log_level'],
    ['nothing to change', { entry_id: 'x' }, 'config'],
    ['a placeholder of a secret', { entry_id: 'x', config: { password: '**REDACTED**' } }, 'config.password'],
  ])('%s', async (_title, args, parameter) => {
    await expect(runTool(set, args, createToolContext())).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter },
    });
  });
});
