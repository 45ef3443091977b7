import { Fault } from '@hub/core/fault.ts';
import type { Budget } from './config-bodies.ts';

/** Something with a configuration: what identifies it in the answer, the names it goes by, and what stands in it. */
export interface ConfigItem {
  readonly row: Readonly<Record<string, unknown>>;
  readonly names: readonly string[];
  readonly config: object | undefined;
}

export interface SurfaceItems {
  readonly items: readonly ConfigItem[];
  /** What was not searched and why, in words. */
  readonly problems: readonly string[];
}

/** One part of a surface; a home that refuses it, or does not answer in time, costs that part alone. @throws Fault when the call is given up */
export async function settle(
  what: string,
  { call, signal, seconds }: Budget,
  read: () => Promise<SurfaceItems>,
): Promise<SurfaceItems> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Fault) || call.aborted) throw error;
    if (error.code === 'COMPONENT_NOT_INSTALLED') return { items: [], problems: [] };
    const reason = signal.aborted ? `not read within ${seconds} s` : error.message;
    return { items: [], problems: [`${what}: ${reason}`] };
  }
}
