import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { callTool } from '../../ask-hub.ts';
import type { ClusterAdmin } from '../../cluster/admin.ts';
import type { Ledger, Told } from './ledger.ts';
import { newNonce } from './nonce.ts';

export interface LoadedHome {
  readonly slug: string;
  readonly name: string;
  readonly isReal?: boolean;
}

export interface LoadOptions {
  /** Of a connector that reaches all homes and may do all. */
  readonly url: string;
  readonly admin: ClusterAdmin;
  readonly tenant: string;
  readonly homes: readonly LoadedHome[];
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

const CALL_MS = 90_000;
const ASK_AGAIN_MS = 500;
/** What was refused while things broke is asked for until this long after the others. */
const LAST_JOBS_MS = 60_000;
const accepted = z.object({ job: z.object({ id: z.string() }), isNew: z.boolean() });

/** Calls one after the other until the signal aborts: mostly reads, some writes. */
export async function callForEver(options: LoadOptions): Promise<void> {
  while (!options.signal.aborted) {
    const home = pick(options.homes);
    const dice = Math.random();
    if (dice < 0.5) await read(options, home);
    else if (dice < 0.85) await leaveNote(options, home);
    else await makeArea(options, home);
    await delay(10);
  }
}

/** Asks for backups at an even pace, until `count` new ones are accepted or the time for the last of them is over. */
export async function askForJobs(options: LoadOptions, count: number, overMs: number): Promise<void> {
  const giveUpAt = performance.now() + overMs + LAST_JOBS_MS;
  const asked: Promise<void>[] = [];
  for (let number = 0; number < count; number++) {
    asked.push(askForOne(options, number, giveUpAt));
    await delay(overMs / count);
  }
  await Promise.all(asked);
}

/** One backup of the home with this number, or of the next one that makes none just now. */
async function askForOne(options: LoadOptions, number: number, giveUpAt: number): Promise<void> {
  const { admin, tenant, homes, ledger } = options;
  for (let at = number; performance.now() < giveUpAt; at++) {
    const { slug, name } = homes[at % homes.length] ?? pick(homes);
    const nonce = newNonce();
    try {
      const answer = await admin.send('POST', `/tenants/${tenant}/homes/${slug}/backups`, { name: nonce });
      const { job, isNew } = accepted.parse(answer);
      if (isNew) return void ledger.jobs.push({ id: job.id, nonce, home: name });
    } catch (error) {
      const words = String(error).replaceAll(slug, '…').slice(0, 160);
      countOne(ledger.faults, `job not accepted: ${words}`);
      ledger.notAccepted.push({ nonce, home: name, told: 'unknown', what: 'backup' });
    }
    await delay(ASK_AGAIN_MS);
  }
}

async function read({ url, ledger }: LoadOptions, home: LoadedHome): Promise<void> {
  const answer = await ask(ledger, url, 'ha_call_service', { home: home.slug, ws_command: 'get_config' });
  ledger.reads++;
  if (answer.told !== 'done') ledger.refusedReads++;
  else if (!JSON.stringify(answer.body).includes(JSON.stringify(home.name)))
    ledger.wrongReads.push(`${home.name}: ${JSON.stringify(answer.body).slice(0, 200)}`);
}

async function leaveNote({ url, ledger }: LoadOptions, home: LoadedHome): Promise<void> {
  const nonce = newNonce();
  // Home Assistant keeps its logbook over a restart, and forgets notifications.
  const service = home.isReal
    ? { domain: 'logbook', service: 'log', data: { name: nonce, message: 'was here' } }
    : { domain: 'persistent_notification', service: 'create', data: { message: nonce } };
  const args = { ...service, home: home.slug };
  const { told } = await ask(ledger, url, 'ha_call_service', args);
  ledger.writes.push({ nonce, home: home.name, told, what: 'note' });
}

async function makeArea({ url, ledger }: LoadOptions, home: LoadedHome): Promise<void> {
  const nonce = newNonce();
  const { told } = await ask(ledger, url, 'ha_set_area_or_floor', { kind: 'area', name: nonce, home: home.slug });
  ledger.writes.push({ nonce, home: home.name, told, what: 'area' });
}

async function ask(
  ledger: Ledger,
  url: string,
  name: string,
  args: object,
): Promise<{ readonly told: Told; readonly body: unknown }> {
  try {
    const { isError, body, fault } = await callTool(url, name, args, AbortSignal.timeout(CALL_MS));
    if (!isError) return { told: body['partial'] === true ? 'unknown' : 'done', body };
    const isUnknown = body['outcome'] === 'unknown';
    countOne(ledger.faults, `${fault?.code}${isUnknown ? ' (unknown)' : ''}: ${fault?.message.slice(0, 70)}`);
    return { told: isUnknown ? 'unknown' : 'refused', body };
  } catch (error) {
    ledger.brokenOff++;
    countOne(ledger.faults, `broken off: ${String(error).slice(0, 80)}`);
    // A balancer without a replica sent it nowhere.
    return { told: /HTTP 503/.test(String(error)) ? 'refused' : 'unknown', body: undefined };
  }
}

function countOne(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function pick<T>(list: readonly T[]): T {
  const one = list[Math.floor(Math.random() * list.length)];
  if (one === undefined) throw new Error('there is nothing to pick from');
  return one;
}
