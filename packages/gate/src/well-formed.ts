import { Fault } from '@hub/core/fault.ts';

/**
 * No half characters: JSON lets a client write one surrogate without the other, but no UTF-8 text can hold it, and
 * Home Assistant ends the connection over such a message, and with it everybody's commands on their way.
 * Expects what `assertShallow` let pass. @throws Fault VALIDATION_FAILED naming the place
 */
export function assertWellFormed(value: unknown, path = ''): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw halfCharacter(path);
  } else if (value !== null && typeof value === 'object') {
    for (const [key, inner] of Object.entries(value)) {
      if (!key.isWellFormed()) throw halfCharacter(path);
      assertWellFormed(inner, path === '' ? key : `${path}.${key}`);
    }
  }
}

function halfCharacter(path: string): Fault {
  return new Fault('VALIDATION_FAILED', `\`${path}\`: the text holds half of a character (a lone UTF-16 surrogate).`, {
    suggestion: 'Send whole characters: an emoji needs both of its \\u escapes.',
    context: { parameter: path },
  });
}
