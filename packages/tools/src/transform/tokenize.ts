import { Refusal } from './refusal.ts';
import { decodeEscapes } from './string-escapes.ts';

export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'format' | 'operator' | 'newline' | 'indent' | 'dedent' | 'end';
  /** As written; for a string its value. */
  readonly text: string;
  readonly line: number;
  /** Of an f-string. */
  readonly parts?: readonly TokenPart[];
}

/** Literal text of an f-string, or the tokens of one of its expressions. */
export type TokenPart =
  | string
  | {
      readonly tokens: readonly Token[];
      readonly conversion: string | undefined;
      readonly spec: readonly TokenPart[];
      /** `{x=}` shows its own text first. */
      readonly label: string | undefined;
    };

interface Reader {
  readonly source: string;
  at: number;
  line: number;
  nesting: number;
}

export function syntaxError(message: string, line: number): Refusal {
  return new Refusal(`Syntax error: ${message} (line ${line})`);
}

const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
const NUMBER =
  /(?:0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?)(?![\p{L}\p{N}_])/uy;
const OPERATOR =
  /\*\*=|\/\/=|<<=|>>=|\.\.\.|->|:=|==|!=|<=|>=|\*\*|\/\/|<<|>>|[-+*/%&|^@]=|[-+*/%&|^~<>()[\]{},:;.=@]/y;
const STRING_START = /([rub]|[rb]?f|f?[rb]|rb|br)?("""|'''|"|')/iy;
const BLANK = /[ \t\f]+|#[^\n]*|\\\n/y;
const MAX_NESTING = 100;

function match(reader: Reader, pattern: RegExp): RegExpExecArray | null {
  pattern.lastIndex = reader.at;
  return pattern.exec(reader.source);
}

function advance(reader: Reader, text: string): void {
  reader.at += text.length;
  for (const char of text) if (char === '\n') reader.line += 1;
}

function skipBlanks(reader: Reader): void {
  for (let blank = match(reader, BLANK); blank !== null; blank = match(reader, BLANK)) advance(reader, blank[0]);
}

/** Tokens of a whole program, with `indent` and `dedent` around blocks as Python sees them. @throws Refusal */
export function tokenize(source: string): readonly Token[] {
  const reader: Reader = { source: source.replace(/\r\n?/g, '\n').replace(/^\uFEFF/, ''), at: 0, line: 1, nesting: 0 };
  const tokens: Token[] = [];
  const indents = [0];
  let isLineStart = true;
  while (reader.at < reader.source.length) {
    if (isLineStart && !startLine(reader, tokens, indents)) continue;
    isLineStart = false;
    skipBlanks(reader);
    if (reader.source[reader.at] === '\n') {
      if (reader.nesting === 0) tokens.push({ kind: 'newline', text: '\n', line: reader.line });
      isLineStart = reader.nesting === 0;
      advance(reader, '\n');
    } else if (reader.at < reader.source.length) {
      tokens.push(readToken(reader));
    }
  }
  if (reader.nesting > 0) throw syntaxError('a bracket was never closed', reader.line);
  tokens.push({ kind: 'newline', text: '\n', line: reader.line });
  for (const _ of indents.slice(1)) tokens.push({ kind: 'dedent', text: '', line: reader.line });
  return [...tokens, { kind: 'end', text: 'the end', line: reader.line }];
}

/** Measures the indentation; false when the line is blank and was skipped. */
function startLine(reader: Reader, tokens: Token[], indents: number[]): boolean {
  const blank = /[ \t\f]*(?:#[^\n]*)?(?:\n|$)/y;
  const skipped = match(reader, blank);
  if (skipped !== null) {
    advance(reader, skipped[0]);
    return false;
  }
  const lead = match(reader, /[ \t\f]*/y)?.[0] ?? '';
  let width = 0;
  for (const char of lead) width = char === '\t' ? width - (width % 8) + 8 : width + 1;
  advance(reader, lead);
  const { line } = reader;
  if (width > (indents.at(-1) ?? 0)) {
    if (indents.length > MAX_NESTING) throw syntaxError('too many levels of indentation', line);
    indents.push(width);
    tokens.push({ kind: 'indent', text: 'indentation', line });
  }
  while (width < (indents.at(-1) ?? 0)) {
    indents.pop();
    tokens.push({ kind: 'dedent', text: '', line });
  }
  if (width !== indents.at(-1)) throw syntaxError('unindent does not match any outer indentation level', line);
  return true;
}

function readToken(reader: Reader): Token {
  const { line } = reader;
  const string = match(reader, STRING_START);
  if (string !== null) return readString(reader, string[1] ?? '', string[2] ?? '');
  for (const [kind, pattern] of [
    ['number', NUMBER],
    ['name', NAME],
    ['operator', OPERATOR],
  ] as const) {
    const found = match(reader, pattern)?.[0];
    if (found === undefined) continue;
    advance(reader, found);
    if (kind === 'operator') nest(reader, found);
    return { kind, text: kind === 'name' ? found.normalize('NFKC') : found, line };
  }
  throw syntaxError(
    `invalid character or number at ${JSON.stringify(reader.source.slice(reader.at, reader.at + 10))}`,
    line,
  );
}

function nest(reader: Reader, operator: string): void {
  if ('([{'.includes(operator)) reader.nesting += 1;
  if (')]}'.includes(operator)) reader.nesting -= 1;
  if (reader.nesting < 0) throw syntaxError(`unmatched '${operator}'`, reader.line);
  if (reader.nesting > MAX_NESTING) throw syntaxError('too many nested brackets', reader.line);
}

function readString(reader: Reader, prefix: string, quote: string): Token {
  const { line } = reader;
  const flags = prefix.toLowerCase();
  if (!/^(r|u|f|fr|rf)?$/.test(flags)) throw syntaxError(`string prefix ${prefix} is not supported`, line);
  advance(reader, prefix + quote);
  const isRaw = flags.includes('r');
  if (flags.includes('f')) return { kind: 'format', text: '', line, parts: readFormat(reader, quote, isRaw) };
  const text = readUntil(reader, quote, (char) => char === quote[0]);
  advance(reader, quote);
  return { kind: 'string', text: isRaw ? text : decodeEscapes(text, line), line };
}

/** Text up to the closing quote or a character that `isStop` names; backslashes protect what follows. */
function readUntil(reader: Reader, quote: string, isStop: (char: string) => boolean): string {
  const { source, line } = reader;
  let end = reader.at;
  for (; end < source.length; end++) {
    const char = source.charAt(end);
    if (char === '\\') end += 1;
    else if (char === '\n' && quote.length === 1) break;
    else if (isStop(char) && (char !== quote[0] || source.startsWith(quote, end))) {
      const text = source.slice(reader.at, end);
      advance(reader, text);
      return text;
    }
  }
  throw syntaxError('unterminated string', line);
}

function readFormat(reader: Reader, quote: string, isRaw: boolean): readonly TokenPart[] {
  const parts: TokenPart[] = [];
  for (;;) {
    const literal = readUntil(reader, quote, (char) => char === quote[0] || char === '{' || char === '}');
    if (literal !== '') parts.push(isRaw ? literal : decodeEscapes(literal, reader.line));
    if (reader.source.startsWith(quote, reader.at)) {
      advance(reader, quote);
      return parts;
    }
    parts.push(readBrace(reader, () => readSpec(reader, quote)));
  }
}

function readBrace(reader: Reader, readSpecParts: () => readonly TokenPart[]): TokenPart {
  const brace = reader.source.charAt(reader.at);
  if (reader.source.charAt(reader.at + 1) === brace) {
    advance(reader, brace + brace);
    return brace;
  }
  if (brace === '}') throw syntaxError("f-string: single '}' is not allowed", reader.line);
  return readReplacement(reader, readSpecParts);
}

/** After the colon: literal text and `{width}`, up to the closing brace. */
function readSpec(reader: Reader, quote: string): readonly TokenPart[] {
  const parts: TokenPart[] = [];
  for (;;) {
    const literal = readUntil(reader, quote, (char) => char === quote[0] || char === '{' || char === '}');
    if (literal !== '') parts.push(literal);
    const stop = reader.source.charAt(reader.at);
    if (stop === '}') return parts;
    if (stop !== '{') throw syntaxError("f-string: expecting '}'", reader.line);
    parts.push(readReplacement(reader, () => readSpec(reader, quote)));
  }
}

function readReplacement(reader: Reader, readSpecParts: () => readonly TokenPart[]): TokenPart {
  advance(reader, '{');
  const start = reader.at;
  const outerNesting = reader.nesting;
  nest(reader, '{');
  const inside = reader.nesting;
  const tokens: Token[] = [];
  const skip = () => {
    skipBlanks(reader);
    while (reader.source[reader.at] === '\n') {
      advance(reader, '\n');
      skipBlanks(reader);
    }
  };
  const isAtEnd = () =>
    reader.nesting === inside &&
    /[}:]|!(?!=)/y.test(reader.source.charAt(reader.at) + (reader.source[reader.at + 1] ?? ''));
  for (skip(); !isAtEnd(); skip()) {
    if (reader.at >= reader.source.length) throw syntaxError("f-string: expecting '}'", reader.line);
    tokens.push(readToken(reader));
  }
  const isLabelled = tokens.at(-1)?.text === '=' && tokens.at(-1)?.kind === 'operator';
  const label = isLabelled ? reader.source.slice(start, reader.at) : undefined;
  if (isLabelled) tokens.pop();
  const conversion = readConversion(reader);
  let spec: readonly TokenPart[] = [];
  if (reader.source[reader.at] === ':') {
    advance(reader, ':');
    spec = readSpecParts();
  }
  if (reader.source[reader.at] !== '}') throw syntaxError("f-string: expecting '}'", reader.line);
  advance(reader, '}');
  reader.nesting = outerNesting;
  return { tokens: [...tokens, { kind: 'end', text: "'}'", line: reader.line }], conversion, spec, label };
}

function readConversion(reader: Reader): string | undefined {
  if (reader.source[reader.at] !== '!') return undefined;
  const conversion = reader.source.charAt(reader.at + 1);
  if (!'rsa'.includes(conversion)) throw syntaxError('f-string: invalid conversion character', reader.line);
  advance(reader, `!${conversion}`);
  return conversion;
}
