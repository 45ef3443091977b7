export type Expression =
  | { readonly kind: 'constant'; readonly value: null | boolean | bigint | number | string }
  | { readonly kind: 'name'; readonly id: string }
  | { readonly kind: 'format'; readonly parts: readonly FormatPart[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'set'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly entries: readonly DictEntry[] }
  | { readonly kind: 'star'; readonly value: Expression }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'logic'; readonly operator: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly left: Expression; readonly rest: readonly Comparison[] }
  | { readonly kind: 'choice'; readonly test: Expression; readonly then: Expression; readonly otherwise: Expression }
  | { readonly kind: 'lambda'; readonly parameters: readonly Parameter[]; readonly body: Expression }
  | { readonly kind: 'call'; readonly callee: Expression; readonly args: readonly Argument[] }
  | { readonly kind: 'attribute'; readonly object: Expression; readonly name: string }
  | { readonly kind: 'subscript'; readonly object: Expression; readonly index: Expression }
  | {
      readonly kind: 'slice';
      readonly lower: Expression | undefined;
      readonly upper: Expression | undefined;
      readonly step: Expression | undefined;
    }
  | { readonly kind: 'comprehension'; readonly makes: Made; readonly clauses: readonly Clause[] }
  | { readonly kind: 'walrus'; readonly id: string; readonly value: Expression };

export type Node<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>;

/** Literal text, or a value to format with `!r` and a spec that may hold values itself. */
export type FormatPart =
  | string
  | { readonly value: Expression; readonly conversion: string | undefined; readonly spec: readonly FormatPart[] };

/** Without a key it is `**value`. */
export interface DictEntry {
  readonly key: Expression | undefined;
  readonly value: Expression;
}

export interface Comparison {
  readonly operator: string;
  readonly right: Expression;
}

export interface Parameter {
  readonly name: string;
  readonly kind: 'plain' | 'keyword' | 'rest' | 'keywords';
  readonly fallback: Expression | undefined;
}

export interface Argument {
  readonly kind: 'plain' | 'keyword' | 'spread' | 'keywords';
  readonly name: string;
  readonly value: Expression;
}

export type Made =
  | { readonly kind: 'list' | 'set' | 'generator'; readonly item: Expression }
  | { readonly kind: 'dict'; readonly key: Expression; readonly value: Expression };

export interface Clause {
  readonly target: Expression;
  readonly iterable: Expression;
  readonly tests: readonly Expression[];
}

export type Statement =
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'assign'; readonly targets: readonly Expression[]; readonly value: Expression }
  | { readonly kind: 'augment'; readonly target: Expression; readonly operator: string; readonly value: Expression }
  | { readonly kind: 'delete'; readonly targets: readonly Expression[] }
  | { readonly kind: 'if'; readonly test: Expression; readonly body: Block; readonly otherwise: Block }
  | {
      readonly kind: 'for';
      readonly target: Expression;
      readonly iterable: Expression;
      readonly body: Block;
      readonly otherwise: Block;
    }
  | { readonly kind: 'pass' | 'break' | 'continue' };

export type Block = readonly Statement[];
