import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runProgram } from './run-program.ts';
import { KITCHEN } from './testing/kitchen.ts';

const read = (name: string) => readFileSync(new URL(`./testing/${name}`, import.meta.url), 'utf8').trimEnd();

function answer(source: string, config: unknown = KITCHEN): unknown {
  const outcome = runProgram(JSON.stringify(config), source);
  return outcome.kind === 'done' ? JSON.parse(outcome.configText) : outcome.message;
}

function refusal(source: string): string {
  const outcome = runProgram('{}', source);
  return outcome.kind === 'refused' ? outcome.message : `${outcome.kind}, not refused`;
}

/** Top-level keys whose value differs, `(gone)` for those that went. */
function changes(before: Record<string, unknown>, after: unknown): unknown {
  if (typeof after !== 'object' || after === null || Array.isArray(after)) return after;
  const now: Record<string, unknown> = { ...after };
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  const changed = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(now[key]));
  return Object.fromEntries(changed.map((key) => [key, key in now ? now[key] : '(gone)']));
}

const expressions = read('expressions.txt')
  .split('\n')
  .map((line) => line.split('  ⇒  '));

test.each(expressions)('%s ⇒ %s', (source = '', wanted = '') => {
  const value = answer(`config = [${source}]`);
  const isError = typeof value === 'string';
  expect(isError ? value : JSON.stringify(value)).toBe(isError ? wanted : JSON.stringify(JSON.parse(`[${wanted}]`)));
});

const programs = read('programs.txt')
  .split('\n\n---\n')
  .map((text) => text.split('\n⇒ '));

test.each(programs)('%s ⇒ %s', (source = '', wanted = '') => {
  const value = changes(KITCHEN, answer(source));
  expect(typeof value === 'string' && !wanted.startsWith('"') ? value : JSON.stringify(value)).toBe(wanted);
});

test.each([
  ['import os', 'Import'],
  ['from os import path', 'ImportFrom'],
  ['def f():\n    pass', 'FunctionDef'],
  ['@x\ndef f(): pass', 'FunctionDef'],
  ['async def f(): pass', 'AsyncFunctionDef'],
  ['class A:\n    pass', 'ClassDef'],
  ['while True:\n    pass', 'While'],
  ['try:\n    pass\nexcept: pass', 'Try'],
  ['with x as y:\n    pass', 'With'],
  ['match config:\n    case 1:\n        pass', 'Match'],
  ['raise ValueError()', 'Raise'],
  ['assert True', 'Assert'],
  ['return config', 'Return'],
  ['global config', 'Global'],
  ['x = lambda: (yield)', 'Yield'],
  ['x = await y', 'Await'],
  ['config["a"] = 1; import os', 'Import'],
  ['if True: import os', 'Import'],
  ['for x in []:\n    for y in []:\n        while x: pass', 'While'],
])('%j is refused before anything runs, naming its node', (source, node) => {
  expect(refusal(source)).toBe(`Forbidden node type: ${node}`);
});

test.each([
  ['print(config)', 'Forbidden function: print'],
  ['eval("1")', 'Forbidden function: eval'],
  ['open("/etc/passwd")', 'Forbidden function: open'],
  ['getattr(config, "x")', 'Forbidden function: getattr'],
  ['x = f"{open(1)}"', 'Forbidden function: open'],
  ['x = f"{1:{open(1)}}"', 'Forbidden function: open'],
  ['x = [exec("1") for x in config]', 'Forbidden function: exec'],
  ['config.copy()', 'Forbidden method: copy'],
  ['"{}".format(1)', 'Forbidden method: format'],
  ['x = config.constructor', 'Forbidden method: constructor'],
  ['x = f"{config.constructor}"', 'Forbidden method: constructor'],
  ['config.__class__', 'Forbidden dunder attribute: __class__'],
  ['().__class__.__bases__', 'Forbidden dunder attribute: __class__'],
  ['__import__("os")', 'Forbidden dunder name: __import__'],
  ['config.pop = 1', 'Forbidden node type: Attribute assignment (pop)'],
])('%j is refused before anything runs', (source, message) => {
  expect(refusal(source)).toBe(message);
});

test('a forbidden word in a string, comment, key or name is only text', () => {
  const source =
    '# import os\nconfig["import"] = "while True: pass"\nimported = """\ndef f(): pass"""\nconfig["x"] = f"{imported!r} class"';
  expect(answer(source, {})).toEqual({ import: 'while True: pass', x: "'\\ndef f(): pass' class" });
});

test('nothing has run when a later line is refused', () => {
  expect(runProgram('{"a":1}', 'config["a"] = 2\nimport os')).toEqual({
    kind: 'refused',
    message: 'Forbidden node type: Import',
  });
});

test.each([
  ['x = ', 'invalid syntax at the end of the line (line 1)'],
  ['config["a"] = 1\nif True:\nconfig["b"] = 2', 'expected an indented block at "config" (line 3)'],
  ['if 1:\n    x = 1\n  y = 2', 'unindent does not match any outer indentation level (line 3)'],
  ['  x = 1', 'unexpected indent (line 1)'],
  ['x = (1', 'a bracket was never closed (line 1)'],
  ['x = 1)', "unmatched ')' (line 1)"],
  ["x = 'abc", 'unterminated string (line 1)'],
  ['x = """abc', 'unterminated string (line 1)'],
  ['x = 1 2', 'invalid syntax at "2" (line 1)'],
  ['f() = 2', 'cannot assign to this expression (line 1)'],
  ['break', "'break' outside loop (line 1)"],
  ['f"{x"', 'unterminated string (line 1)'],
  ['f"}"', "f-string: single '}' is not allowed (line 1)"],
  ['x = 007', 'invalid number 007 (line 1)'],
  ['x = b"a"', 'string prefix b is not supported (line 1)'],
  ['x = $', 'invalid character or number at "$" (line 1)'],
])('%j is a syntax error that names its line', (source, message) => {
  expect(refusal(source)).toBe(`Syntax error: ${message}`);
});

test('keys keep their order, numbers their kind, and foreign key names are only keys', () => {
  const config = JSON.parse('{"b":1,"a":5.5,"c":9007199254740991,"d":1e300,"__proto__":{"x":1},"e":-0.25}');
  const source =
    'config["constructor"] = config.get("toString")\nconfig["half"] = config["b"] / 2\nconfig["whole"] = 5.0';
  const outcome = runProgram(JSON.stringify(config), source);
  expect(outcome).toEqual({
    kind: 'done',
    configText:
      '{"b":1,"a":5.5,"c":9007199254740991,"d":1e+300,"__proto__":{"x":1},"e":-0.25,"constructor":null,"half":0.5,"whole":5}',
  });
});

test.each([
  ['config["x"] = 2 ** 60', 'ValueError: config["x"] is an integer too large to be stored exactly'],
  ['config["x"] = [float("nan")]', 'ValueError: config["x"][0] is nan, which JSON cannot hold'],
  ['config["x"] = {1, 2}', 'TypeError: config["x"]: object of type set is not JSON serializable'],
  ['config["x"] = str', 'TypeError: config["x"]: object of type type is not JSON serializable'],
  ['config[(1, 2)] = 1', 'TypeError: config: keys must be str, int, float, bool or None, not tuple'],
  ['del config', "NameError: name 'config' is not defined"],
])('%s cannot be stored, and the message says where', (source, message) => {
  expect(runProgram('{}', source)).toEqual({ kind: 'raised', message });
});

test('a config that contains itself is an error, not a loop', () => {
  expect(answer('config["self"] = config', {})).toMatch(
    /^ValueError: config\["self"\].* is nested too deeply, or contains itself$/,
  );
});

const repeat = (text: string, times: number) => text.repeat(times);

test.each([
  ['a long text', 'x = "x" * 10**9'],
  ['a long list', 'x = [0] * 10**18'],
  ['a list that grows while it is read', 'x = [1]\nfor y in x: x.append(y)'],
  ['a range made a list', 'x = list(range(10**12))'],
  ['a dict without end', 'x = {}\nfor y in range(10**12): x[y] = y'],
  ['joined copies', 'a = "x" * 10**6\nb = a.join([a] * 1000)'],
  ['replaced copies', 'x = ("x" * 10**5).replace("x", "y" * 10**5)'],
  ['doubled text', 's = "x"\nfor i in range(60): s += s'],
  ['a wide format', 'x = f"{1:>999999999999}"'],
  ['a wide % format', 'x = "%999999999999d" % 1'],
  ['many places', 'x = f"{1.5:.99999999f}"'],
  ['a huge power', 'x = 9 ** 9 ** 9'],
  ['a huge shift', 'x = 1 << 10**12'],
  ['squares of squares', 'x = 10**1000\nfor i in range(60): x = x * x'],
  ['a result that shares its parts', 'a = [1]\nfor i in range(60): a = [a, a]\nconfig = a'],
  ['a text of shared parts', 'a = [1]\nfor i in range(60): a = [a, a]\nconfig = str(a)'],
  ['a long sum', `x = ${repeat('1+', 50_000)}1`],
  ['a long path', `x = config${repeat('["a"]', 50_000)}`],
  ['deep data', 'a = []\nfor i in range(100000): a = [a]\nconfig = str(a)'],
  ['generators in generators', 'g = [1]\nfor i in range(50000): g = (x for x in g)\nlist(g)'],
])('%s is stopped before it hurts', (_name, source) => {
  expect(runProgram('{"a":{}}', source).kind).toBe('overrun');
});

test.each([
  ['brackets', `x = ${repeat('(', 10_000)}1${repeat(')', 10_000)}`],
  ['signs', `x = ${repeat('-', 10_000)}1`],
  ['lambdas', `x = ${repeat('lambda: ', 10_000)}1`],
  ['choices', `x = ${repeat('1 if 1 else ', 10_000)}1`],
  ['f-strings', `x = ${repeat('f"{', 1000)}1${repeat('}"', 1000)}`],
  ['formats in formats', `x = f"${repeat('{1:', 1000)}`],
  ['blocks', Array.from({ length: 500 }, (_, depth) => `${repeat(' ', depth)}if 1:`).join('\n')],
  ['lines', repeat('x = 1\n', 200_000)],
])('a source with too many %s is refused', (_name, source) => {
  expect(runProgram('{}', source).kind).toBe('refused');
});

test('endless recursion is an error of the program', () => {
  expect(answer('f = lambda n: f(n + 1)\nf(0)')).toBe('RecursionError: maximum recursion depth exceeded');
});
