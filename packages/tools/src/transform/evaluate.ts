import { formatValue } from './format-spec.ts';
import { collect, iterableOf, iterate } from './iterate.ts';
import { callValue } from './list-methods.ts';
import { methodOf } from './methods.ts';
import { binary, compare, unary } from './operators.ts';
import { Raised } from './refusal.ts';
import { inner, lookup, type Scope } from './scope.ts';
import { getItem, getSlice, type Slice, setItem, setSlice } from './subscript.ts';
import type { Argument, Clause, DictEntry, Expression, FormatPart, Made, Node, Parameter } from './syntax.ts';
import { repr, str } from './text.ts';
import {
  Callable,
  Cursor,
  charge,
  Dict,
  dictSet,
  Group,
  groupAdd,
  ITEM_BYTES,
  isTruthy,
  type Keywords,
  Tuple,
  typeError,
  typeOf,
  type Value,
} from './values.ts';

type Evaluators = { readonly [K in Expression['kind']]: (scope: Scope, node: Node<K>) => Value };

const EVALUATORS: Evaluators = {
  constant: (_scope, node) => node.value,
  name: (scope, node) => lookup(scope, node.id),
  format: (scope, node) => formatted(scope, node.parts),
  list: (scope, node) => evaluateItems(scope, node.items),
  tuple: (scope, node) => new Tuple(evaluateItems(scope, node.items)),
  set: (scope, node) => {
    const group = new Group();
    for (const item of evaluateItems(scope, node.items)) groupAdd(scope.run, group, item);
    return group;
  },
  dict: (scope, node) => evaluateDict(scope, node.entries),
  star: () => {
    throw typeError("can't use starred expression here");
  },
  unary: (scope, node) =>
    node.operator === 'not'
      ? !isTruthy(evaluate(scope, node.operand))
      : unary(node.operator, evaluate(scope, node.operand)),
  binary: (scope, node) => binary(scope.run, node.operator, evaluate(scope, node.left), evaluate(scope, node.right)),
  logic: (scope, node) => {
    const left = evaluate(scope, node.left);
    return isTruthy(left) === (node.operator === 'or') ? left : evaluate(scope, node.right);
  },
  compare: (scope, node) => {
    let left = evaluate(scope, node.left);
    for (const { operator, right } of node.rest) {
      const value = evaluate(scope, right);
      if (!compare(scope.run, operator, left, value)) return false;
      left = value;
    }
    return true;
  },
  choice: (scope, node) => evaluate(scope, isTruthy(evaluate(scope, node.test)) ? node.then : node.otherwise),
  lambda: (scope, node) => makeLambda(scope, node),
  call: (scope, node) => {
    const callee = evaluate(scope, node.callee);
    const { args, keywords } = evaluateArguments(scope, node.args);
    return callValue(scope.run, callee, args, keywords);
  },
  attribute: (scope, node) => methodOf(evaluate(scope, node.object), node.name),
  subscript: (scope, node) => {
    const object = evaluate(scope, node.object);
    if (node.index.kind === 'slice') return getSlice(scope.run, object, evaluateSlice(scope, node.index));
    return getItem(scope.run, object, evaluate(scope, node.index));
  },
  slice: () => {
    throw typeError('a slice stands alone between brackets');
  },
  comprehension: (scope, node) => comprehend(scope, node.makes, node.clauses),
  walrus: (scope, node) => {
    const value = evaluate(scope, node.value);
    let target = scope;
    while (target.isComprehension && target.outer !== undefined) target = target.outer;
    target.names.set(node.id, value);
    return value;
  },
};

/** The value of an expression. @throws Raised | Overrun */
export function evaluate<K extends Expression['kind']>(scope: Scope, node: Node<K>): Value {
  const run: (scope: Scope, node: Node<K>) => Value = EVALUATORS[node.kind];
  return run(scope, node);
}

function formatted(scope: Scope, parts: readonly FormatPart[]): string {
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : formattedValue(scope, part);
  charge(scope.run, text.length);
  return text;
}

function formattedValue(scope: Scope, part: Exclude<FormatPart, string>): string {
  const value = evaluate(scope, part.value);
  const spec = formatted(scope, part.spec);
  if (part.conversion === undefined) return formatValue(scope.run, value, spec);
  return formatValue(scope.run, part.conversion === 's' ? str(scope.run, value) : repr(scope.run, value), spec);
}

function evaluateItems(scope: Scope, nodes: readonly Expression[]): Value[] {
  const items: Value[] = [];
  for (const node of nodes) {
    charge(scope.run, ITEM_BYTES);
    if (node.kind !== 'star') items.push(evaluate(scope, node));
    else for (const item of spread(scope, node.value, 'Value after * must be an iterable')) items.push(item);
  }
  return items;
}

function spread(scope: Scope, node: Expression, complaint: string): Value[] {
  const value = evaluate(scope, node);
  if (iterableOf(scope.run, value) === undefined) throw typeError(`${complaint}, not ${typeOf(value)}`);
  return collect(scope.run, value);
}

function evaluateDict(scope: Scope, entries: readonly DictEntry[]): Dict {
  const dict = new Dict();
  for (const { key, value } of entries) {
    if (key === undefined) mergeInto(scope, dict, evaluate(scope, value));
    else dictSet(scope.run, dict, evaluate(scope, key), evaluate(scope, value));
  }
  return dict;
}

function mergeInto(scope: Scope, dict: Dict, source: Value): void {
  if (!(source instanceof Dict)) throw typeError(`'${typeOf(source)}' object is not a mapping`);
  for (const [key, value] of source.entries.values()) dictSet(scope.run, dict, key, value);
}

function evaluateArguments(
  scope: Scope,
  nodes: readonly Argument[],
): { readonly args: Value[]; readonly keywords: Keywords } {
  const args: Value[] = [];
  const keywords = new Map<string, Value>();
  for (const { kind, name, value } of nodes) {
    if (kind === 'plain') args.push(evaluate(scope, value));
    else if (kind === 'spread')
      for (const item of spread(scope, value, 'Value after * must be an iterable')) args.push(item);
    else if (kind === 'keyword') addKeyword(keywords, name, evaluate(scope, value));
    else spreadKeywords(keywords, evaluate(scope, value));
  }
  return { args, keywords };
}

function addKeyword(keywords: Map<string, Value>, name: Value, value: Value): void {
  if (typeof name !== 'string') throw typeError('keywords must be strings');
  if (keywords.has(name)) throw typeError(`got multiple values for keyword argument '${name}'`);
  keywords.set(name, value);
}

function spreadKeywords(keywords: Map<string, Value>, source: Value): void {
  if (!(source instanceof Dict)) throw typeError(`argument after ** must be a mapping, not ${typeOf(source)}`);
  for (const [key, value] of source.entries.values()) addKeyword(keywords, key, value);
}

/** `lower:upper:step` with what was left out as None. */
export function evaluateSlice(scope: Scope, node: Node<'slice'>): Slice {
  const bound = (one: Expression | undefined) => (one === undefined ? null : evaluate(scope, one));
  return { lower: bound(node.lower), upper: bound(node.upper), step: bound(node.step) };
}

/** The first iterable is taken where the comprehension stands, at once, and the rest in a place of its own. */
function comprehend(scope: Scope, makes: Made, clauses: readonly Clause[]): Value {
  const { run } = scope;
  const [first, ...more] = clauses;
  if (first === undefined) throw typeError('a comprehension without a loop');
  const source = iterate(run, evaluate(scope, first.iterable));
  const within = inner(scope, true);
  const each = () => turns(within, first, source, more);
  if (makes.kind === 'dict') {
    const dict = new Dict();
    for (const _ of each()) dictSet(run, dict, evaluate(within, makes.key), evaluate(within, makes.value));
    return dict;
  }
  const { item } = makes;
  if (makes.kind === 'generator') return new Cursor('generator', generate(within, item, each()));
  if (makes.kind === 'set') {
    const group = new Group();
    for (const _ of each()) groupAdd(run, group, evaluate(within, item));
    return group;
  }
  const list: Value[] = [];
  for (const _ of each()) {
    charge(run, ITEM_BYTES);
    list.push(evaluate(within, item));
  }
  return list;
}

function* generate(scope: Scope, item: Expression, turn: Iterable<undefined>): Generator<Value> {
  for (const _ of turn) yield evaluate(scope, item);
}

/** Once for each combination that passes the tests, with the targets set. */
function* turns(scope: Scope, clause: Clause, source: Iterable<Value>, later: readonly Clause[]): Generator<undefined> {
  const [next, ...more] = later;
  for (const value of source) {
    assign(scope, clause.target, value);
    if (!clause.tests.every((test) => isTruthy(evaluate(scope, test)))) continue;
    if (next === undefined) yield undefined;
    else yield* turns(scope, next, iterate(scope.run, evaluate(scope, next.iterable)), more);
  }
}

/** Gives a target its value; a tuple or list target takes the value apart. @throws Raised */
export function assign(scope: Scope, target: Expression, value: Value): void {
  if (target.kind === 'name') scope.names.set(target.id, value);
  else if (target.kind === 'subscript') assignItem(scope, target, value);
  else if (target.kind === 'tuple' || target.kind === 'list') unpack(scope, target.items, value);
  else throw typeError('cannot assign here');
}

function assignItem(scope: Scope, target: Node<'subscript'>, value: Value): void {
  const object = evaluate(scope, target.object);
  if (target.index.kind === 'slice') setSlice(scope.run, object, evaluateSlice(scope, target.index), value);
  else setItem(scope.run, object, evaluate(scope, target.index), value);
}

function unpack(scope: Scope, targets: readonly Expression[], value: Value): void {
  if (iterableOf(scope.run, value) === undefined) throw typeError(`cannot unpack non-iterable ${typeOf(value)} object`);
  const items = collect(scope.run, value);
  const star = targets.findIndex((target) => target.kind === 'star');
  const wanted = targets.length - Number(star >= 0);
  if (items.length < wanted) {
    const least = star < 0 ? '' : 'at least ';
    throw new Raised('ValueError', `not enough values to unpack (expected ${least}${wanted}, got ${items.length})`);
  }
  if (star < 0 && items.length > wanted)
    throw new Raised('ValueError', `too many values to unpack (expected ${wanted})`);
  const extra = items.length - wanted;
  for (const [n, target] of targets.entries()) {
    if (target.kind === 'star') assign(scope, target.value, items.slice(n, n + extra));
    else assign(scope, target, items[star >= 0 && n > star ? n + extra - 1 : n] ?? null);
  }
}

const MAX_CALLS = 200;

function makeLambda(scope: Scope, { parameters, body }: Node<'lambda'>): Callable {
  const fallbacks = new Map(
    parameters.flatMap(({ name, fallback }) =>
      fallback === undefined ? [] : [[name, evaluate(scope, fallback)] as const],
    ),
  );
  return new Callable('<lambda>', 'function', (run, args, keywords) => {
    const within = inner(scope, false);
    bindParameters(within, parameters, fallbacks, args, keywords);
    run.callDepth += 1;
    if (run.callDepth > MAX_CALLS) throw new Raised('RecursionError', 'maximum recursion depth exceeded');
    const result = evaluate(within, body);
    run.callDepth -= 1;
    return result;
  });
}

function bindParameters(
  scope: Scope,
  parameters: readonly Parameter[],
  fallbacks: Keywords,
  args: readonly Value[],
  keywords: Keywords,
): void {
  const plain = parameters.filter(({ kind }) => kind === 'plain');
  const rest = parameters.find(({ kind }) => kind === 'rest');
  if (rest === undefined && args.length > plain.length) throw tooManyArguments(plain.length, args.length);
  if (rest !== undefined) scope.names.set(rest.name, new Tuple(args.slice(plain.length)));
  for (const [n, { name }] of plain.slice(0, args.length).entries()) scope.names.set(name, args[n] ?? null);
  bindKeywords(scope, parameters, keywords);
  bindFallbacks(scope, parameters, fallbacks);
}

function tooManyArguments(most: number, got: number): Raised {
  const takes = `${most} positional argument${most === 1 ? '' : 's'}`;
  return typeError(`<lambda>() takes ${takes} but ${got} ${got === 1 ? 'was' : 'were'} given`);
}

/** Can the parameter be given by its name? */
function hasName({ kind }: Parameter): boolean {
  return kind === 'plain' || kind === 'keyword';
}

function bindKeywords(scope: Scope, parameters: readonly Parameter[], keywords: Keywords): void {
  const named = new Set(parameters.filter(hasName).map(({ name }) => name));
  const takesOthers = parameters.find(({ kind }) => kind === 'keywords');
  const others = new Dict();
  for (const [name, value] of keywords) {
    if (named.has(name)) bindOnce(scope, name, value);
    else if (takesOthers === undefined) throw typeError(`<lambda>() got an unexpected keyword argument '${name}'`);
    else dictSet(scope.run, others, name, value);
  }
  if (takesOthers !== undefined) scope.names.set(takesOthers.name, others);
}

function bindOnce(scope: Scope, name: string, value: Value): void {
  if (scope.names.has(name)) throw typeError(`<lambda>() got multiple values for argument '${name}'`);
  scope.names.set(name, value);
}

function bindFallbacks(scope: Scope, parameters: readonly Parameter[], fallbacks: Keywords): void {
  const names = parameters.filter(hasName).map(({ name }) => name);
  const missing = names.filter((name) => !scope.names.has(name) && !fallbacks.has(name));
  if (missing.length > 0) {
    const list = missing.map((name) => `'${name}'`).join(missing.length === 2 ? ' and ' : ', ');
    throw typeError(
      `<lambda>() missing ${missing.length} required positional argument${missing.length === 1 ? '' : 's'}: ${list}`,
    );
  }
  for (const [name, value] of fallbacks) if (!scope.names.has(name)) scope.names.set(name, value);
}
