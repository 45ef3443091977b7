import { Fault } from '@hub/core/fault.ts';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLogger } from './log.ts';

function recorder(pretty = false) {
  const lines: string[] = [];
  const log = createLogger({ name: 'test', level: 'debug', pretty, to: { write: (line) => lines.push(line) } });
  return { log, lines, text: () => lines.join('') };
}

const SECRETS = ['s3cr3t-value', 'hunter22', '52.3702', 'AbCdEfGhIjKl'];

test('values of secret keys never reach the output, at any depth', () => {
  const { log, text } = recorder();
  log.info(
    {
      headers: { Authorization: 'Bearer s3cr3t-value', 'set-cookie': 's3cr3t-value', Cookie: 's3cr3t-value' },
      body: [{ access_token: 's3cr3t-value', refreshToken: 's3cr3t-value', deep: { api_key: 's3cr3t-value' } }],
      user: { password: 'hunter22', client_secret: 'hunter22', code: 'hunter22' },
      home: { latitude: 52.3702, longitude: 52.3702 },
    },
    'asked',
  );
  for (const secret of SECRETS) expect(text()).not.toContain(secret);
  expect(text()).toContain('[redacted]');
});

test('secrets inside messages, URLs and errors are scrubbed', () => {
  const { log, text } = recorder();
  log.warn('GET /private_AbCdEfGhIjKl/mcp?token=s3cr3t-value');
  log.warn('sent Authorization: Bearer s3cr3t-value to http://me:hunter22@home.local/');
  log.error(
    new Error('GET https://hub/private_AbCdEfGhIjKl failed', {
      cause: new Error('wss://x/?access_token=s3cr3t-value'),
    }),
  );
  log.info({ url: 'https://hub/private_AbCdEfGhIjKl' }, 'token eyJhbGciOi.eyJpc3MiOi.AbCdEfGhIjKl');
  log.child({ token: 's3cr3t-value', path: '/private_AbCdEfGhIjKl' }).info('child');
  for (const secret of SECRETS) expect(text()).not.toContain(secret);
});

test('a fault keeps its code, a system error too, an alarm code does not', () => {
  const { log, lines } = recorder();
  log.error({
    err: new Fault('CONNECTION_FAILED', 'no answer', { cause: Object.assign(new Error('x'), { code: 'ECONNRESET' }) }),
  });
  log.info({ code: '1234' });
  expect(JSON.parse(lines[0]!).err).toMatchObject({
    code: 'CONNECTION_FAILED',
    message: 'no answer',
    cause: { code: 'ECONNRESET' },
  });
  expect(JSON.parse(lines[1]!).code).toBe('[redacted]');
});

test('a refusal of PostgreSQL keeps what was violated and not the row', () => {
  const { log, lines, text } = recorder();
  const facts = { severity: 'ERROR', code: '23505', constraint: 'home_slug', routine: '_bt_check_unique' };
  const row = { detail: 'Key (slug)=(AbCdEfGhIjKl) already exists.', where: 'portal, parameter $1 = AbCdEfGhIjKl' };
  const refused = Object.assign(new Error('duplicate key value violates unique constraint "home_slug"'), facts, row);
  log.error({ err: new Fault('STORAGE_UNAVAILABLE', 'refused', { cause: refused }) });
  expect(text()).not.toContain('AbCdEfGhIjKl');
  expect(JSON.parse(lines[0]!).err.cause).toMatchObject({ code: '23505', constraint: 'home_slug' });
});

test('an object that contains itself is cut, not followed', () => {
  const { log, lines } = recorder();
  const knot: Record<string, unknown> = {};
  knot['self'] = knot;
  log.info({ knot });
  expect(lines).toHaveLength(1);
});

test('a pretty line is short and cannot drive the terminal', () => {
  const { log, text } = recorder(true);
  log.warn({ home: 'lake-house', attempt: 2 }, 'home lost \u001b[31mred');
  expect(text()).toMatch(/^\d\d:\d\d:\d\d WARN {2}home lost \?\[31mred home=lake-house attempt=2\n$/);
});

beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager()));
afterAll(() => context.disable());

test('inside a span each line names its trace', () => {
  const { log, lines } = recorder();
  const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
  context.with(trace.setSpan(context.active(), span), () => log.info('inside'));
  log.info('outside');
  expect(JSON.parse(lines[0]!)).toMatchObject({ trace_id: 'a'.repeat(32), span_id: 'b'.repeat(16) });
  expect(JSON.parse(lines[1]!)).not.toHaveProperty('trace_id');
});
