import {
  type GetPromptResult,
  ProtocolError,
  ProtocolErrorCode,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { form, inputRequired, inputResponse } from './fixture-asking.ts';
import { PNG } from './fixture-content.ts';

const argument = (name: string) => ({ name, description: `Test argument ${name}`, required: true });

const prompts = [
  { name: 'test_simple_prompt', description: 'A prompt without arguments.' },
  {
    name: 'test_prompt_with_arguments',
    description: 'A prompt with two arguments.',
    arguments: [argument('arg1'), argument('arg2')],
  },
  {
    name: 'test_prompt_with_embedded_resource',
    description: 'A prompt with a resource.',
    arguments: [argument('resourceUri')],
  },
  { name: 'test_prompt_with_image', description: 'A prompt with an image.' },
  { name: 'test_input_required_result_prompt', description: 'A prompt that asks first.' },
];

export function installPrompts(server: Server): void {
  server.registerCapabilities({ prompts: { listChanged: true }, completions: {} });
  server.setRequestHandler('prompts/list', () => ({ prompts }));
  server.setRequestHandler('prompts/get', ({ params }, context) => get(params.name, params.arguments ?? {}, context));
  server.setRequestHandler('completion/complete', ({ params }) => {
    const values = ['paris', 'park', 'party', 'test'].filter((value) => value.startsWith(params.argument.value));
    return { completion: { values, total: values.length, hasMore: false } };
  });
}

type Message = GetPromptResult['messages'][number];

function says(text: string): Message {
  return { role: 'user', content: { type: 'text', text } };
}

function get(name: string, args: Readonly<Record<string, string>>, context: ServerContext): GetPromptResult {
  switch (name) {
    case 'test_simple_prompt':
      return { messages: [says('This is a simple prompt for testing.')] };
    case 'test_prompt_with_arguments':
      return { messages: [says(`Prompt with arguments: arg1='${args['arg1']}', arg2='${args['arg2']}'`)] };
    case 'test_prompt_with_embedded_resource': {
      const resource = {
        uri: args['resourceUri'] ?? '',
        mimeType: 'text/plain',
        text: 'Embedded resource content for testing.',
      };
      return {
        messages: [
          { role: 'user', content: { type: 'resource', resource } },
          says('Please process the embedded resource above.'),
        ],
      };
    }
    case 'test_prompt_with_image':
      return {
        messages: [
          { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
          says('Please analyze the image above.'),
        ],
      };
    case 'test_input_required_result_prompt': {
      const response = inputResponse(context, 'user_context');
      if (response) return { messages: [says(`Context: ${JSON.stringify(response['content'])}`)] };
      const asked: object = inputRequired({
        user_context: form('What context should the prompt use?', { context: { type: 'string' } }),
      });
      return asked as GetPromptResult;
    }
    default:
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name}`);
  }
}
