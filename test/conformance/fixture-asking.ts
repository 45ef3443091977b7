import { randomBytes } from 'node:crypto';
import {
  type ClientCapabilities,
  createRequestStateCodec,
  MissingRequiredClientCapabilityError,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { CallResult } from '../../services/hub/src/mcp/call-result.ts';
import { answer, text } from './fixture-content.ts';

type Args = Readonly<Record<string, unknown>>;
type Asking = (args: Args, context: ServerContext) => Promise<CallResult>;

const requestState = createRequestStateCodec<{ round: number }>({ key: randomBytes(32) });

/** A question to the client inside a result: the 2026 way. */
export interface InputRequest {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export function form(message: string, properties: Readonly<Record<string, unknown>>): InputRequest {
  return {
    method: 'elicitation/create',
    params: {
      mode: 'form',
      message,
      requestedSchema: { type: 'object', properties, required: Object.keys(properties) },
    },
  };
}

function sample(prompt: string, maxTokens: number): InputRequest {
  return {
    method: 'sampling/createMessage',
    params: { messages: [{ role: 'user', content: text(prompt) }], maxTokens },
  };
}

const roots: InputRequest = { method: 'roots/list', params: {} };
const userName = form('What is your name?', { name: { type: 'string' } });

/** The SDK knows this result by its `resultType`; its types put it beside a tool result, not among them. */
export function inputRequired(inputRequests: Readonly<Record<string, InputRequest>>, state?: string): CallResult {
  const result: object = {
    resultType: 'input_required',
    inputRequests,
    ...(state === undefined ? {} : { requestState: state }),
  };
  return result as CallResult;
}

export function inputResponse(context: ServerContext, key: string): Args | undefined {
  const response: unknown = context.mcpReq.inputResponses?.[key];
  return typeof response === 'object' && response !== null ? (response as Args) : undefined;
}

/** The round a verified state was minted in. @throws ProtocolError -32602 for a state we did not mint */
async function roundOf(context: ServerContext): Promise<number> {
  const state = context.mcpReq.requestState();
  if (state === undefined) return 0;
  try {
    return (await requestState.verify(String(state), context)).round;
  } catch (cause) {
    throw Object.assign(new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid or expired requestState'), {
      cause,
    });
  }
}

function capabilitiesOf(context: ServerContext): ClientCapabilities {
  const envelope: Args = context.mcpReq.envelope ?? {};
  return (envelope['io.modelcontextprotocol/clientCapabilities'] ?? {}) as ClientCapabilities;
}

function shown(response: Args | undefined): string {
  return JSON.stringify(response?.['content'] ?? response);
}

const enumForm = {
  untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
  titledSingle: {
    type: 'string',
    oneOf: [
      { const: 'value1', title: 'First Option' },
      { const: 'value2', title: 'Second Option' },
    ],
  },
  legacyEnum: {
    type: 'string',
    enum: ['opt1', 'opt2', 'opt3'],
    enumNames: ['Option One', 'Option Two', 'Option Three'],
  },
  untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
  titledMulti: {
    type: 'array',
    items: {
      anyOf: [
        { const: 'value1', title: 'First Choice' },
        { const: 'value2', title: 'Second Choice' },
      ],
    },
  },
};

const defaultsForm = {
  name: { type: 'string', default: 'John Doe' },
  age: { type: 'integer', default: 30 },
  score: { type: 'number', default: 95.5 },
  status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
  verified: { type: 'boolean', default: true },
};

/** 2025-era elicitation: a request of the server while the call is open. */
async function elicit(context: ServerContext, message: string, properties: object): Promise<CallResult> {
  const requestedSchema = { type: 'object', properties, required: [] };
  const result = await context.mcpReq.elicitInput({ mode: 'form', message, requestedSchema } as never);
  return answer(
    text(`Elicitation completed: action=${result.action}, content=${JSON.stringify(result.content ?? {})}`),
  );
}

/** Tools that need something from the client before they can answer. */
export const askingTools: Readonly<Record<string, Asking>> = {
  async test_sampling(args, context) {
    const content = { type: 'text', text: String(args['prompt']) } as const;
    const result = await context.mcpReq.requestSampling({ messages: [{ role: 'user', content }], maxTokens: 100 });
    return answer(text(`LLM response: ${JSON.stringify(result.content)}`));
  },
  async test_elicitation(args, context) {
    const properties = {
      username: { type: 'string', description: "User's response" },
      email: { type: 'string', description: "User's email address" },
    };
    const params = {
      mode: 'form',
      message: String(args['message']),
      requestedSchema: { type: 'object', properties, required: ['username', 'email'] },
    };
    const result = await context.mcpReq.elicitInput(params as never);
    return answer(text(`User response: action: ${result.action}, content: ${JSON.stringify(result.content ?? {})}`));
  },
  test_elicitation_sep1034_defaults: (_args, context) => elicit(context, 'Please review the defaults', defaultsForm),
  test_elicitation_sep1330_enums: (_args, context) => elicit(context, 'Please choose', enumForm),

  async test_missing_capability(_args, context) {
    if (capabilitiesOf(context).sampling) return answer(text('ok'));
    throw new MissingRequiredClientCapabilityError({ requiredCapabilities: { sampling: {} } });
  },
  async test_streaming_elicitation(_args, context) {
    const response = inputResponse(context, 'user_name');
    return response ? answer(text(`Hello, ${shown(response)}!`)) : inputRequired({ user_name: userName });
  },
  async test_input_required_result_elicitation(_args, context) {
    const content = inputResponse(context, 'user_name')?.['content'];
    const name = typeof content === 'object' && content !== null && 'name' in content ? content.name : undefined;
    return typeof name === 'string' ? answer(text(`Hello, ${name}!`)) : inputRequired({ user_name: userName });
  },
  async test_input_required_result_sampling(_args, context) {
    const response = inputResponse(context, 'capital_question');
    return response
      ? answer(text(shown(response)))
      : inputRequired({ capital_question: sample('What is the capital of France?', 100) });
  },
  async test_input_required_result_list_roots(_args, context) {
    const response = inputResponse(context, 'client_roots');
    return response ? answer(text(JSON.stringify(response['roots']))) : inputRequired({ client_roots: roots });
  },
  async test_input_required_result_request_state(_args, context) {
    const response = inputResponse(context, 'confirm');
    if (response && (await roundOf(context)) === 1) return answer(text('state-ok'));
    return inputRequired(
      { confirm: form('Please confirm', { ok: { type: 'boolean' } }) },
      await requestState.mint({ round: 1 }, context),
    );
  },
  async test_input_required_result_tampered_state(_args, context) {
    if ((await roundOf(context)) === 1) return answer(text('state-ok'));
    return inputRequired(
      { confirm: form('Please confirm', { ok: { type: 'boolean' } }) },
      await requestState.mint({ round: 1 }, context),
    );
  },
  async test_input_required_result_multiple_inputs(_args, context) {
    const keys = ['user_name', 'greeting', 'client_roots'];
    if ((await roundOf(context)) === 1 && keys.every((key) => inputResponse(context, key)))
      return answer(text('all received'));
    const requests = { user_name: userName, greeting: sample('Generate a greeting', 50), client_roots: roots };
    return inputRequired(requests, await requestState.mint({ round: 1 }, context));
  },
  async test_input_required_result_multi_round(_args, context) {
    const round = await roundOf(context);
    const second = inputResponse(context, 'step2');
    if (round === 2 && second) return answer(text(`Done: ${shown(second)}`));
    if (round === 1 && inputResponse(context, 'step1')) {
      const step2 = form('Step 2: What is your favorite color?', { color: { type: 'string' } });
      return inputRequired({ step2 }, await requestState.mint({ round: 2 }, context));
    }
    const step1 = form('Step 1: What is your name?', { name: { type: 'string' } });
    return inputRequired({ step1 }, await requestState.mint({ round: 1 }, context));
  },
  async test_input_required_result_capabilities(_args, context) {
    if (inputResponse(context, 'greeting') || inputResponse(context, 'user_name')) return answer(text('ok'));
    const { sampling, elicitation } = capabilitiesOf(context);
    return inputRequired({
      ...(sampling ? { greeting: sample('Generate a greeting', 50) } : {}),
      ...(elicitation ? { user_name: userName } : {}),
    });
  },
};
