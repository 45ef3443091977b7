import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDirectHome } from './direct.ts';
import type { Home } from './home.ts';
import { peekFlow, runFlow } from './run-flow.ts';
import { type ScriptedHome, startScriptedHome } from './testing/scripted-home.ts';

const FLOWS = '/api/config/config_entries/flow';
const start = { door: 'config', handler: 'x' } as const;
const form = { type: 'form', flow_id: 'f', step_id: 'user', data_schema: [{ name: 'a' }], last_step: true };

let scripted: ScriptedHome;
let home: Home;
let asked: string[];
let answers: Record<string, unknown>;
let cutsOff: string | undefined;

beforeEach(async () => {
  scripted = await startScriptedHome();
  asked = [];
  answers = {};
  cutsOff = undefined;
  scripted.http = ({ method, url }) => {
    const request = `${method} ${url}`;
    asked.push(request);
    if (request === cutsOff) return { status: 200, headers: { 'content-length': '900' }, body: '{"type":' };
    const body = JSON.stringify(answers[request] ?? { message: 'Flow aborted' });
    return { status: 200, body };
  };
  home = createDirectHome({ id: 'h', url: scripted.url, token: 't', allowPrivateAddresses: true });
  await home.ready();
});

afterEach(async () => {
  await home.close();
  await scripted[Symbol.asyncDispose]();
});

it('a dialogue that ends well is not closed, the one that Home Assistant opened after it is', async () => {
  answers = {
    [`POST ${FLOWS}`]: form,
    [`POST ${FLOWS}/f`]: { type: 'create_entry', title: 'X', next_flow: ['config_subentries_flow', 'g'] },
  };
  await expect(runFlow(home, start, { a: 1 })).resolves.toMatchObject({ type: 'created', unused: [] });
  expect(asked).toEqual([`POST ${FLOWS}`, `POST ${FLOWS}/f`, 'DELETE /api/config/config_entries/subentries/flow/g']);
});

it.each([
  ['an answer nobody asks for', form, { b: 1 }, { why: 'unknown', names: ['b'] }],
  ['a menu without a choice', { ...form, type: 'menu', menu_options: ['p', 'q'] }, { a: 1 }, { why: 'menu' }],
  ['a sign-in elsewhere', { ...form, type: 'external', url: 'https://example.org' }, {}, { why: 'elsewhere' }],
  ['the same form again and again', { ...form, last_step: null }, { a: 1 }, { why: 'refused', errors: {} }],
])('%s stops it, and it is closed', async (_title, first, given, end) => {
  answers = { [`POST ${FLOWS}`]: first, [`POST ${FLOWS}/f`]: first };
  await expect(runFlow(home, start, given)).resolves.toMatchObject({ type: 'stuck', ...end });
  expect(asked.at(-1)).toBe(`DELETE ${FLOWS}/f`);
});

it('a lost answer leaves open what came of it; the dialogue is closed and no step sent twice', async () => {
  answers = { [`POST ${FLOWS}`]: form };
  cutsOff = `POST ${FLOWS}/f`;
  await expect(runFlow(home, start, { a: 1 })).rejects.toMatchObject({ outcomeUnknown: true });
  expect(asked).toEqual([`POST ${FLOWS}`, `POST ${FLOWS}/f`, `DELETE ${FLOWS}/f`]);
});

it('a call that was cancelled meanwhile closes what it opened', async () => {
  answers = { [`POST ${FLOWS}`]: form };
  const signal = AbortSignal.abort();
  await expect(runFlow(home, start, { a: 1 }, { signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(asked).toEqual([`POST ${FLOWS}`, `DELETE ${FLOWS}/f`]);
});

it('a step at which Home Assistant works by itself is waited for by its event', async () => {
  const progress = { type: 'progress', flow_id: 'f', step_id: 'wait' };
  answers = { [`POST ${FLOWS}`]: progress, [`GET ${FLOWS}/f`]: progress };
  scripted.answer = ({ id, type }, socket) => {
    if (type !== 'subscribe_events') return undefined;
    answers[`GET ${FLOWS}/f`] = { type: 'create_entry', title: 'X' };
    queueMicrotask(() => socket.send(JSON.stringify({ id, type: 'event', event: {} })));
    return null;
  };
  await expect(runFlow(home, start, {})).resolves.toMatchObject({ type: 'created' });
});

it('a look at a form goes behind its menus and closes it', async () => {
  answers = {
    [`POST ${FLOWS}`]: { ...form, type: 'menu', menu_options: { p: 'P', q: 'Q' } },
    [`POST ${FLOWS}/f`]: form,
  };
  await expect(peekFlow(home, start, { menu_choice: 'q' })).resolves.toMatchObject({ type: 'form' });
  expect(asked.at(-1)).toBe(`DELETE ${FLOWS}/f`);
});
