import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { listPipelines } from '@hub/ha/assist.ts';
import { z } from 'zod';
import { defineTool, type ToolContext } from '../define.ts';
import { invalidParameter } from '../shared/invalid-parameter.ts';
import { previewParameter, successShape } from '../shared/parameters.ts';
import { findPipeline } from './find-pipeline.ts';
import { processSentence } from './process-sentence.ts';
import { create, engineWarnings, prefer, update } from './write-pipeline.ts';

const text = z.string().optional();

const input = z.strictObject({
  action: z.enum(['list', 'get', 'create', 'update', 'set_preferred', 'process']),
  pipeline_id: text,
  sentence: text.describe('process: what somebody would say'),
  conversation_id: text.describe('process: goes on with an earlier one'),
  agent_id: text.describe("process: the pipeline's unless given"),
  name: text,
  conversation_engine: text.describe('e.g. conversation.home_assistant'),
  base_pipeline_id: text.describe('create: copied for what is not given; the preferred one unless given'),
  conversation_language: text,
  language: text.describe('e.g. en'),
  stt_engine: text.describe("'' clears, as for all below"),
  stt_language: text,
  tts_engine: text,
  tts_language: text,
  tts_voice: text,
  wake_word_entity: text,
  wake_word_id: text,
  prefer_local_intents: z.boolean().optional().describe('ask Home Assistant itself before the engine'),
  make_preferred: z.boolean().default(false),
  preview: previewParameter,
});

type Input = z.infer<typeof input>;

const FIRM = ['name', 'conversation_engine', 'conversation_language', 'language'] as const;
const CLEARABLE = [
  ...(['stt_engine', 'stt_language', 'tts_engine', 'tts_language'] as const),
  ...(['tts_voice', 'wake_word_entity', 'wake_word_id'] as const),
] as const;

const EFFECTS: Readonly<Record<Input['action'], Effect>> = {
  list: 'read',
  get: 'read',
  create: 'configure',
  update: 'configure',
  set_preferred: 'configure',
  // A sentence reaches whatever the home lets its assistant do, locks included.
  process: 'secure',
};

export const tool = defineTool({
  name: 'ha_manage_pipeline',
  title: 'Manage Assist Pipeline',
  docs: "Voice assistants of the home (pipelines: speech to text, conversation engine, text to speech): list, get, create, update, choose the preferred one; process says a sentence and tells what the home did. To switch things use ha_call_service rather than process; what assistants may touch is ha_manage_entity_exposure's.",
  tags: ['Assist'],
  scope: 'home',
  effect: { lowest: 'read', max: 'secure', of: ({ action }) => EFFECTS[action] },
  openWorld: true,
  input,
  output: z.looseObject({
    ...successShape,
    partial: z.literal(true).optional(),
    operation: z.enum(['list', 'get', 'created', 'updated', 'set_preferred', 'process']),
    message: z.string(),
  }),
  items: ({ action, pipeline_id: id, name }) => {
    if (action === 'create') return [{ kind: 'pipeline', id: name ?? 'new' }];
    return action === 'update' || action === 'set_preferred' ? [{ kind: 'pipeline', id: id ?? '' }] : [];
  },
  async run(call, context) {
    switch (call.action) {
      case 'list':
        return list(context);
      case 'get':
        return get(call, context);
      case 'set_preferred':
        return setPreferred(call, context);
      case 'process':
        if (call.preview)
          throw invalidParameter(
            'preview',
            'What a sentence does is known only once it is said.',
            'Leave preview out.',
          );
        return processSentence(context, call);
      default:
        return write(call, context);
    }
  },
});

async function list({ home, signal }: ToolContext) {
  const { pipelines, preferred_pipeline: preferred } = await listPipelines(home, { signal });
  return {
    success: true as const,
    operation: 'list' as const,
    count: pipelines.length,
    pipelines,
    preferred_pipeline: preferred ?? null,
    message: `${pipelines.length} voice pipelines.`,
  };
}

async function get(call: Input, context: ToolContext) {
  const id = required(call, 'pipeline_id');
  const pipeline = await findPipeline(context, id);
  return { success: true as const, operation: 'get' as const, pipeline_id: id, pipeline, message: 'Found it.' };
}

async function setPreferred(call: Input, context: ToolContext) {
  const { id } = await findPipeline(context, required(call, 'pipeline_id'));
  await prefer(context, id);
  return {
    success: true as const,
    operation: 'set_preferred' as const,
    pipeline_id: id,
    message: 'It is used wherever no other pipeline is named.',
  };
}

async function write(call: Input, context: ToolContext) {
  const isNew = call.action === 'create';
  const fields = fieldsOf(call);
  if (isNew) for (const name of ['name', 'conversation_engine'] as const) required(call, name);
  const found = await findPipeline(context, isNew ? call.base_pipeline_id : required(call, 'pipeline_id'));
  if (Object.keys(fields).length === 0 && !call.make_preferred)
    throw new Fault('VALIDATION_INVALID_PARAMETER', 'Nothing to change was given.', {
      suggestion: [
        'Give at least one field, e.g. name or language.',
        "action 'set_preferred' changes the preferred one.",
      ],
      context: { action: call.action, pipeline_id: found.id },
    });
  const warnings = await engineWarnings(context, fields);
  const changed = isNew ? await create(context, found, fields) : await changedIf(context, found, fields);
  const id = changed?.id ?? found.id;
  if (call.make_preferred) await prefer(context, id);
  return {
    success: true as const,
    operation: isNew ? ('created' as const) : ('updated' as const),
    pipeline_id: id,
    pipeline: changed ?? null,
    preferred_changed: call.make_preferred,
    message: isNew ? 'The voice pipeline was created.' : 'The voice pipeline was changed.',
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

async function changedIf(context: ToolContext, found: Awaited<ReturnType<typeof findPipeline>>, fields: object) {
  return Object.keys(fields).length > 0 ? update(context, found, { ...fields }) : found;
}

/** What is to be stored: '' clears where Home Assistant knows "none". @throws Fault VALIDATION_INVALID_PARAMETER */
function fieldsOf(call: Input): Readonly<Record<string, unknown>> {
  const empty = FIRM.find((name) => call[name]?.trim() === '');
  if (empty !== undefined)
    throw invalidParameter(empty, 'cannot be empty.', 'Leave it out to keep what stands there.', { field: empty });
  const { prefer_local_intents: isLocal } = call;
  return Object.fromEntries([
    ...FIRM.flatMap((name) => (call[name] === undefined ? [] : [[name, call[name]]])),
    ...CLEARABLE.flatMap((name) => (call[name] === undefined ? [] : [[name, call[name] === '' ? null : call[name]]])),
    ...(isLocal === undefined ? [] : [['prefer_local_intents', isLocal]]),
  ]);
}

function required(call: Input, name: 'pipeline_id' | 'name' | 'conversation_engine'): string {
  const value = call[name];
  if (value !== undefined && value.trim() !== '') return value;
  throw new Fault('VALIDATION_MISSING_PARAMETER', `\`${name}\` is required with action '${call.action}'.`, {
    suggestion: "action 'list' shows the pipelines there are.",
    context: { action: call.action, parameter: name },
  });
}
