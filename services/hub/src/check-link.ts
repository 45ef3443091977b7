import { Fault } from '@hub/core/fault.ts';
import { createDirectHome, type DirectHomeOptions } from '@hub/ha/direct.ts';
import type { Home } from '@hub/ha/home.ts';
import { readInstanceId } from '@hub/ha/instance.ts';
import { readTimeZone } from '@hub/ha/time-zone.ts';

export type LinkCheck =
  | {
      readonly ok: true;
      readonly haVersion: string;
      readonly isAdmin: boolean;
      readonly locationName: string;
      /** undefined: none that is known here. */
      readonly timeZone: string | undefined;
      readonly instanceId: string | undefined;
      readonly latencyMs: number;
      /** How far the home's clock is ahead of ours, to the second; undefined when its answers carry no date. */
      readonly clockAheadS: number | undefined;
    }
  | { readonly ok: false; readonly fault: Fault };

const CHECK_MS = 15_000;

/** Links once with these settings, looks, and leaves. Never throws for a home that does not answer. */
export async function checkLink(options: Omit<DirectHomeOptions, 'id'>): Promise<LinkCheck> {
  let home: Home | undefined;
  try {
    home = createDirectHome({ ...options, id: 'check' });
    await home.ready({ deadlineMs: CHECK_MS });
    const instanceId = await readInstanceId(home, { deadlineMs: CHECK_MS });
    const started = performance.now();
    const timeZone = await readTimeZone(home, { deadlineMs: CHECK_MS });
    const latencyMs = performance.now() - started;
    const clockAheadS = await readClock(home);
    const { haVersion = '', isAdmin, locationName } = home.info;
    return { ok: true, haVersion, isAdmin, locationName, timeZone, instanceId, latencyMs, clockAheadS };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { ok: false, fault: error };
  } finally {
    await home?.close();
  }
}

/** The Date header counts whole seconds, so half of one is added; the way there and back is halved. */
async function readClock(home: Home): Promise<number | undefined> {
  const asked = Date.now();
  const { headers, body } = await home.rest({ method: 'GET', path: '/api/' }, { deadlineMs: CHECK_MS });
  const answered = Date.now();
  body.on('error', () => undefined).destroy();
  const date = Date.parse(headers['date'] ?? '');
  return Number.isNaN(date) ? undefined : Math.round((date + 500 - (asked + answered) / 2) / 1_000);
}
