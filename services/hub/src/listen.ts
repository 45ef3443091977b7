import { Fault } from '@hub/core/fault.ts';
import type { FastifyInstance } from 'fastify';

/** @throws Fault CONFIG_INVALID naming the variable when the address cannot be taken */
export async function listen(
  app: FastifyInstance,
  host: string,
  port: number,
  variable: 'PORT' | 'OPS_PORT',
): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'EADDRINUSE') {
      throw new Fault(
        'CONFIG_INVALID',
        `Port ${port} on ${host} is taken, most likely by another hub or by the Home Assistant app of that name.`,
        {
          suggestion: `Stop the other one, or choose another port: ${variable}=${port + 10} npm start`,
          cause,
        },
      );
    }
    if (code === 'EACCES')
      throw new Fault('CONFIG_INVALID', `Port ${port} needs more rights than this user has.`, {
        suggestion: `Choose one above 1023: ${variable}=9583`,
        cause,
      });
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
      throw new Fault('CONFIG_INVALID', `This machine has no address ${host}.`, {
        suggestion: 'Set HOST to 127.0.0.1, or 0.0.0.0 for all addresses.',
        cause,
      });
    throw cause;
  }
}
