import type { CallResult, ContentItem } from '../../services/hub/src/mcp/call-result.ts';
import type { ToolDescription } from '../../services/hub/src/mcp/surface.ts';

type Schema = ToolDescription['inputSchema'] & Readonly<Record<string, unknown>>;

/** One red pixel. */
export const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==';
/** A WAV file without samples. */
const WAV = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=';

export function text(value: string): ContentItem {
  return { type: 'text', text: value };
}

export function answer(...content: ContentItem[]): CallResult {
  return { content };
}

export function tool(
  name: string,
  description: string,
  inputSchema: Schema = { type: 'object', properties: {} },
): ToolDescription {
  return { name, description, inputSchema };
}

const image: ContentItem = { type: 'image', data: PNG, mimeType: 'image/png' };

/** Tools whose answer never changes. */
export const fixedAnswers: Readonly<Record<string, CallResult>> = {
  test_simple_text: answer(text('This is a simple text response for testing.')),
  test_image_content: answer(image),
  test_audio_content: answer({ type: 'audio', data: WAV, mimeType: 'audio/wav' }),
  test_embedded_resource: answer({
    type: 'resource',
    resource: {
      uri: 'test://embedded-resource',
      mimeType: 'text/plain',
      text: 'This is an embedded resource content.',
    },
  }),
  test_multiple_content_types: answer(text('Multiple content types test:'), image, {
    type: 'resource',
    resource: {
      uri: 'test://mixed-content-resource',
      mimeType: 'application/json',
      text: '{"test":"data","value":123}',
    },
  }),
  test_error_handling: { isError: true, content: [text('This tool intentionally returns an error for testing')] },
  json_schema_2020_12_tool: answer(text('ok')),
  test_header_param: answer(text('ok')),
};

/** What the suites expect to find unchanged in the list. */
export const schema2020: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};
