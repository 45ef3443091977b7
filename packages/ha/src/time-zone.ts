import { isTimeZone } from '@hub/core/zone-clock.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const zoneSchema = z.looseObject({ time_zone: z.string() });

/**
 * By which clock Home Assistant goes; undefined where it tells none that is known here. Asked anew, as people change it under an
 * open link. Source: HA `get_config`. @throws Fault
 */
export async function readTimeZone(home: Home, options: CallOptions = {}): Promise<string | undefined> {
  const answer = await home.send({ type: 'get_config' }, { ...options, isWrite: false });
  const zone = zoneSchema.safeParse(answer).data?.time_zone;
  return zone !== undefined && isTimeZone(zone) ? zone : undefined;
}
