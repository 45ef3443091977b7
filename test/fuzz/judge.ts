import { FAULT_CODES } from '@hub/core/fault-codes.ts';
import { lastMessage } from '../ask-hub.ts';
import type { FuzzRequest } from './requests.ts';

export interface FuzzAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly text: string;
}

const STATUSES = new Set([200, 202, 204, 400, 403, 404, 405, 406, 413, 414, 415, 429, 431, 503, 504]);
/** The API beside the connectors asks for its key. */
const API_STATUSES = new Set([...STATUSES, 401]);
const RPC_CODES = new Set([-32_700, -32_600, -32_601, -32_602, -32_000, -32_001, -32_002, -32_020, -32_021, -32_022]);
const CODES = new Set<unknown>(FAULT_CODES.filter((code) => !code.startsWith('INTERNAL_')));

/** What is wrong with an answer, or undefined: any request at all gets a documented status in a documented shape. */
export function complaint(request: FuzzRequest, { status, contentType, text }: FuzzAnswer): string | undefined {
  const statuses = request.path.startsWith('/api') ? API_STATUSES : STATUSES;
  if (!statuses.has(status)) return `status ${status}`;
  if (/INTERNAL_(ERROR|UNEXPECTED)|-32603/.test(text)) return 'an internal error';
  if (text === '') return bodiless(request, status) ? undefined : `nothing in a ${status}`;
  if (contentType.startsWith('text/html'))
    return status === 200 && request.method === 'GET' ? undefined : `a page for ${request.method}`;
  return shapeComplaint(status, text);
}

function bodiless({ method }: FuzzRequest, status: number): boolean {
  return status === 202 || status === 204 || method === 'HEAD';
}

function shapeComplaint(status: number, text: string): string | undefined {
  const message = parse(text);
  if (message === undefined) return 'no JSON';
  if (message['jsonrpc'] === '2.0') return rpcComplaint(status, message);
  return message['success'] === false ? faultComplaint(message) : 'neither a JSON-RPC message nor a problem';
}

function rpcComplaint(status: number, message: Fields): string | undefined {
  const error = fieldsOf(message['error']);
  if (error) {
    if (!RPC_CODES.has(Number(error['code']))) return `JSON-RPC code ${error['code']}`;
    return typeof error['message'] === 'string' && error['message'] !== ''
      ? undefined
      : 'a JSON-RPC error without words';
  }
  const result = fieldsOf(message['result']);
  if (!result || status !== 200) return `a result that is none, or with status ${status}`;
  if (result['isError'] !== true) return undefined;
  const body = fieldsOf(result['structuredContent']);
  return body ? faultComplaint(body) : 'a failed call without structured content';
}

function faultComplaint(body: Fields): string | undefined {
  const error = fieldsOf(body['error']);
  if (!error || !CODES.has(error['code'])) return `fault code ${error?.['code']}`;
  return typeof error['message'] === 'string' && error['message'] !== '' ? undefined : 'a fault without words';
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null ? (value as Fields) : undefined;
}

function parse(text: string): Fields | undefined {
  try {
    return fieldsOf(lastMessage(text));
  } catch {
    return undefined;
  }
}
