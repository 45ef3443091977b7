import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { callTool } from '../../ask-hub.ts';
import type { ClusterAdmin } from '../../cluster/admin.ts';
import type { Ledger, Told } from './ledger.ts';
import { newNonce } from './nonce.ts';

export interface LoadOptions {
  /** Of a connector that reaches all homes and may do all. */
  readonly url: string;
  readonly admin: ClusterAdmin;
  readonly tenant: string;
  readonly homes: readonly { readonly slug: string; readonly name: string }[];
  readonly ledger: Ledger;
  readonly signal: AbortSignal;
}

const CALL_MS = 90_000;
const accepted = z.object({ job: z.object({ id: z.string() }), isNew: z.boolean() });

type Home = LoadOptions['homes'][number];

/** Calls one after the other until the signal aborts: mostly reads, some writes. */
export async function callForEver(options: LoadOptions): Promise<void> {
  while (!options.signal.aborted) {
    const home = pick(options.homes);
    const dice = Math.random();
    if (dice < 0.5) await read(options, home);
    else if (dice < 0.85) await notify(options, home);
    else await makeArea(options, home);
    await delay(10);
  }
}

/** Asks for backups at an even pace, `count` new ones in all. */
export async function askForJobs(options: LoadOptions, count: number, overMs: number): Promise<void> {
  const { admin, tenant, ledger, signal } = options;
  const asked: Promise<void>[] = [];
  for (let number = 0; number < count && !signal.aborted; number++) {
    const home = options.homes[number % options.homes.length] ?? pick(options.homes);
    const nonce = newNonce();
    const ask = admin
      .send('POST', `/tenants/${tenant}/homes/${home.slug}/backups`, { name: nonce })
      .then((answer) => {
        const { job, isNew } = accepted.parse(answer);
        if (isNew) ledger.jobs.push({ id: job.id, nonce, home: home.name });
      })
      // Not accepted; if it was stored all the same it must still be done once at most.
      .catch((error: unknown) => {
        countOne(
          ledger.faults,
          `job not accepted: ${String(error)
            .replace(/[0-9a-f-]{16,}/g, '…')
            .slice(0, 90)}`,
        );
        ledger.writes.push({ nonce, home: home.name, told: 'unknown', what: 'backup' });
      });
    asked.push(ask);
    await delay(overMs / count);
  }
  await Promise.all(asked);
}

async function read({ url, ledger }: LoadOptions, home: Home): Promise<void> {
  const answer = await ask(ledger, url, 'ha_call_service', { home: home.slug, ws_command: 'get_config' });
  ledger.reads++;
  if (answer.told !== 'done') ledger.refusedReads++;
  else if (!JSON.stringify(answer.body).includes(JSON.stringify(home.name)))
    ledger.wrongReads.push(`${home.name}: ${JSON.stringify(answer.body).slice(0, 200)}`);
}

async function notify({ url, ledger }: LoadOptions, home: Home): Promise<void> {
  const nonce = newNonce();
  const args = { domain: 'persistent_notification', service: 'create', data: { message: nonce }, home: home.slug };
  const { told } = await ask(ledger, url, 'ha_call_service', args);
  ledger.writes.push({ nonce, home: home.name, told, what: 'notification' });
}

async function makeArea({ url, ledger }: LoadOptions, home: Home): Promise<void> {
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
