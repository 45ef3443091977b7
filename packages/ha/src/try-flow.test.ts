import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDirectHome } from './direct.ts';
import type { Home } from './home.ts';
import { type ScriptedHome, startScriptedHome } from './testing/scripted-home.ts';
import { tryFlow } from './try-flow.ts';

const FLOWS = '/api/config/config_entries/flow';
const start = { door: 'config', handler: 'x' } as const;
const form = {
  type: 'form',
  flow_id: 'f',
  step_id: 'user',
  data_schema: [{ name: 'a', required: true }],
  last_step: true,
};
const menu = { ...form, type: 'menu', menu_options: ['p', 'q'] };

let scripted: ScriptedHome;
let home: Home;
let asked: string[];
let answers: Record<string, unknown>;

beforeEach(async () => {
  scripted = await startScriptedHome();
  asked = [];
  answers = {};
  scripted.http = ({ method, url }) => {
    asked.push(`${method} ${url}`);
    return { status: 200, body: JSON.stringify(answers[`${method} ${url}`] ?? { message: 'Flow aborted' }) };
  };
  home = createDirectHome({ id: 'h', url: scripted.url, token: 't', allowPrivateAddresses: true });
  await home.ready();
});

afterEach(async () => {
  await home.close();
  await scripted[Symbol.asyncDispose]();
});

const isMenuSafe = false;

it.each([
  ['a form that the answers fit', form, { a: 1 }, { end: undefined, input: { a: 1 }, later: [] }],
  ['a form that lacks an answer', form, {}, { end: { why: 'refused', errors: { a: 'required key not provided' } } }],
  ['a last form that does not ask for one', form, { a: 1, b: 2 }, { end: { why: 'unknown', names: ['b'] } }],
  ['a form with others behind it', { ...form, last_step: false }, { a: 1, b: 2 }, { end: undefined, later: ['b'] }],
  ['a menu whose choice may act', menu, { next_step_id: 'p', a: 1 }, { end: undefined, later: ['a'] }],
  ['a menu without a choice', menu, { a: 1 }, { end: { why: 'menu' } }],
  ['a sign-in elsewhere', { ...form, type: 'external' }, {}, { end: { why: 'elsewhere' } }],
])('%s is opened, answered nothing, and closed', async (_title, first, given, trial) => {
  answers = { [`POST ${FLOWS}`]: first };
  await expect(tryFlow(home, start, given, { isMenuSafe })).resolves.toMatchObject(trial);
  expect(asked).toEqual([`POST ${FLOWS}`, `DELETE ${FLOWS}/f`]);
});

it('a menu that only leads to forms is passed', async () => {
  answers = { [`POST ${FLOWS}`]: menu, [`POST ${FLOWS}/f`]: form };
  const trial = await tryFlow(home, start, { next_step_id: 'p', a: 1 }, { isMenuSafe: true });
  expect(trial).toMatchObject({ step: { type: 'form' }, end: undefined, input: { a: 1 }, later: [] });
  expect(asked.at(-1)).toBe(`DELETE ${FLOWS}/f`);
});

it('an integration that asks for nothing is there once its dialogue opens, so it is taken away again', async () => {
  answers = { [`POST ${FLOWS}`]: { type: 'create_entry', flow_id: 'f', result: { entry_id: 'e' } } };
  const trial = await tryFlow(home, start, {}, { isMenuSafe });
  expect(trial).toMatchObject({ end: { type: 'created' }, isTakenBack: true });
  expect(asked).toEqual([`POST ${FLOWS}`, 'DELETE /api/config/config_entries/entry/e']);
});

it('so is one that was there after a menu, with the dialogue that Home Assistant opened for its first part', async () => {
  const next_flow = ['config_subentries_flow', 'g'];
  answers = {
    [`POST ${FLOWS}`]: menu,
    [`POST ${FLOWS}/f`]: { type: 'create_entry', flow_id: 'f', result: { entry_id: 'e' }, next_flow },
  };
  const trial = await tryFlow(home, start, { next_step_id: 'p' }, { isMenuSafe: true });
  expect(trial).toMatchObject({ end: { type: 'created' }, isTakenBack: true });
  expect(asked.slice(2)).toEqual([
    'DELETE /api/config/config_entries/subentries/flow/g',
    'DELETE /api/config/config_entries/entry/e',
  ]);
});

it('one that cannot be taken away again is named, as somebody has to remove it', async () => {
  const made = { type: 'create_entry', flow_id: 'f', result: { entry_id: 'e' } };
  scripted.http = ({ method }) =>
    method === 'POST' ? { status: 200, body: JSON.stringify(made) } : { status: 500, body: 'Internal Server Error' };
  await expect(tryFlow(home, start, {}, { isMenuSafe })).rejects.toMatchObject({
    ...{ message: expect.stringContaining('set it up'), context: { entry_id: 'e' } },
  });
});

it('a dialogue that ends by itself is told, and not closed', async () => {
  answers = { [`POST ${FLOWS}`]: { type: 'abort', flow_id: 'f', reason: 'already_configured' } };
  const trial = await tryFlow(home, start, {}, { isMenuSafe });
  expect(trial.end).toMatchObject({ type: 'aborted', reason: 'already_configured' });
  expect(asked).toEqual([`POST ${FLOWS}`]);
});

it('a call that was cancelled meanwhile closes what it opened', async () => {
  answers = { [`POST ${FLOWS}`]: form };
  const signal = AbortSignal.abort();
  await expect(tryFlow(home, start, { a: 1 }, { isMenuSafe, signal })).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(asked).toEqual([`POST ${FLOWS}`, `DELETE ${FLOWS}/f`]);
});
