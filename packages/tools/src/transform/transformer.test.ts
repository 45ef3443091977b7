import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { createTransformer, DEFAULT_TRANSFORMER, type Transformer } from './transformer.ts';

const open: Transformer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((transformer) => transformer.close()));
});

function create(settings: Partial<typeof DEFAULT_TRANSFORMER> = {}): Transformer {
  const transformer = createTransformer({ ...DEFAULT_TRANSFORMER, ...settings });
  open.push(transformer);
  return transformer;
}

const ENDLESS = 'for i in range(10**18): pass';

test('the changed config comes back, the given one stays as it was', async () => {
  const config = { alias: 'a', triggers: [{ at: '07:00' }] };
  const changed = await create().transform(config, 'config["triggers"][0]["at"] = "08:00"');
  expect(changed).toEqual({ alias: 'a', triggers: [{ at: '08:00' }] });
  expect(config.triggers[0]?.at).toBe('07:00');
});

test.each([
  ['import os', 'VALIDATION_FAILED', /^Expression validation failed: Forbidden node type: Import$/],
  ['config["a"', 'VALIDATION_FAILED', /^Expression validation failed: Syntax error: /],
  ['config["a"][3]', 'VALIDATION_FAILED', /^Expression raised at runtime: IndexError: list index out of range$/],
  ['config["b"]', 'VALIDATION_FAILED', /^Expression raised at runtime: KeyError: 'b'$/],
  [
    'x = "x" * 10**10',
    'SANDBOX_LIMIT_EXCEEDED',
    /^The transformation was stopped: it needs more than 64 MB of memory$/,
  ],
])('%s is a fault with code and cause', async (source, code, message) => {
  await expect(create().transform({ a: [] }, source)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    suggestions: [expect.any(String)],
  });
});

test('an endless loop holds up neither this thread nor other calls', async () => {
  const transformer = create({ deadlineMs: 60_000 });
  const giveUp = new AbortController();
  const endless = expect(transformer.transform({}, ENDLESS, { signal: giveUp.signal })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  for (let n = 0; n < 20; n++) expect(await transformer.transform({ n }, 'config["n"] += 1')).toEqual({ n: n + 1 });
  giveUp.abort();
  await endless;
});

test('a program that overruns its deadline is ended and its thread replaced', async () => {
  const transformer = create({ deadlineMs: 1_000 });
  const loops = [ENDLESS, ENDLESS, ENDLESS].map((source) =>
    expect(transformer.transform({}, source)).rejects.toMatchObject({
      code: 'SANDBOX_LIMIT_EXCEEDED',
      message: 'The transformation was stopped: it ran longer than 1 s',
    }),
  );
  expect(await transformer.transform([1], 'config.append(2)')).toEqual([1, 2]);
  await Promise.all(loops);
});

test('a call that is given up ends its thread at once and leaves the others alone', async () => {
  const transformer = create({ threads: 1, deadlineMs: 60_000 });
  const giveUp = new AbortController();
  const endless = transformer.transform({}, ENDLESS, { signal: giveUp.signal });
  const behind = transformer.transform({ a: 1 }, 'config["a"] = 2');
  giveUp.abort();
  await expect(endless).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(await behind).toEqual({ a: 2 });
});

test('a call given up while it waits never runs', async () => {
  const transformer = create({ threads: 1, deadlineMs: 60_000 });
  const running = expect(transformer.transform({}, ENDLESS)).rejects.toMatchObject({ code: 'CANCELLED' });
  const giveUp = new AbortController();
  const waiting = transformer.transform({}, 'config["a"] = 1', { signal: giveUp.signal });
  giveUp.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
  await expect(transformer.transform({}, '', { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  await transformer.close();
  await running;
});

test('the queue is bounded', async () => {
  const transformer = create({ threads: 1, maxWaiting: 1, deadlineMs: 60_000 });
  const calls = Promise.allSettled([transformer.transform({}, ENDLESS), transformer.transform({}, '')]);
  await expect(transformer.transform({}, '')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  await transformer.close();
  expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a text of 10 MB is carried both ways', async () => {
  const big = 'x'.repeat(10_000_000);
  const changed = await create().transform({ big }, 'config["big"] += "y"');
  expect(changed).toEqual({ big: `${big}y` });
});

test('idle threads do not keep the process alive', async () => {
  const program = `
    const { transformConfig } = await import(${JSON.stringify(fileURLToPath(import.meta.resolve('./transform-config.ts')))});
    console.log(JSON.stringify(await transformConfig({ a: 1 }, 'config["a"] += 1')));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    timeout: 20_000,
  });
  expect(stdout.trim()).toBe('{"a":2}');
});
