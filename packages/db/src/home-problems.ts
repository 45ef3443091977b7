import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { jsonText } from './json-text.ts';

export interface FoundProblem {
  readonly homeId: string;
  readonly kind: string;
  readonly text: string;
}

/** What a tenant is told: a problem that has stood for a while, or the end of one it was told of. */
export interface ProblemEvent extends FoundProblem {
  readonly event: 'problem' | 'recovered';
  readonly home: string;
  readonly since: string;
}

/**
 * Compares what is wrong now with what was known: new problems begin, those gone end, and those that have stood for `graceMs`
 * are told once. The messages are stored for each channel of the tenant in the same transaction, so that none is lost or told
 * twice, whichever replicas look at once. @throws Fault STORAGE_UNAVAILABLE
 */
export async function noteProblems(
  db: Database,
  tenantId: string,
  found: readonly FoundProblem[],
  graceMs: number,
): Promise<readonly ProblemEvent[]> {
  return await tenantTrx(db, tenantId, async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtext('home_problem'), hashtext(${tenantId}))`.execute(trx);
    const now = jsonText(found.map((one) => ({ ...one, id: newId() })));
    await sql`
      insert into home_problem as p (id, tenant_id, home_id, kind, text)
      select f.id, h.tenant_id, h.id, f.kind, f.text
      from jsonb_to_recordset(${now}::jsonb) as f (id uuid, "homeId" uuid, kind text, text text)
      join home h on h.id = f."homeId" and h.tenant_id = ${tenantId}
      on conflict (home_id, kind) where ended_at is null do update set text = excluded.text
      where p.text <> excluded.text`.execute(trx);
    const raised = await sql<EventRow>`
      update home_problem p set raised_at = now() from home h
      where h.id = p.home_id and p.tenant_id = ${tenantId} and ended_at is null and raised_at is null
        and since <= now() - ${graceMs} * interval '1 millisecond' and ${isFound(now)}
      returning 'problem' as event, p.home_id, h.name as home, p.kind, p.text, p.since, true as is_told`.execute(trx);
    const ended = await sql<EventRow>`
      update home_problem p set ended_at = now() from home h
      where h.id = p.home_id and p.tenant_id = ${tenantId} and ended_at is null and not ${isFound(now)} and not ${LASTS}
      returning 'recovered' as event, p.home_id, h.name as home, p.kind, p.text, p.since, raised_at is not null as is_told`.execute(
      trx,
    );
    const events = [...raised.rows, ...ended.rows].filter((row) => row.is_told).map(toEvent);
    if (events.length > 0) await storeNotices(trx, tenantId, { event: 'problems', events });
    return events;
  });
}

/** One message for each channel of the tenant. */
async function storeNotices(trx: Trx, tenantId: string, content: unknown): Promise<void> {
  await sql`
    insert into notice (id, tenant_id, channel_id, content)
    select gen_random_uuid(), tenant_id, id, ${jsonText(content)}::jsonb
    from notice_channel where tenant_id = ${tenantId}`.execute(trx);
}

const isFound = (now: string) => sql<boolean>`exists (
  select from jsonb_to_recordset(${now}::jsonb) as f ("homeId" uuid, kind text)
  where f."homeId" = p.home_id and f.kind = p.kind)`;

/** That a home is away in another way than was told brings it back in none: this ends when it runs. */
const LASTS = sql<boolean>`(p.kind in ('state', 'refused') and raised_at is not null and exists (
  select from home_status s where s.home_id = p.home_id and s.state <> 'running'))`;

interface EventRow {
  readonly event: ProblemEvent['event'];
  readonly home_id: string;
  readonly home: string;
  readonly kind: string;
  readonly text: string;
  readonly since: Date;
  readonly is_told: boolean;
}

function toEvent({ event, home_id: homeId, home, kind, text, since }: EventRow): ProblemEvent {
  return { event, homeId, home, kind, text, since: since.toISOString() };
}
