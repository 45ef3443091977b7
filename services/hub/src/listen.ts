import { Fault } from '@hub/core/fault.ts';
import type { FastifyInstance } from 'fastify';

/** @throws Fault CONFIG_INVALID naming the variable when the address cannot be taken */
export async function listen(
  app: FastifyInstance,
  host: string,
  port: number,
  variable: 'PORT' | 'OPS_PORT',
): Promise<void> {
  await app.listen({ host, port }).catch((error: unknown) => {
    throw portFault(error, host, port, variable);
  });
}

/** Why an address could not be taken, and what to do; anything else as it came. */
export function portFault(cause: unknown, host: string, port: number, variable: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') {
    return new Fault(
      'CONFIG_INVALID',
      `Port ${port} on ${host} is taken, most likely by another hub or by the Home Assistant app of that name.`,
      {
        suggestion: `Stop the other one, or choose another port: ${variable}=${port + 10} npm start`,
        cause,
      },
    );
  }
  if (code === 'EACCES')
    return new Fault('CONFIG_INVALID', `Port ${port} needs more rights than this user has.`, {
      suggestion: `Choose one above 1023: ${variable}=9583`,
      cause,
    });
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return new Fault('CONFIG_INVALID', `This machine has no address ${host}.`, {
      suggestion: 'Set HOST to 127.0.0.1, or 0.0.0.0 for all addresses.',
      cause,
    });
  return cause;
}
