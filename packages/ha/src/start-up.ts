import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { HomeInfo } from './home.ts';
import type { HaSocket } from './socket.ts';

const configSchema = z.looseObject({
  state: z.string().default('RUNNING'),
  components: z.array(z.string()).default([]),
  time_zone: z.string().default('UTC'),
  location_name: z.string().default(''),
});
const userSchema = z.looseObject({ is_admin: z.boolean().default(false) });

const ASK_AGAIN_MS = 1_000;

export interface StartUpHooks {
  isClosed(): boolean;
  onInfo(change: Partial<HomeInfo>): void;
  onRunning(): Promise<void>;
}

/**
 * Learns who we are and what the home has. A Home Assistant that still loads answers, but knows few entities:
 * the link then counts as `starting` and is asked each second, as its "started" event only reaches sockets opened before.
 */
export async function startUp(socket: HaSocket, hooks: StartUpHooks): Promise<void> {
  const [user, config] = await Promise.all([ask(socket, 'auth/current_user'), ask(socket, 'get_config')]);
  hooks.onInfo({ isAdmin: userSchema.safeParse(user).data?.is_admin ?? false });
  if (take(config, hooks)) await hooks.onRunning();
  else void follow(socket, hooks);
}

async function follow(socket: HaSocket, hooks: StartUpHooks): Promise<void> {
  while (!hooks.isClosed()) {
    await delay(ASK_AGAIN_MS, undefined, { ref: false });
    const config = await ask(socket, 'get_config').catch(() => undefined);
    if (config !== undefined && !hooks.isClosed() && take(config, hooks)) return hooks.onRunning();
  }
}

/** True once Home Assistant runs. */
function take(config: unknown, { onInfo }: StartUpHooks): boolean {
  const parsed = configSchema.safeParse(config).data ?? configSchema.parse({});
  const isRunning = parsed.state === 'RUNNING';
  onInfo({
    components: new Set(parsed.components),
    timeZone: isZone(parsed.time_zone) ? parsed.time_zone : 'UTC',
    locationName: parsed.location_name,
    ...(isRunning ? { state: 'running' as const } : {}),
  });
  return isRunning;
}

function ask(socket: HaSocket, type: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    void socket.closed.then(() => reject(new Error('the link was lost')));
    socket.send({ type }, { resolve, reject });
  });
}

function isZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}
