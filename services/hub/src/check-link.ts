import { Fault } from '@hub/core/fault.ts';
import { createDirectHome, type DirectHomeOptions } from '@hub/ha/direct.ts';
import { readInstanceId } from '@hub/ha/instance.ts';

export type LinkCheck =
  | {
      readonly ok: true;
      readonly haVersion: string;
      readonly isAdmin: boolean;
      readonly locationName: string;
      readonly timeZone: string;
      readonly instanceId: string | undefined;
      readonly latencyMs: number;
    }
  | { readonly ok: false; readonly fault: Fault };

const CHECK_MS = 15_000;

/** Links once with these settings, looks, and leaves. Never throws for a home that does not answer. */
export async function checkLink(options: Omit<DirectHomeOptions, 'id'>): Promise<LinkCheck> {
  let home: ReturnType<typeof createDirectHome> | undefined;
  try {
    home = createDirectHome({ ...options, id: 'check' });
    await home.ready({ deadlineMs: CHECK_MS });
    const instanceId = await readInstanceId(home, { deadlineMs: CHECK_MS });
    const started = performance.now();
    await home.send({ type: 'get_config' }, { deadlineMs: CHECK_MS });
    const latencyMs = performance.now() - started;
    const { haVersion = '', isAdmin, locationName, timeZone } = home.info;
    return { ok: true, haVersion, isAdmin, locationName, timeZone, instanceId, latencyMs };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, fault: error };
  } finally {
    await home?.close();
  }
}
