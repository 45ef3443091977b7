import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const pipelineSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  language: z.string(),
  conversation_engine: z.string(),
  conversation_language: z.string(),
  stt_language: z.string().nullish(),
  tts_language: z.string().nullish(),
});
const listSchema = z.looseObject({
  pipelines: z.array(pipelineSchema),
  preferred_pipeline: z.string().nullish(),
});
const agentsSchema = z.looseObject({ agents: z.array(z.looseObject({ id: z.string() })) });
const targetsSchema = z.array(z.looseObject({ id: z.string().nullish(), name: z.string().nullish() })).default([]);
const conversationSchema = z.looseObject({
  response: z.looseObject({
    response_type: z.string(),
    language: z.string().nullish(),
    speech: z.looseObject({ plain: z.looseObject({ speech: z.string() }).optional() }).default({}),
    data: z.looseObject({
      code: z.string().nullish(),
      /** Everything the sentence meant; told before Home Assistant 2026.4 only. */
      targets: targetsSchema,
      success: targetsSchema,
      failed: targetsSchema,
    }),
  }),
  conversation_id: z.string().nullish(),
  continue_conversation: z.boolean().default(false),
});

export type Pipeline = z.infer<typeof pipelineSchema>;
export type ConversationAnswer = z.infer<typeof conversationSchema>;
type Fields = Readonly<Record<string, unknown>>;

/** All voice pipelines and the id of the preferred one. Source: HA `assist_pipeline/pipeline/list`. @throws Fault COMPONENT_NOT_INSTALLED */
export async function listPipelines(home: Home, options: CallOptions = {}): Promise<z.infer<typeof listSchema>> {
  return listSchema.parse(await home.send({ type: 'assist_pipeline/pipeline/list' }, { ...options, isWrite: false }));
}

/** `fields`: all of HA's PIPELINE_FIELDS but `prefer_local_intents`. Needs an administrator. @throws Fault VALIDATION_FAILED, as for an engine without its language */
export async function createPipeline(home: Home, fields: Fields, options: CallOptions = {}): Promise<Pipeline> {
  const command = { ...fields, type: 'assist_pipeline/pipeline/create' };
  return pipelineSchema.parse(await home.send(command, { ...options, isWrite: true }));
}

/** Replaces all fields. Needs an administrator. @throws Fault */
export async function updatePipeline(home: Home, id: string, fields: Fields, options: CallOptions = {}): Promise<void> {
  const command = { ...fields, type: 'assist_pipeline/pipeline/update', pipeline_id: id };
  await home.send(command, { ...options, isWrite: true });
}

/** Which pipeline is used where none is named. Needs an administrator. @throws Fault */
export async function preferPipeline(home: Home, id: string, options: CallOptions = {}): Promise<void> {
  const command = { type: 'assist_pipeline/pipeline/set_preferred', pipeline_id: id };
  await home.send(command, { ...options, isWrite: true });
}

/** Ids of what can answer sentences. Source: HA `conversation/agent/list`. @throws Fault */
export async function listConversationAgents(home: Home, options: CallOptions = {}): Promise<readonly string[]> {
  const answer = await home.send({ type: 'conversation/agent/list' }, { ...options, isWrite: false });
  return agentsSchema.parse(answer).agents.map(({ id }) => id);
}

export interface Sentence {
  readonly text: string;
  readonly language?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly agentId?: string | undefined;
}

/** Says a sentence to the home, which does what it understands. Source: HA `conversation/process`. @throws Fault VALIDATION_FAILED for an agent it does not know */
export async function converse(
  home: Home,
  { text, language, conversationId, agentId }: Sentence,
  options: CallOptions = {},
): Promise<ConversationAnswer> {
  const command = {
    type: 'conversation/process',
    text,
    ...(language === undefined ? {} : { language }),
    ...(conversationId === undefined ? {} : { conversation_id: conversationId }),
    ...(agentId === undefined ? {} : { agent_id: agentId }),
  };
  return conversationSchema.parse(await home.send(command, { ...options, isWrite: true }));
}

/** @throws Fault for the preferred one, which has to be another first. Source: HA `assist_pipeline/pipeline/delete`. */
export async function deletePipeline(home: Home, id: string, options: CallOptions = {}): Promise<void> {
  await home.send({ type: 'assist_pipeline/pipeline/delete', pipeline_id: id }, { ...options, isWrite: true });
}
