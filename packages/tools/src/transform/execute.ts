import { assign, evaluate, evaluateSlice } from './evaluate.ts';
import { collect, iterate } from './iterate.ts';
import { binary, mergeDicts } from './operators.ts';
import { Raised } from './refusal.ts';
import { lookup, type Scope } from './scope.ts';
import { deleteItem, deleteSlice, getItem, getSlice, setItem, setSlice } from './subscript.ts';
import type { Block, Expression, Node, Statement } from './syntax.ts';
import { Dict, Group, groupAdd, isTruthy, type Run, type Value } from './values.ts';

/** How a block ended: by running through, or by leaving the loop around it. */
type Ending = 'through' | 'break' | 'continue';

type Kind<K extends Statement['kind']> = Extract<Statement, { readonly kind: K }>;

/** Runs statements in order. @throws Raised | Overrun */
export function execute(scope: Scope, block: Block): Ending {
  for (const statement of block) {
    const ending = step(scope, statement);
    if (ending !== 'through') return ending;
  }
  return 'through';
}

function step(scope: Scope, statement: Statement): Ending {
  switch (statement.kind) {
    case 'pass':
      return 'through';
    case 'break':
    case 'continue':
      return statement.kind;
    case 'if':
      return execute(scope, isTruthy(evaluate(scope, statement.test)) ? statement.body : statement.otherwise);
    case 'for':
      return loop(scope, statement);
    case 'expression':
      evaluate(scope, statement.value);
      return 'through';
    case 'assign': {
      const value = evaluate(scope, statement.value);
      for (const target of statement.targets) assign(scope, target, value);
      return 'through';
    }
    case 'augment':
      augment(scope, statement);
      return 'through';
    case 'delete':
      for (const target of statement.targets) remove(scope, target);
      return 'through';
  }
}

function loop(scope: Scope, statement: Kind<'for'>): Ending {
  for (const value of iterate(scope.run, evaluate(scope, statement.iterable))) {
    assign(scope, statement.target, value);
    if (execute(scope, statement.body) === 'break') return 'through';
  }
  return execute(scope, statement.otherwise);
}

function augment(scope: Scope, { target, operator, value }: Kind<'augment'>): void {
  const { run } = scope;
  if (target.kind !== 'subscript') {
    const current = evaluate(scope, target);
    assign(scope, target, inPlace(run, operator, current, evaluate(scope, value)));
    return;
  }
  const object = evaluate(scope, target.object);
  if (target.index.kind === 'slice') {
    const slice = evaluateSlice(scope, target.index);
    const current = getSlice(run, object, slice);
    setSlice(run, object, slice, inPlace(run, operator, current, evaluate(scope, value)));
    return;
  }
  const index = evaluate(scope, target.index);
  const current = getItem(run, object, index);
  setItem(run, object, index, inPlace(run, operator, current, evaluate(scope, value)));
}

/** `+=` and `*=` on a list, `|=` on a dict or set change the value itself, which other names may share. */
function inPlace(run: Run, operator: string, current: Value, value: Value): Value {
  if (Array.isArray(current) && operator === '+') return append(current, collect(run, value));
  if (Array.isArray(current) && operator === '*') {
    const repeated = collect(run, binary(run, operator, current, value));
    current.length = 0;
    return append(current, repeated);
  }
  if (operator === '|' && current instanceof Dict && value instanceof Dict) {
    for (const [key, entry] of mergeDicts(run, current, value).entries) current.entries.set(key, entry);
    return current;
  }
  if (operator === '|' && current instanceof Group && value instanceof Group) {
    for (const member of [...value.members.values()]) groupAdd(run, current, member);
    return current;
  }
  return binary(run, operator, current, value);
}

function append(list: Value[], items: readonly Value[]): Value[] {
  for (const item of items) list.push(item);
  return list;
}

function remove(scope: Scope, target: Expression): void {
  if (target.kind === 'name') removeName(scope, target);
  else if (target.kind === 'subscript') {
    const object = evaluate(scope, target.object);
    if (target.index.kind === 'slice') deleteSlice(object, evaluateSlice(scope, target.index));
    else deleteItem(scope.run, object, evaluate(scope, target.index));
  }
}

function removeName(scope: Scope, { id }: Node<'name'>): void {
  if (!scope.names.delete(id)) {
    lookup(scope, id);
    throw new Raised('NameError', `name '${id}' is not defined`);
  }
}
