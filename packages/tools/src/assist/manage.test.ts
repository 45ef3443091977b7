import { listPipelines, preferPipeline } from '@hub/ha/assist.ts';
import { describeReal } from '@hub/real-home/describe-real.ts';
import { expect, it } from 'vitest';
import { describeRealHome } from '../testing/each-home.ts';
import type { MemoryEdit } from '../testing/memory-edits.ts';
import { openView } from '../testing/open-view.ts';
import { runTool } from '../testing/run-tool.ts';
import { createToolContext } from '../testing/tool-context.ts';
import { previewing } from '../undo/preview.ts';
import { tool as undoTool } from '../undo/undo.ts';
import { tool } from './manage.ts';

const ENGINE = 'conversation.home_assistant';

await describeRealHome('ha_manage_pipeline', (context) => {
  const manage = (args: object, at = context()) => runTool(tool, args, at);
  const preferred = async () => (await listPipelines(context().home)).preferred_pipeline ?? '';
  const remove = (id: unknown) =>
    context().home.send({ type: 'assist_pipeline/pipeline/delete', pipeline_id: id }, { isWrite: true });

  it('lists them with the preferred one, and gets one', async () => {
    const id = await preferred();
    expect(await manage({ action: 'list' })).toMatchObject({
      success: true,
      operation: 'list',
      count: expect.any(Number),
      pipelines: expect.arrayContaining([expect.objectContaining({ id, conversation_engine: ENGINE })]),
      preferred_pipeline: id,
    });
    expect(await manage({ action: 'get', pipeline_id: id })).toMatchObject({ pipeline_id: id, pipeline: { id } });
    await expect(manage({ action: 'get', pipeline_id: 'pipeline_test_none' })).rejects.toMatchObject({
      code: 'SERVICE_CALL_FAILED',
      context: { available_pipelines: expect.arrayContaining([id]) },
    });
  });

  it('does not say a sentence that is only to be previewed', async () => {
    await expect(manage({ action: 'process', sentence: 'turn on the light', preview: true })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { parameter: 'preview' },
    });
  });

  it('for a preview tells what a pipeline would be, without making it', async () => {
    const at = context();
    const edits = previewing(at.edits);
    const before = (await listPipelines(at.home)).pipelines.length;
    const shows = (args: object) =>
      expect(manage({ ...args, preview: true }, { ...at, home: at.home, edits })).rejects.toMatchObject({
        body: { preview: true, would_change: true, diff: expect.stringContaining('Pipeline preview') },
      });
    await shows({ action: 'create', name: 'Pipeline preview', conversation_engine: ENGINE });
    await shows({ action: 'update', pipeline_id: await preferred(), name: 'Pipeline preview' });
    expect((await listPipelines(at.home)).pipelines).toHaveLength(before);
  });

  it('creates one like the preferred, changes a field of it and leaves the rest, each kept as an edit', async () => {
    const at = context();
    const made = await manage(
      { action: 'create', name: 'Pipeline test', conversation_engine: ENGINE, prefer_local_intents: true },
      at,
    );
    const { pipeline_id: id } = made;
    expect(made).toMatchObject({
      operation: 'created',
      pipeline: { name: 'Pipeline test', prefer_local_intents: true },
      preferred_changed: false,
    });
    const changed = await manage(
      { action: 'update', pipeline_id: id, tts_engine: 'tts.demo', tts_language: 'en', tts_voice: '' },
      at,
    );
    expect(changed).toMatchObject({
      operation: 'updated',
      pipeline: { name: 'Pipeline test', tts_engine: 'tts.demo', tts_voice: null, prefer_local_intents: true },
    });
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'pipeline', id }, before: undefined, after: { name: 'Pipeline test' } },
      { item: { kind: 'pipeline', id }, before: { name: 'Pipeline test' }, after: { tts_engine: 'tts.demo' } },
    ]);
    await remove(id);
  });

  it('prefers another one, by itself or along with a change', async () => {
    const at = context();
    const first = await preferred();
    const { pipeline_id: id } = await manage({
      action: 'create',
      name: 'Pipeline test 2',
      conversation_engine: ENGINE,
    });
    expect(await manage({ action: 'set_preferred', pipeline_id: id }, at)).toMatchObject({
      operation: 'set_preferred',
    });
    expect(await preferred()).toBe(id);
    expect(await manage({ action: 'update', pipeline_id: first, make_preferred: true }, at)).toMatchObject({
      preferred_changed: true,
    });
    expect(await preferred()).toBe(first);
    expect(at.keptEdits).toMatchObject([
      { item: { kind: 'preferred_pipeline' }, before: first, after: id },
      { item: { kind: 'preferred_pipeline' }, before: id, after: first },
    ]);
    await preferPipeline(context().home, first);
    await remove(id);
  });

  it('says a sentence and tells what the home did', async () => {
    const { home } = context();
    await home.send(
      {
        type: 'homeassistant/expose_entity',
        assistants: ['conversation'],
        entity_ids: ['switch.decorative_lights'],
        should_expose: true,
      },
      { isWrite: true },
    );
    const done = await manage({
      action: 'process',
      sentence: 'Turn on the Decorative Lights',
      language: 'en',
      agent_id: ENGINE,
    });
    expect(done).toMatchObject({
      operation: 'process',
      agent_id: ENGINE,
      response_type: 'action_done',
      speech: expect.any(String),
      conversation_id: expect.any(String),
      continue_conversation: false,
      service_calls: { success: [expect.objectContaining({ id: 'switch.decorative_lights' })], failed: [] },
      error_code: null,
    });
    expect(
      await manage({ action: 'process', sentence: 'Peel the moon', pipeline_id: await preferred() }),
    ).toMatchObject({
      response_type: 'error',
      error_code: 'no_intent_match',
      agent_id: ENGINE,
      language: 'en',
    });
    await expect(
      manage({ action: 'process', sentence: 'Hello', agent_id: 'conversation.nobody' }),
    ).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('stores an engine that is not there with a warning', async () => {
    const made = await manage({ action: 'create', name: 'Pipeline test 3', conversation_engine: 'conversation.gone' });
    expect(made.warnings).toEqual([expect.stringContaining(ENGINE)]);
    await remove(made['pipeline_id']);
  });

  it('names what is missing, empty or nothing', async () => {
    const missing = (parameter: string) => ({ code: 'VALIDATION_MISSING_PARAMETER', context: { parameter } });
    await expect(manage({ action: 'get' })).rejects.toMatchObject(missing('pipeline_id'));
    await expect(manage({ action: 'set_preferred' })).rejects.toMatchObject(missing('pipeline_id'));
    await expect(manage({ action: 'create', name: 'x' })).rejects.toMatchObject(missing('conversation_engine'));
    await expect(manage({ action: 'update', name: 'x' })).rejects.toMatchObject(missing('pipeline_id'));
    await expect(manage({ action: 'process', sentence: ' ' })).rejects.toMatchObject(missing('sentence'));
    const id = await preferred();
    await expect(manage({ action: 'update', pipeline_id: id })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
    });
    await expect(manage({ action: 'update', pipeline_id: id, language: '' })).rejects.toMatchObject({
      code: 'VALIDATION_INVALID_PARAMETER',
      context: { field: 'language' },
    });
    // Its own pipeline has a language for speech, or none, as an engine was there when the home made it.
    const speech = { tts_engine: 'tts.x', tts_language: '' };
    await expect(manage({ action: 'update', pipeline_id: id, ...speech })).rejects.toMatchObject({
      code: 'VALIDATION_FAILED',
    });
  });

  it('is judged by what the action can reach', () => {
    const { effect } = tool;
    const of = (action: string) => (typeof effect === 'string' ? effect : effect.of(tool.input.parse({ action })));
    expect(['list', 'get', 'update', 'process'].map(of)).toEqual(['read', 'read', 'configure', 'secure']);
  });

  it('is undone: which one is preferred, what was changed, and one made', async () => {
    const { home } = context();
    const store: MemoryEdit[] = [];
    const at = (by: string) => createToolContext({ view: home, store, tool: by });
    const undo = () => runTool(undoTool, { confirm: true }, at('ha_undo'));
    const first = await preferred();
    const made = await manage(
      { action: 'create', name: 'Pipeline undone', conversation_engine: ENGINE },
      at(tool.name),
    );
    const id = String(made['pipeline_id']);
    await manage({ action: 'update', pipeline_id: id, name: 'Pipeline changed' }, at(tool.name));
    await manage({ action: 'set_preferred', pipeline_id: id }, at(tool.name));
    expect(await preferred()).toBe(id);
    expect(await undo()).toMatchObject({ undone: [{ kind: 'preferred_pipeline' }] });
    expect(await preferred()).toBe(first);
    const nameOf = async () => (await listPipelines(home)).pipelines.find((one) => one.id === id)?.['name'];
    expect(await nameOf()).toBe('Pipeline changed');
    expect(await undo()).toMatchObject({ undone: [{ kind: 'pipeline', item_id: id }] });
    expect(await nameOf()).toBe('Pipeline undone');
    expect(await undo()).toMatchObject({ changes: [{ undo: 'remove' }] });
    expect(await nameOf()).toBeUndefined();
  });
});

await describeReal('ha_manage_pipeline without the rights of an administrator', (home) => {
  it('lists, and says of a change that the token may not make it', async ({ skip }) => {
    if (home.readOnlyToken === undefined) return skip('this home came without a second user');
    await using open = await openView({ url: home.url, token: home.readOnlyToken });
    const at = createToolContext({ view: open.view });
    expect(await runTool(tool, { action: 'list' }, at)).toMatchObject({ operation: 'list' });
    const made = runTool(tool, { action: 'create', name: 'Not allowed', conversation_engine: ENGINE }, at);
    await expect(made).rejects.toMatchObject({ code: 'AUTH_INSUFFICIENT_PERMISSIONS' });
  });
});
