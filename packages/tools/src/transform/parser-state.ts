import { FORBIDDEN_KEYWORDS, METHOD_NAMES } from './allowed.ts';
import { Refusal } from './refusal.ts';
import { syntaxError, type Token } from './tokenize.ts';

/** Where the parser stands, and which names the program called or gave a value. */
export interface Parser {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
  loops: number;
  readonly called: Set<string>;
  readonly bound: Set<string>;
}

const END: Token = { kind: 'end', text: 'the end', line: 0 };
/** Far above what people write, far below what could exhaust the stack of the evaluator. */
const MAX_DEPTH = 100;

export function peek(parser: Parser, ahead = 0): Token {
  return parser.tokens[parser.at + ahead] ?? parser.tokens.at(-1) ?? END;
}

export function next(parser: Parser): Token {
  const token = peek(parser);
  parser.at += 1;
  return token;
}

/** Is the next token this operator or keyword? */
export function sees(parser: Parser, text: string, ahead = 0): boolean {
  const token = peek(parser, ahead);
  return (token.kind === 'operator' || token.kind === 'name') && token.text === text;
}

export function accept(parser: Parser, text: string): boolean {
  if (!sees(parser, text)) return false;
  parser.at += 1;
  return true;
}

export function expect(parser: Parser, text: string): void {
  if (!accept(parser, text)) throw unexpected(parser, `expected '${text}'`);
}

export function unexpected(parser: Parser, wanted = 'invalid syntax'): Refusal {
  const token = peek(parser);
  const shown = {
    newline: 'the end of the line',
    string: 'a string',
    format: 'a string',
    dedent: 'the end of the block',
  };
  const text = Object.entries(shown).find(([kind]) => kind === token.kind)?.[1] ?? JSON.stringify(token.text);
  return syntaxError(`${wanted} at ${text}`, token.line);
}

/** Refuses a keyword outside the subset, whatever follows it. */
export function refuseForbidden(parser: Parser): void {
  const { kind, text } = peek(parser);
  const node = kind === 'name' ? FORBIDDEN_KEYWORDS.get(text) : undefined;
  if (node !== undefined) throw forbiddenNode(node);
}

export function forbiddenNode(node: string): Refusal {
  return new Refusal(`Forbidden node type: ${node}`);
}

export function checkAttribute(name: string): void {
  if (name.startsWith('__')) throw new Refusal(`Forbidden dunder attribute: ${name}`);
  if (!METHOD_NAMES.has(name)) throw new Refusal(`Forbidden method: ${name}`);
}

/** Runs `parse` one level deeper. @throws Refusal when the source is nested too deeply */
export function nested<T>(parser: Parser, parse: () => T): T {
  parser.depth += 1;
  if (parser.depth > MAX_DEPTH) throw syntaxError('too deeply nested', peek(parser).line);
  const result = parse();
  parser.depth -= 1;
  return result;
}
