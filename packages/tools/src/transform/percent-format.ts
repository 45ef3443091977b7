import { formatValue } from './format-spec.ts';
import { Raised } from './refusal.ts';
import { repr, str } from './text.ts';
import { charge, Dict, dictGet, numeric, type Run, Tuple, typeError, typeOf, type Value } from './values.ts';

const DIRECTIVE = /%(?:\(([^)]*)\))?([-+ 0#]*)(\d+)?(?:\.(\d+))?(.|$)/gs;

/** `'%s is %d' % (a, b)`. @throws Raised TypeError | ValueError */
export function percentFormat(run: Run, template: string, values: Value): string {
  const queue = values instanceof Tuple ? [...values.items] : [values];
  let used = 0;
  const text = template.replace(
    DIRECTIVE,
    (_whole, name?: string, flags = '', width = '', precision?: string, type = '') => {
      if (type === '%') return '%';
      if (name !== undefined && !(values instanceof Dict)) throw typeError('format requires a mapping');
      const value =
        name === undefined ? queue[used++] : values instanceof Dict ? dictGet(run, values, name) : undefined;
      if (value === undefined)
        throw name === undefined
          ? typeError('not enough arguments for format string')
          : new Raised('KeyError', `'${name}'`);
      return directive(run, value, { flags, width, precision, type });
    },
  );
  if (used < queue.length && !(values instanceof Dict))
    throw typeError('not all arguments converted during string formatting');
  charge(run, text.length);
  return text;
}

interface Directive {
  readonly flags: string;
  readonly width: string;
  readonly precision: string | undefined;
  readonly type: string;
}

function directive(run: Run, value: Value, parsed: Directive): string {
  const { flags, width, precision, type } = parsed;
  if (!'sra'.includes(type)) return numberDirective(run, value, parsed);
  const text = type === 's' ? str(run, value) : repr(run, value);
  return formatValue(run, text, `${flags.includes('-') ? '<' : '>'}${width}${placesOf(precision)}`);
}

function placesOf(precision: string | undefined): string {
  return precision === undefined ? '' : `.${precision}`;
}

function numberDirective(run: Run, value: Value, { flags, width, precision, type }: Directive): string {
  if (!/[diufFeEgGxXo]/.test(type)) throw new Raised('ValueError', `unsupported format character '${type}'`);
  const number = numeric(value);
  if (number === undefined) throw typeError(`%${type} format: a real number is required, not ${typeOf(value)}`);
  const align = flags.includes('-') ? '<' : flags.includes('0') ? '0' : '';
  const lead = flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';
  const spec = align === '<' ? `<${lead}${width}` : `${lead}${align}${width}`;
  if (!/[diu]/.test(type)) return formatValue(run, number, `${spec}${placesOf(precision)}${type}`);
  return formatValue(run, typeof number === 'number' ? BigInt(Math.trunc(number)) : number, `${spec}d`);
}
