import { Fault } from '@hub/core/fault.ts';
import pg from 'pg';

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'EHOSTUNREACH',
]);

/** Source: PostgreSQL `character_not_in_repertoire`. */
const UNSTORABLE_TEXT = '22021';

/**
 * Turns what PostgreSQL or the way to it does to us into a Fault STORAGE_UNAVAILABLE with advice; anything else,
 * a broken query above all, comes back as it is. Source: PostgreSQL error codes, classes 08, 28, 3D, 53, 57.
 */
export function asStorageFault(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof Fault) return error;
  if (error instanceof pg.DatabaseError && error.code === UNSTORABLE_TEXT) {
    return new Fault('VALIDATION_FAILED', 'A text holds a NUL character, which cannot be stored or looked for.', {
      suggestion: 'Leave the character out.',
      cause: error,
    });
  }
  const found = describe(error);
  if (found === undefined) return error;
  return new Fault('STORAGE_UNAVAILABLE', found.message, { suggestion: found.suggestion, cause: error });
}

/**
 * The same for what a commit under way ended with: unless PostgreSQL itself refused it, it may be stored although nobody said so.
 */
export function asLostCommit(error: unknown): unknown {
  const fault = asStorageFault(error);
  const isRefused = error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? '');
  if (!(fault instanceof Fault) || fault.code !== 'STORAGE_UNAVAILABLE' || isRefused) return fault;
  return new Fault('STORAGE_UNAVAILABLE', 'The database fell silent while it stored this: it may be stored or not.', {
    suggestion: 'Look whether it is there before you repeat it.',
    outcomeUnknown: true,
    cause: error,
  });
}

function describe(error: Error): { message: string; suggestion: string } | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (!(error instanceof pg.DatabaseError) && /CERT|SIGNATURE|ALTNAME|ERR_TLS|ERR_SSL/.test(code)) {
    return {
      message: `The certificate of the database is not trusted (${code}).`,
      suggestion:
        'Set DATABASE_CA_FILE to the authority that signed it, and use the name it was made for in DATABASE_URL.',
    };
  }
  if (!(error instanceof pg.DatabaseError)) {
    const isLost =
      UNREACHABLE.has(code) ||
      /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i.test(
        error.message,
      );
    return isLost
      ? {
          message: 'The database does not answer.',
          suggestion: 'Check that PostgreSQL runs and can be reached, then retry.',
        }
      : undefined;
  }
  if (code === '53100') {
    return {
      message: 'The database has no space left on its disk.',
      suggestion: 'Free space on the disk of the data folder, then retry.',
    };
  }
  if (code === '57014') {
    return {
      message: 'The database took too long and the statement was ended.',
      suggestion: 'Retry; when it persists, look at the load of PostgreSQL.',
    };
  }
  if (/^(28|3D)/.test(code)) {
    return {
      message: `The database refused this connection: ${error.message}.`,
      suggestion: 'Check user, password and database name in DATABASE_URL.',
    };
  }
  if (/^(08|53|57P)/.test(code)) {
    return {
      message: `The database cannot serve now: ${error.message}.`,
      suggestion: 'It is starting, stopping or overloaded: retry in some seconds.',
    };
  }
  return undefined;
}
