import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { Fault } from '@hub/core/fault.ts';
import Fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { clientErrorHandler, frameworkErrors, installErrors } from './errors.ts';

async function answerTo(thrown: unknown) {
  const app = Fastify();
  installErrors(app);
  app.get('/', () => {
    throw thrown;
  });
  const answer = await app.inject('/');
  return { status: answer.statusCode, body: answer.json() };
}

describe('installErrors', () => {
  it('answers a fault with its code, message and suggestion', async () => {
    const fault = new Fault('HOME_NOT_FOUND', 'There is no home "cabin".', {
      suggestion: 'List the homes.',
      context: { home: 'cabin' },
    });
    expect(await answerTo(fault)).toEqual({
      status: 404,
      body: {
        success: false,
        home: 'cabin',
        error: { code: 'HOME_NOT_FOUND', message: 'There is no home "cabin".', suggestion: 'List the homes.' },
      },
    });
  });

  it('says of what may have happened all the same that it is unknown', async () => {
    const fault = new Fault('STORAGE_UNAVAILABLE', 'It may be stored or not.', { outcomeUnknown: true });
    expect(await answerTo(fault)).toMatchObject({ status: 503, body: { success: false, outcome: 'unknown' } });
  });

  it('tells nothing of a bug but the request id', async () => {
    const { status, body } = await answerTo(new Error('password hunter2'));
    expect(status).toBe(500);
    expect(JSON.stringify(body)).not.toContain('hunter2');
    expect(body.error).toMatchObject({ code: 'INTERNAL_ERROR', suggestion: expect.stringContaining('req-1') });
  });

  it('gives every unknown address the same answer and never repeats the URL', async () => {
    const app = Fastify({ frameworkErrors });
    installErrors(app);
    app.get('/private_:secret', (_request, reply) => reply.callNotFound());
    const [one, two] = [await app.inject('/private_secret1'), await app.inject('/elsewhere')];
    expect(one.statusCode).toBe(404);
    expect(one.body).toBe(two.body);
    const malformed = await app.inject('/private_secret1%zz');
    expect(malformed.statusCode).toBe(400);
    expect(malformed.body).not.toContain('secret1');
    const long = await app.inject(`/private_secret1${'x'.repeat(300)}`);
    expect(long.statusCode).toBe(414);
    expect(long.body).not.toContain('secret1');
  });
});

it.each([
  ['no HTTP at all', 'hello\r\n\r\n', 400],
  ['headers without end', `GET / HTTP/1.1\r\nhost: x\r\nlong: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
])('what cannot be read as a request, %s, is refused in the same shape', async (_name, bytes, status) => {
  const app = Fastify({ clientErrorHandler });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  const answer = await readAll(socket);
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  const body = JSON.parse(answer.slice(answer.indexOf('{')));
  expect(body).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED', message: expect.any(String) } });
  await app.close();
});
