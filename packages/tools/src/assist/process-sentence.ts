import { Fault } from '@hub/core/fault.ts';
import { converse, type Pipeline } from '@hub/ha/assist.ts';
import type { ToolContext } from '../define.ts';
import { findPipeline } from './find-pipeline.ts';

/** Agents that ask a language model take their time. */
const DEADLINE_MS = 90_000;

export interface SentenceInput {
  readonly sentence?: string | undefined;
  readonly pipeline_id?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly language?: string | undefined;
  readonly conversation_id?: string | undefined;
}

/** Has the home act on a sentence, as if somebody had said it. @throws Fault */
export async function processSentence(context: ToolContext, input: SentenceInput) {
  const text = input.sentence?.trim() ?? '';
  if (text === '')
    throw new Fault('VALIDATION_MISSING_PARAMETER', "`sentence` is required with action 'process'.", {
      suggestion: "E.g. sentence='turn on the kitchen light'.",
      context: { action: 'process', parameter: 'sentence' },
    });
  const pipeline = input.pipeline_id === undefined ? undefined : await findPipeline(context, input.pipeline_id);
  const agentId = input.agent_id ?? pipeline?.conversation_engine;
  const language = input.language ?? (pipeline && languageOf(pipeline));
  const {
    response,
    conversation_id: conversationId,
    continue_conversation: goesOn,
  } = await converse(
    context.home,
    { text, language, agentId, conversationId: input.conversation_id },
    { signal: context.signal, deadlineMs: DEADLINE_MS },
  );
  const { data, response_type: type } = response;
  const speech = response.speech.plain?.speech ?? null;
  const errorCode = type === 'error' ? (data.code ?? null) : null;
  const warnings = warningsOf(data.failed, errorCode);
  return {
    success: true as const,
    operation: 'process' as const,
    pipeline_id: input.pipeline_id ?? null,
    agent_id: agentId ?? null,
    response_type: type,
    speech,
    language: response.language ?? language ?? null,
    conversation_id: conversationId ?? null,
    continue_conversation: goesOn,
    targets: data.targets,
    service_calls: { success: data.success, failed: data.failed },
    error_code: errorCode,
    message: speech ?? `The home answered with ${type}.`,
    ...(warnings.length > 0 ? { warnings } : {}),
  };
}

/** As Home Assistant chooses it: an agent for all languages is told the one that is spoken. Source: HA `assist_pipeline/pipeline.py`. */
function languageOf(pipeline: Pipeline): string {
  const { conversation_language: own, stt_language: heard, tts_language: spoken, language } = pipeline;
  return own !== '*' && own !== '' ? own : heard || spoken || language;
}

/** What its friendly sentence does not say. */
function warningsOf(failed: readonly { readonly id?: unknown }[], errorCode: string | null): string[] {
  return [
    ...(failed.length > 0 ? [`${failed.length} of what it meant did not follow: see service_calls.failed.`] : []),
    ...(errorCode === 'failed_to_handle' ? ['It was understood, but not carried out.'] : []),
  ];
}
