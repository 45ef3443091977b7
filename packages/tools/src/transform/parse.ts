import { BUILTIN_NAMES } from './allowed.ts';
import { asTarget, parseExpression, parseExpressionList, parseTargetList } from './parse-expression.ts';
import {
  accept,
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
import type { Block, Expression, Statement } from './syntax.ts';
import { syntaxError, tokenize } from './tokenize.ts';

/** Far more than a person or model writes by hand. */
const MAX_SOURCE_CHARS = 1_000_000;

/**
 * Python source to a program of the allowed subset.
 * @throws Refusal `Forbidden node type: Import`, `Forbidden method: format`, `Forbidden function: print`, `Syntax error: …`
 */
export function parse(source: string): Block {
  if (source.length > MAX_SOURCE_CHARS) throw new Refusal(`Source is longer than ${MAX_SOURCE_CHARS} characters`);
  const parser: Parser = { tokens: tokenize(source), at: 0, depth: 0, loops: 0, called: new Set(), bound: new Set() };
  const program: Statement[] = [];
  while (peek(parser).kind !== 'end') program.push(...parseStatement(parser));
  const allowed = new Set<string>([...BUILTIN_NAMES, ...parser.bound, 'config']);
  const forbidden = [...parser.called].find((name) => !allowed.has(name));
  if (forbidden !== undefined) throw new Refusal(`Forbidden function: ${forbidden}`);
  return program;
}

function parseStatement(parser: Parser): readonly Statement[] {
  const { kind, line } = peek(parser);
  if (kind === 'newline') {
    next(parser);
    return [];
  }
  if (kind === 'indent') throw syntaxError('unexpected indent', line);
  if (sees(parser, '@')) throw forbiddenNode('FunctionDef');
  refuseForbidden(parser);
  refuseSoft(parser);
  if (accept(parser, 'if')) return [parseIf(parser)];
  if (accept(parser, 'for')) return [parseFor(parser)];
  return parseSimpleLine(parser);
}

/** `async`, `match` and `type` are words whose meaning depends on what follows. */
function refuseSoft(parser: Parser): void {
  if (sees(parser, 'async')) {
    const nodes = new Map([
      ['for', 'AsyncFor'],
      ['with', 'AsyncWith'],
    ]);
    throw forbiddenNode(nodes.get(peek(parser, 1).text) ?? 'AsyncFunctionDef');
  }
  if (sees(parser, 'match') && opensBlock(parser)) throw forbiddenNode('Match');
  if (sees(parser, 'type') && peek(parser, 1).kind === 'name' && sees(parser, '=', 2)) throw forbiddenNode('TypeAlias');
}

/** Does this line end in a colon, and the next with `case` begin a block? */
function opensBlock(parser: Parser): boolean {
  let ahead = 1;
  while (peek(parser, ahead).kind !== 'newline' && peek(parser, ahead).kind !== 'end') ahead += 1;
  return sees(parser, ':', ahead - 1) && peek(parser, ahead + 1).kind === 'indent' && sees(parser, 'case', ahead + 2);
}

function parseIf(parser: Parser): Statement {
  const branches: { readonly test: Expression; readonly body: Block }[] = [];
  do branches.push({ test: parseExpression(parser), body: parseBlock(parser) });
  while (accept(parser, 'elif'));
  const [first, ...later] = branches;
  if (first === undefined) throw unexpected(parser);
  const otherwise = later.reduceRight<Block>(
    (rest, branch) => [{ kind: 'if', ...branch, otherwise: rest }],
    parseElse(parser),
  );
  return { kind: 'if', ...first, otherwise };
}

function parseElse(parser: Parser): Block {
  return accept(parser, 'else') ? parseBlock(parser) : [];
}

function parseFor(parser: Parser): Statement {
  const target = parseTargetList(parser);
  expect(parser, 'in');
  const iterable = parseExpressionList(parser);
  parser.loops += 1;
  const body = parseBlock(parser);
  parser.loops -= 1;
  return { kind: 'for', target, iterable, body, otherwise: parseElse(parser) };
}

function parseBlock(parser: Parser): Block {
  expect(parser, ':');
  if (peek(parser).kind !== 'newline') return parseSimpleLine(parser);
  next(parser);
  if (peek(parser).kind !== 'indent') throw unexpected(parser, 'expected an indented block');
  return nested(parser, () => {
    next(parser);
    const body: Statement[] = [];
    while (peek(parser).kind !== 'dedent') body.push(...parseStatement(parser));
    next(parser);
    return body;
  });
}

function parseSimpleLine(parser: Parser): readonly Statement[] {
  const statements = [parseSimple(parser)];
  while (accept(parser, ';') && peek(parser).kind !== 'newline') statements.push(parseSimple(parser));
  if (peek(parser).kind !== 'newline') throw unexpected(parser);
  next(parser);
  return statements;
}

function parseSimple(parser: Parser): Statement {
  refuseForbidden(parser);
  if (accept(parser, 'pass')) return { kind: 'pass' };
  if (sees(parser, 'break') || sees(parser, 'continue')) return parseJump(parser);
  if (accept(parser, 'del')) return parseDelete(parser);
  const first = parseExpressionList(parser);
  if (accept(parser, ':')) return parseAnnotated(parser, first);
  const { kind, text } = peek(parser);
  if (kind === 'operator' && /^[^=!<>:]+=$/.test(text)) return parseAugmented(parser, first, text.slice(0, -1));
  if (kind === 'operator' && (text === '<<=' || text === '>>='))
    return parseAugmented(parser, first, text.slice(0, -1));
  return sees(parser, '=') ? parseAssignment(parser, first) : { kind: 'expression', value: first };
}

function parseJump(parser: Parser): Statement {
  const { line } = peek(parser);
  const kind = accept(parser, 'break') ? 'break' : 'continue';
  parser.at += kind === 'continue' ? 1 : 0;
  if (parser.loops === 0) throw syntaxError(`'${kind}' outside loop`, line);
  return { kind };
}

function parseDelete(parser: Parser): Statement {
  const value = parseExpressionList(parser);
  asTarget(parser, value);
  const flatten = (target: Expression): readonly Expression[] =>
    target.kind === 'tuple' || target.kind === 'list' ? target.items.flatMap(flatten) : [target];
  return { kind: 'delete', targets: flatten(value) };
}

/** `x: int = 5` is an assignment; the annotation says nothing here. */
function parseAnnotated(parser: Parser, target: Expression): Statement {
  parseExpression(parser);
  asTarget(parser, target);
  return accept(parser, '=')
    ? { kind: 'assign', targets: [target], value: parseExpressionList(parser) }
    : { kind: 'pass' };
}

function parseAugmented(parser: Parser, target: Expression, operator: string): Statement {
  if (target.kind === 'tuple' || target.kind === 'list') throw unexpected(parser, 'cannot assign to this expression');
  asTarget(parser, target);
  next(parser);
  return { kind: 'augment', target, operator, value: parseExpressionList(parser) };
}

function parseAssignment(parser: Parser, first: Expression): Statement {
  const values = [first];
  while (accept(parser, '=')) values.push(parseExpressionList(parser));
  const value = values.pop();
  if (value === undefined) throw unexpected(parser);
  return { kind: 'assign', targets: values.map((target) => asTarget(parser, target)), value };
}
