import { KEYWORDS } from './allowed.ts';
import {
  accept,
  checkAttribute,
  expect,
  forbiddenNode,
  nested,
  next,
  type Parser,
  peek,
  refuseForbidden,
  sees,
  unexpected,
} from './parser-state.ts';
import { Refusal } from './refusal.ts';
import type { Argument, Clause, Comparison, DictEntry, Expression, FormatPart, Parameter } from './syntax.ts';
import { syntaxError, type Token, type TokenPart } from './tokenize.ts';

/** One of: ternary, lambda, walrus, and everything that binds tighter. @throws Refusal */
export function parseExpression(parser: Parser): Expression {
  return nested(parser, () => {
    refuseForbidden(parser);
    if (sees(parser, 'lambda')) return parseLambda(parser);
    if (peek(parser).kind === 'name' && sees(parser, ':=', 1)) return parseWalrus(parser);
    const then = parseOr(parser);
    if (!accept(parser, 'if')) return then;
    const test = parseOr(parser);
    expect(parser, 'else');
    return { kind: 'choice', test, then, otherwise: parseExpression(parser) };
  });
}

/** `a, b` makes a tuple; `*a` may stand in it. */
export function parseExpressionList(parser: Parser): Expression {
  const first = parseStarred(parser);
  if (!sees(parser, ',')) return first;
  const items = [first];
  while (accept(parser, ',')) {
    if (endsList(parser)) break;
    items.push(parseStarred(parser));
  }
  return { kind: 'tuple', items };
}

function endsList(parser: Parser): boolean {
  const { kind } = peek(parser);
  return (
    kind === 'newline' || kind === 'end' || [')', ']', '}', '=', ':', ';', 'in'].some((text) => sees(parser, text))
  );
}

function parseStarred(parser: Parser): Expression {
  return accept(parser, '*') ? { kind: 'star', value: parseBinary(parser, 0) } : parseExpression(parser);
}

function parseName(parser: Parser): string {
  const { kind, text } = peek(parser);
  if (kind !== 'name' || KEYWORDS.has(text)) throw unexpected(parser, 'expected a name');
  parser.at += 1;
  return text;
}

function parseWalrus(parser: Parser): Expression {
  const id = parseName(parser);
  expect(parser, ':=');
  parser.bound.add(id);
  return { kind: 'walrus', id, value: parseExpression(parser) };
}

function parseLambda(parser: Parser): Expression {
  expect(parser, 'lambda');
  const parameters: Parameter[] = [];
  let afterStar = false;
  while (!sees(parser, ':')) {
    if (accept(parser, '*') && sees(parser, ',')) afterStar = true;
    else {
      const parameter = parseParameter(parser, afterStar);
      afterStar ||= parameter.kind === 'rest';
      parameters.push(parameter);
    }
    if (!accept(parser, ',')) break;
  }
  expect(parser, ':');
  return { kind: 'lambda', parameters, body: parseExpression(parser) };
}

function parseParameter(parser: Parser, afterStar: boolean): Parameter {
  const isRest = peek(parser, -1).text === '*';
  const isKeywords = accept(parser, '**');
  const name = parseName(parser);
  parser.bound.add(name);
  if (isRest || isKeywords) return { name, kind: isRest ? 'rest' : 'keywords', fallback: undefined };
  const fallback = accept(parser, '=') ? parseExpression(parser) : undefined;
  return { name, kind: afterStar ? 'keyword' : 'plain', fallback };
}

function parseOr(parser: Parser): Expression {
  let left = parseAnd(parser);
  while (accept(parser, 'or')) left = { kind: 'logic', operator: 'or', left, right: parseAnd(parser) };
  return left;
}

function parseAnd(parser: Parser): Expression {
  let left = parseNot(parser);
  while (accept(parser, 'and')) left = { kind: 'logic', operator: 'and', left, right: parseNot(parser) };
  return left;
}

function parseNot(parser: Parser): Expression {
  if (!accept(parser, 'not')) return parseComparison(parser);
  return nested(parser, () => ({ kind: 'unary', operator: 'not', operand: parseNot(parser) }));
}

const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=', 'in'];

function parseComparisonOperator(parser: Parser): string | undefined {
  if (sees(parser, 'not') && sees(parser, 'in', 1)) {
    parser.at += 2;
    return 'not in';
  }
  if (accept(parser, 'is')) return accept(parser, 'not') ? 'is not' : 'is';
  return COMPARISONS.find((operator) => accept(parser, operator));
}

function parseComparison(parser: Parser): Expression {
  const left = parseBinary(parser, 0);
  const rest: Comparison[] = [];
  for (
    let operator = parseComparisonOperator(parser);
    operator !== undefined;
    operator = parseComparisonOperator(parser)
  ) {
    rest.push({ operator, right: parseBinary(parser, 0) });
  }
  return rest.length === 0 ? left : { kind: 'compare', left, rest };
}

/** From loosest to tightest. */
const LEVELS: readonly (readonly string[])[] = [
  ['|'],
  ['^'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '//', '%', '@'],
];

function parseBinary(parser: Parser, level: number): Expression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(parser);
  let left = parseBinary(parser, level + 1);
  for (;;) {
    const operator = operators.find((one) => accept(parser, one));
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: parseBinary(parser, level + 1) };
  }
}

function parseUnary(parser: Parser): Expression {
  const operator = ['-', '+', '~'].find((one) => accept(parser, one));
  if (operator !== undefined) return nested(parser, () => ({ kind: 'unary', operator, operand: parseUnary(parser) }));
  const base = parsePostfix(parser);
  if (!accept(parser, '**')) return base;
  return nested(parser, () => ({ kind: 'binary', operator: '**', left: base, right: parseUnary(parser) }));
}

function parsePostfix(parser: Parser): Expression {
  refuseForbidden(parser);
  let value = parseAtom(parser);
  for (;;) {
    if (accept(parser, '(')) value = parseCall(parser, value);
    else if (accept(parser, '[')) value = parseSubscript(parser, value);
    else if (accept(parser, '.')) {
      const name = parseName(parser);
      checkAttribute(name);
      value = { kind: 'attribute', object: value, name };
    } else return value;
  }
}

function parseCall(parser: Parser, callee: Expression): Expression {
  if (callee.kind === 'name') parser.called.add(callee.id);
  const args: Argument[] = [];
  while (!accept(parser, ')')) {
    args.push(parseArgument(parser));
    if (!sees(parser, ')')) expect(parser, ',');
  }
  return { kind: 'call', callee, args };
}

function parseArgument(parser: Parser): Argument {
  if (accept(parser, '**')) return { kind: 'keywords', name: '', value: parseExpression(parser) };
  if (accept(parser, '*')) return { kind: 'spread', name: '', value: parseExpression(parser) };
  if (peek(parser).kind === 'name' && sees(parser, '=', 1)) {
    const name = parseName(parser);
    next(parser);
    return { kind: 'keyword', name, value: parseExpression(parser) };
  }
  const item = parseExpression(parser);
  const clauses = parseClauses(parser);
  if (clauses.length === 0) return { kind: 'plain', name: '', value: item };
  return { kind: 'plain', name: '', value: { kind: 'comprehension', makes: { kind: 'generator', item }, clauses } };
}

function parseSubscript(parser: Parser, object: Expression): Expression {
  const items = [parseIndex(parser)];
  let isTuple = false;
  while (accept(parser, ',')) {
    isTuple = true;
    if (!sees(parser, ']')) items.push(parseIndex(parser));
  }
  expect(parser, ']');
  const [only] = items;
  return { kind: 'subscript', object, index: isTuple || only === undefined ? { kind: 'tuple', items } : only };
}

function parseIndex(parser: Parser): Expression {
  const bound = () => ([':', ']', ','].some((stop) => sees(parser, stop)) ? undefined : parseExpression(parser));
  const lower = bound();
  if (!accept(parser, ':')) {
    if (lower === undefined) throw unexpected(parser);
    return lower;
  }
  const upper = bound();
  return { kind: 'slice', lower, upper, step: accept(parser, ':') ? bound() : undefined };
}

/** The `for … in … if …` parts of a comprehension; none when there is no `for`. */
function parseClauses(parser: Parser): readonly Clause[] {
  const clauses: Clause[] = [];
  if (sees(parser, 'async')) throw forbiddenNode('AsyncFor');
  while (accept(parser, 'for')) {
    const target = parseTargetList(parser);
    expect(parser, 'in');
    const iterable = parseOr(parser);
    const tests: Expression[] = [];
    while (accept(parser, 'if')) tests.push(parseOr(parser));
    clauses.push({ target, iterable, tests });
  }
  return clauses;
}

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
]);

/** A name, literal, or something in brackets. @throws Refusal */
function parseAtom(parser: Parser): Expression {
  const { kind, text, line } = peek(parser);
  if (kind === 'string' || kind === 'format') return parseStrings(parser);
  if (kind === 'number') return { kind: 'constant', value: numberOf(next(parser).text, line) };
  if (kind === 'name') return parseNameOrConstant(parser, text);
  if (accept(parser, '(')) return parseParenthesis(parser);
  if (accept(parser, '[')) return parseListDisplay(parser);
  if (accept(parser, '{')) return parseBraces(parser);
  throw unexpected(parser);
}

function parseNameOrConstant(parser: Parser, text: string): Expression {
  const constant = CONSTANTS.get(text);
  if (constant === undefined && KEYWORDS.has(text)) throw unexpected(parser);
  parser.at += 1;
  if (constant !== undefined) return { kind: 'constant', value: constant };
  if (text.startsWith('__')) throw new Refusal(`Forbidden dunder name: ${text}`);
  return { kind: 'name', id: text };
}

function numberOf(text: string, line: number): bigint | number {
  if (/^0[\d_]*[1-9]|__|_$/.test(text) && !/[.e]/i.test(text)) throw syntaxError(`invalid number ${text}`, line);
  const plain = text.replaceAll('_', '');
  if (/^(0[xob]|\d+$)/i.test(plain)) {
    if (plain.length > 4300) throw syntaxError('Exceeds the limit (4300 digits) for integer string conversion', line);
    return BigInt(plain.toLowerCase());
  }
  return Number(plain);
}

/** Neighbouring strings are one string. */
function parseStrings(parser: Parser): Expression {
  const parts: FormatPart[] = [];
  while (peek(parser).kind === 'string' || peek(parser).kind === 'format') {
    const token = next(parser);
    parts.push(...(token.parts === undefined ? [token.text] : formatParts(parser, token.parts)));
  }
  if (parts.every((part) => typeof part === 'string')) return { kind: 'constant', value: parts.join('') };
  return { kind: 'format', parts };
}

function formatParts(parser: Parser, parts: readonly TokenPart[]): FormatPart[] {
  return parts.flatMap((part): FormatPart[] => {
    if (typeof part === 'string') return [part];
    const value = parseReplacement(parser, part.tokens);
    const spec = formatParts(parser, part.spec);
    const conversion = part.conversion ?? (part.label !== undefined && spec.length === 0 ? 'r' : undefined);
    return [...(part.label === undefined ? [] : [part.label]), { value, conversion, spec }];
  });
}

function parseReplacement(parser: Parser, tokens: readonly Token[]): Expression {
  const inner: Parser = { ...parser, tokens, at: 0 };
  const value = nested(inner, () => parseExpressionList(inner));
  if (peek(inner).kind !== 'end') throw unexpected(inner, 'f-string: invalid syntax');
  return value;
}

function parseParenthesis(parser: Parser): Expression {
  if (accept(parser, ')')) return { kind: 'tuple', items: [] };
  const item = nested(parser, () => parseStarred(parser));
  const clauses = parseClauses(parser);
  if (clauses.length > 0)
    return closed(parser, ')', { kind: 'comprehension', makes: { kind: 'generator', item }, clauses });
  if (!sees(parser, ',')) {
    if (item.kind === 'star') throw unexpected(parser, 'cannot use starred expression here');
    return closed(parser, ')', item);
  }
  return closed(parser, ')', { kind: 'tuple', items: [item, ...parseRest(parser, ')')] });
}

function closed(parser: Parser, bracket: string, value: Expression): Expression {
  expect(parser, bracket);
  return value;
}

/** `, b, *c` up to the closing bracket, which stays. */
function parseRest(parser: Parser, bracket: string): Expression[] {
  const items: Expression[] = [];
  while (accept(parser, ',') && !sees(parser, bracket)) items.push(nested(parser, () => parseStarred(parser)));
  return items;
}

function parseListDisplay(parser: Parser): Expression {
  if (accept(parser, ']')) return { kind: 'list', items: [] };
  const item = parseStarred(parser);
  const clauses = parseClauses(parser);
  if (clauses.length > 0) return closed(parser, ']', { kind: 'comprehension', makes: { kind: 'list', item }, clauses });
  return closed(parser, ']', { kind: 'list', items: [item, ...parseRest(parser, ']')] });
}

function parseBraces(parser: Parser): Expression {
  if (accept(parser, '}')) return { kind: 'dict', entries: [] };
  if (sees(parser, '**')) return parseDict(parser, []);
  const first = parseStarred(parser);
  if (first.kind !== 'star' && accept(parser, ':')) return parseDictAfterKey(parser, first);
  const clauses = parseClauses(parser);
  if (clauses.length > 0)
    return closed(parser, '}', { kind: 'comprehension', makes: { kind: 'set', item: first }, clauses });
  return closed(parser, '}', { kind: 'set', items: [first, ...parseRest(parser, '}')] });
}

function parseDictAfterKey(parser: Parser, key: Expression): Expression {
  const value = parseExpression(parser);
  const clauses: readonly Clause[] = parseClauses(parser);
  if (clauses.length > 0)
    return closed(parser, '}', { kind: 'comprehension', makes: { kind: 'dict', key, value }, clauses });
  if (!sees(parser, '}')) expect(parser, ',');
  return parseDict(parser, [{ key, value }]);
}

function parseDict(parser: Parser, entries: DictEntry[]): Expression {
  while (!accept(parser, '}')) {
    if (accept(parser, '**')) entries.push({ key: undefined, value: parseBinary(parser, 0) });
    else {
      const key = parseExpression(parser);
      expect(parser, ':');
      entries.push({ key, value: parseExpression(parser) });
    }
    if (!sees(parser, '}')) expect(parser, ',');
  }
  return { kind: 'dict', entries };
}

/** What may stand between `for` and `in`: never swallows the `in`. */
export function parseTargetList(parser: Parser): Expression {
  const one = (): Expression =>
    accept(parser, '*') ? { kind: 'star', value: parseBinary(parser, 0) } : parseBinary(parser, 0);
  const items = [one()];
  let isTuple = false;
  while (accept(parser, ',')) {
    isTuple = true;
    if (!sees(parser, 'in')) items.push(one());
  }
  const [only] = items;
  return asTarget(parser, isTuple || only === undefined ? { kind: 'tuple', items } : only);
}

/** Checks that a value can be assigned to and notes the names it binds. @throws Refusal */
export function asTarget(parser: Parser, target: Expression): Expression {
  if (target.kind === 'name') parser.bound.add(target.id);
  else if (target.kind === 'tuple' || target.kind === 'list') for (const item of target.items) asTarget(parser, item);
  else if (target.kind === 'star') asTarget(parser, target.value);
  else if (target.kind === 'attribute') throw forbiddenNode(`Attribute assignment (${target.name})`);
  else if (target.kind !== 'subscript') throw syntaxError('cannot assign to this expression', peek(parser).line);
  return target;
}
