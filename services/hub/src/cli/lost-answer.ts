import { Fault } from '@hub/core/fault.ts';

/** A request, as far as what is said of a lost answer goes. */
export interface Asked {
  readonly url: string;
  readonly method: string;
  /** A command that shows whether it began. */
  readonly look?: string | undefined;
}

/** What proxies say when no hub answered them. */
export function isOfProxy(status: number): boolean {
  return status >= 502 && status <= 504;
}

export function noHubBehind(asked: Asked, status: number): Fault {
  return new Fault('CONNECTION_FAILED', `No hub answered behind ${asked.url} (HTTP ${status} of a proxy in front).`, {
    suggestion: [...mayHaveBegun(asked), 'Does the hub run, and does the proxy lead to it? See the logs of both'],
  });
}

/** Whoever repeats what had begun has it twice. */
export function mayHaveBegun({ method, look = 'hub jobs list' }: Asked): readonly string[] {
  return method === 'GET' ? [] : [`It may have begun all the same. Look before you repeat it: ${look}`];
}
