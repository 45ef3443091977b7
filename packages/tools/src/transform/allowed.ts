/** Builtins a transformation may call. */
export const BUILTIN_NAMES = [
  'isinstance',
  'len',
  'range',
  'enumerate',
  'zip',
  'sorted',
  'reversed',
  'min',
  'max',
  'sum',
  'abs',
  'any',
  'all',
  'str',
  'int',
  'float',
  'bool',
  'list',
  'dict',
  'tuple',
  'set',
  'round',
] as const;

export const METHOD_NAMES: ReadonlySet<string> = new Set([
  ...['append', 'insert', 'pop', 'remove', 'clear', 'extend', 'index', 'count', 'sort', 'reverse'],
  ...['update', 'get', 'setdefault', 'keys', 'values', 'items'],
  ...['startswith', 'endswith', 'lower', 'upper', 'strip', 'split', 'join', 'replace'],
]);

/** Keywords that begin a statement or expression outside the subset, with the name Python's own grammar gives it. */
export const FORBIDDEN_KEYWORDS: ReadonlyMap<string, string> = new Map([
  ['import', 'Import'],
  ['from', 'ImportFrom'],
  ['def', 'FunctionDef'],
  ['class', 'ClassDef'],
  ['while', 'While'],
  ['try', 'Try'],
  ['with', 'With'],
  ['raise', 'Raise'],
  ['assert', 'Assert'],
  ['return', 'Return'],
  ['global', 'Global'],
  ['nonlocal', 'Nonlocal'],
  ['yield', 'Yield'],
  ['await', 'Await'],
  ['except', 'Try'],
  ['finally', 'Try'],
]);

export const KEYWORDS: ReadonlySet<string> = new Set([
  ...FORBIDDEN_KEYWORDS.keys(),
  ...[
    'False',
    'None',
    'True',
    'and',
    'as',
    'async',
    'break',
    'continue',
    'del',
    'elif',
    'else',
    'for',
    'if',
    'in',
    'is',
  ],
  ...['lambda', 'not', 'or', 'pass'],
]);
