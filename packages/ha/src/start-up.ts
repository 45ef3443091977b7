import { setTimeout as delay } from 'node:timers/promises';
import { isTimeZone } from '@hub/core/zone-clock.ts';
import { z } from 'zod';
import { exchange } from './exchange.ts';
import type { HomeInfo } from './home.ts';
import type { HaSocket } from './socket.ts';

const configSchema = z.looseObject({
  state: z.string().default('RUNNING'),
  components: z.array(z.string()).default([]),
  time_zone: z.string().default('UTC'),
  location_name: z.string().default(''),
});
const userSchema = z.looseObject({ is_admin: z.boolean().default(false) });

const ASK = { isWrite: false, deadlineMs: 10_000 };
const ASK_AGAIN_MS = 1_000;

export type HomeFacts = Pick<HomeInfo, 'components' | 'timeZone' | 'locationName'> & { readonly isRunning: boolean };

/** Is the owner of our credential an administrator? @throws Fault */
export async function readIsAdmin(socket: HaSocket): Promise<boolean> {
  const user = await exchange(socket, { type: 'auth/current_user' }, ASK);
  return userSchema.safeParse(user).data?.is_admin ?? false;
}

/** @throws Fault. Source: HA `get_config`. */
export async function readFacts(socket: HaSocket): Promise<HomeFacts> {
  const answer = await exchange(socket, { type: 'get_config' }, ASK);
  const config = configSchema.safeParse(answer).data ?? configSchema.parse({});
  return {
    components: new Set(config.components),
    timeZone: isTimeZone(config.time_zone) ? config.time_zone : 'UTC',
    locationName: config.location_name,
    isRunning: config.state === 'RUNNING',
  };
}

/**
 * Resolves once Home Assistant has started, undefined when the socket went first. Asked each second: its "started" event only
 * reaches sockets that were open before.
 */
export async function untilRunning(socket: HaSocket): Promise<HomeFacts | undefined> {
  while (socket.isOpen) {
    await Promise.race([delay(ASK_AGAIN_MS, undefined, { ref: false }), socket.closed]);
    if (!socket.isOpen) return undefined;
    const facts = await readFacts(socket).catch(() => undefined);
    if (facts?.isRunning) return facts;
  }
  return undefined;
}
