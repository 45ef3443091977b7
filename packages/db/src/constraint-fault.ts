import { Fault } from '@hub/core/fault.ts';
import pg from 'pg';

/**
 * Runs `work`, and turns the violation of a named constraint into the Fault that `faults` makes of it; other errors pass.
 * The transaction of the violation is lost either way.
 */
export async function withConstraintFaults<T>(
  faults: Readonly<Record<string, () => Fault>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const violated =
      error instanceof pg.DatabaseError && error.constraint !== undefined ? faults[error.constraint] : undefined;
    throw violated ? violated() : error;
  }
}

export function alreadyExists(what: string, suggestion: string): Fault {
  return new Fault('RESOURCE_ALREADY_EXISTS', `${what} already exists.`, { suggestion });
}

export function notFound(what: string, suggestion: string): Fault {
  return new Fault('RESOURCE_NOT_FOUND', `${what} was not found.`, { suggestion });
}
