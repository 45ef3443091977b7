import { Fault } from '@hub/core/fault.ts';
import type { z } from 'zod';

const MAX_SHOWN = 5;
const TYPE_NAMES: Readonly<Record<string, string>> = { int: 'integer', record: 'object', array: 'list' };

/** Turns schema complaints into one tool error that names each path, what was expected and how to fix it. */
export function argumentFault(toolName: string, error: z.ZodError, parameters: readonly string[]): Fault {
  const lines = error.issues.flatMap((issue) => describe(issue, parameters));
  const shown = lines.slice(0, MAX_SHOWN);
  if (lines.length > MAX_SHOWN) shown.push(`and ${lines.length - MAX_SHOWN} more`);
  const first = error.issues[0];
  return new Fault('VALIDATION_FAILED', shown.join('; '), {
    suggestion: `Correct the named arguments and call ${toolName} again. It takes: ${parameters.join(', ') || 'no arguments'}.`,
    context: { parameter: first ? parameterOf(first) : '' },
  });
}

function describe(issue: z.core.$ZodIssue, parameters: readonly string[]): string[] {
  const path = pathOf(issue);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const name = path ? `${path}.${key}` : key;
      const near = path ? undefined : nearest(key, parameters);
      return `\`${name}\`: Unexpected keyword argument${near ? `, did you mean \`${near}\`?` : ''}`;
    });
  }
  if (
    (issue.code === 'invalid_type' || issue.code === 'invalid_union' || issue.code === 'invalid_value') &&
    issue.input === undefined
  ) {
    return [`\`${path}\`: Missing required argument`];
  }
  return [`\`${path}\`: Input should be ${expected(issue)}${given(issue.input)}`];
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `a valid ${TYPE_NAMES[issue.expected] ?? issue.expected}`;
    case 'invalid_value':
      return issue.values.map((value) => `'${String(value)}'`).join(' or ');
    case 'too_small':
      return `${issue.origin === 'string' || issue.origin === 'array' ? 'at least this long:' : 'greater than or equal to'} ${issue.minimum}`;
    case 'too_big':
      return `${issue.origin === 'string' || issue.origin === 'array' ? 'at most this long:' : 'less than or equal to'} ${issue.maximum}`;
    case 'invalid_union':
      return (
        issue.errors.map((one) => (one[0] ? expected(one[0]) : 'another type')).join(' or ') ||
        'one of the allowed types'
      );
    default:
      return issue.message.replace(/^Invalid input: expected /, '');
  }
}

/** What came instead, when it is short enough to help. */
function given(input: unknown): string {
  if (input === undefined || (typeof input === 'object' && input !== null)) return '';
  const text = JSON.stringify(input);
  return text.length <= 60 ? `, got ${text}` : '';
}

/** The argument to look at; for an unknown one its own name. */
function parameterOf(issue: z.core.$ZodIssue): string {
  const path = pathOf(issue);
  if (issue.code !== 'unrecognized_keys') return path;
  return [path, issue.keys[0]].filter((part) => part).join('.');
}

function pathOf(issue: z.core.$ZodIssue): string {
  return issue.path.reduce<string>(
    (path, part) => (typeof part === 'number' ? `${path}[${part}]` : path ? `${path}.${String(part)}` : String(part)),
    '',
  );
}

/** A parameter that shares a word with the unknown name: `entity` → `entity_id`. */
function nearest(name: string, parameters: readonly string[]): string | undefined {
  const words = new Set(name.toLowerCase().split(/[^a-z]+/));
  return parameters.find((parameter) => parameter.split('_').some((word) => word.length > 2 && words.has(word)));
}
