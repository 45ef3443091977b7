import { Fault } from '@hub/core/fault.ts';

const MAX_CONTENT_BYTES = 128_000;
const MEDIA_TYPES = { module: 'text/javascript', css: 'text/css' };
const DATA_URI = /^data:([\w/+.-]+)((?:;[\w=-]+)*),(.*)$/s;
/** Code put into the address of somebody else's server, as an older tool did. */
const WORKER_URL = /^https:\/\/ha-mcp-resources\.[\w.-]+\.workers\.dev\/([\w-]+=*)/;

/**
 * Code as an address that holds it, so that no file is needed at the home.
 * @throws Fault VALIDATION_INVALID_PARAMETER for an empty or too large one, or one of type js, which browsers load in another way
 */
export function inlineUrl(
  content: string,
  type: 'module' | 'js' | 'css',
): { readonly url: string; readonly sizeBytes: number } {
  const refuse = (parameter: string, problem: string, suggestion: string) =>
    new Fault('VALIDATION_INVALID_PARAMETER', `\`${parameter}\`: ${problem}`, { suggestion, context: { parameter } });
  const sizeBytes = Buffer.byteLength(content);
  if (content.trim() === '') throw refuse('content', 'it is empty.', 'Send the JavaScript or CSS itself.');
  if (sizeBytes > MAX_CONTENT_BYTES)
    throw refuse(
      'content',
      `it has ${sizeBytes} bytes; inline code may have ${MAX_CONTENT_BYTES}.`,
      'Put it into a file under /config/www at the home and name it as url /local/….',
    );
  if (type === 'js')
    throw refuse('resource_type', 'inline code cannot be of type js.', 'Use module, or url with type js.');
  return {
    url: `data:${MEDIA_TYPES[type]};charset=utf-8;base64,${Buffer.from(content).toString('base64')}`,
    sizeBytes,
  };
}

/** The code that an address holds; undefined for one that names a file. */
export function inlineContent(url: string): { readonly content: string; readonly isForeign: boolean } | undefined {
  const [, worker] = WORKER_URL.exec(url) ?? [];
  if (worker !== undefined) return { content: Buffer.from(worker, 'base64url').toString(), isForeign: true };
  const [, , options, data] = DATA_URI.exec(url) ?? [];
  if (options === undefined || data === undefined) return undefined;
  return {
    content: options.includes(';base64') ? Buffer.from(data, 'base64').toString() : unescaped(data),
    isForeign: false,
  };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
