import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import { z } from 'zod';
import type { Actor } from './actor.ts';
import { alreadyExists, notFound, withConstraintFaults } from './constraint-fault.ts';
import type { Database } from './database.ts';
import { tenantTrx } from './doors.ts';
import { jsonText } from './json-text.ts';
import { systemTrx } from './system-door.ts';
import { openFrom, type SealPlace, sealFor, type Vault } from './vault.ts';

export type ChannelKind = 'webhook' | 'ntfy' | 'smtp';

/** Minutes of the day in the channel's time zone; `from` after `until` is a night. */
export interface QuietHours {
  readonly from: number;
  readonly until: number;
}

export interface NoticeChannel {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  /** Where it goes, in a form that gives nothing away. */
  readonly target: string;
  readonly quiet: QuietHours | undefined;
  readonly timeZone: string;
  /** Messages on their way. */
  readonly waiting: number;
  readonly lastSentAt: Date | undefined;
  /** Why the newest message did not arrive; undefined when it did. */
  readonly lastError: string | undefined;
}

export interface NewChannel extends Pick<NoticeChannel, 'name' | 'kind' | 'target' | 'quiet' | 'timeZone'> {
  /** Any JSON; sealed as a whole. */
  readonly settings: unknown;
}

/** A message in one replica's hands. */
export interface DueNotice {
  readonly id: string;
  readonly tenantId: string;
  readonly content: unknown;
  /** This is so manieth attempt, from 1. */
  readonly attempt: number;
  readonly createdAt: Date;
  readonly channel: {
    readonly kind: ChannelKind;
    /** Opened only now: a channel that does not open holds up no other. @throws Fault STORAGE_UNAVAILABLE */
    settings(): Promise<unknown>;
    readonly quiet: QuietHours | undefined;
    readonly timeZone: string;
  };
}

/** @throws Fault RESOURCE_ALREADY_EXISTS | STORAGE_UNAVAILABLE */
export async function addChannel(
  db: Database,
  vault: Vault,
  tenantId: string,
  channel: NewChannel,
  actor: Actor,
): Promise<string> {
  const id = newId();
  const { name, kind, target, quiet, timeZone } = channel;
  const faults = { notice_channel_name: () => alreadyExists(`A channel '${name}'`, 'Choose another name.') };
  await withConstraintFaults(faults, () =>
    tenantTrx(db, tenantId, async (trx) => {
      const sealed = await sealFor(trx, vault, placeOf(tenantId, id), jsonText(channel.settings));
      await sql`
        insert into notice_channel (id, tenant_id, name, kind, target, sealed_settings, quiet_from, quiet_until, time_zone,
          created_by_kind, created_by_id)
        values (${id}, ${tenantId}, ${name}, ${kind}, ${target}, ${sealed}, ${quiet?.from ?? null}, ${quiet?.until ?? null},
          ${timeZone}, ${actor.kind}, ${actor.id ?? null})`.execute(trx);
    }),
  );
  return id;
}

/** By name. @throws Fault STORAGE_UNAVAILABLE */
export async function listChannels(db: Database, tenantId: string): Promise<readonly NoticeChannel[]> {
  const { rows } = await tenantTrx(db, tenantId, (trx) =>
    sql<ChannelRow>`
      select c.id, c.name, c.kind, c.target, c.quiet_from, c.quiet_until, c.time_zone,
        (select count(*)::int from notice n where n.channel_id = c.id and state = 'queued') as waiting,
        (select max(finished_at) from notice n where n.channel_id = c.id and state = 'sent') as last_sent_at,
        (select error from notice n where n.channel_id = c.id order by id desc limit 1) as last_error
      from notice_channel c where c.tenant_id = ${tenantId} order by c.name`.execute(trx),
  );
  return rows.map((row) => ({
    ...{ id: row.id, name: row.name, kind: row.kind, target: row.target, timeZone: row.time_zone },
    ...{ quiet: quietOf(row), waiting: row.waiting },
    ...{ lastSentAt: row.last_sent_at ?? undefined, lastError: row.last_error ?? undefined },
  }));
}

/** With its messages. @throws Fault RESOURCE_NOT_FOUND | STORAGE_UNAVAILABLE */
export async function removeChannel(db: Database, tenantId: string, name: string): Promise<void> {
  const { numAffectedRows } = await tenantTrx(db, tenantId, (trx) =>
    sql`delete from notice_channel where tenant_id = ${tenantId} and name = ${name}`.execute(trx),
  );
  if (!numAffectedRows) throw noChannel(name);
}

/** @throws Fault RESOURCE_NOT_FOUND | STORAGE_UNAVAILABLE */
export async function openChannel(
  db: Database,
  vault: Vault,
  tenantId: string,
  name: string,
): Promise<{ readonly kind: ChannelKind; readonly settings: unknown }> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const { rows } = await sql<{ id: string; kind: ChannelKind; sealed_settings: Buffer }>`
      select id, kind, sealed_settings from notice_channel
      where tenant_id = ${tenantId} and name = ${name}`.execute(trx);
    const [row] = rows;
    if (!row) throw noChannel(name);
    const plain = await openFrom(trx, vault, placeOf(tenantId, row.id), row.sealed_settings);
    return { kind: row.kind, settings: asJson(plain) };
  });
}

/**
 * Takes messages that are due, for this replica alone, tenants in turn; they are due again after `leaseMs` unless
 * `settleNotice` or `putOffNotice` says otherwise. @throws Fault STORAGE_UNAVAILABLE
 */
export async function takeNotices(
  db: Database,
  vault: Vault,
  count: number,
  leaseMs: number,
): Promise<readonly DueNotice[]> {
  const { rows } = await systemTrx(db, (trx) =>
    sql<DueRow>`
      with turn as (
        select n.id, row_number() over (partition by n.tenant_id order by n.due_at) as place from notice n
        join tenant t on t.id = n.tenant_id and t.state = 'active'
        where n.state = 'queued' and n.due_at <= now()
        order by place limit ${count}
      )
      update notice n set due_at = now() + ${leaseMs} * interval '1 millisecond', attempt = attempt + 1
      from turn, notice_channel c
      where turn.id = n.id and c.id = n.channel_id and n.state = 'queued' and n.due_at <= now()
      returning n.id, n.tenant_id, n.content, n.attempt, n.created_at, c.id as channel_id, c.kind, c.sealed_settings,
        c.quiet_from, c.quiet_until, c.time_zone`.execute(trx),
  );
  return rows.map((row) => toDue(db, vault, row));
}

/** Sent, or given up with the reason. @throws Fault STORAGE_UNAVAILABLE */
export async function settleNotice(db: Database, notice: DueNotice, error: string | undefined): Promise<void> {
  const state = error === undefined ? 'sent' : 'failed';
  await tenantTrx(db, notice.tenantId, (trx) =>
    sql`update notice set state = ${state}, error = ${error ?? null}, finished_at = now()
      where tenant_id = ${notice.tenantId} and id = ${notice.id}`.execute(trx),
  );
}

/** Due again later: for quiet hours, which cost no attempt, or after a failed attempt. @throws Fault STORAGE_UNAVAILABLE */
export async function putOffNotice(
  db: Database,
  notice: DueNotice,
  forMs: number,
  error: string | undefined,
): Promise<void> {
  const attempt = error === undefined ? notice.attempt - 1 : notice.attempt;
  await tenantTrx(db, notice.tenantId, (trx) =>
    sql`update notice set due_at = now() + ${forMs} * interval '1 millisecond', attempt = ${attempt}, error = ${error ?? null}
      where tenant_id = ${notice.tenantId} and id = ${notice.id}`.execute(trx),
  );
}

interface QuietRow {
  readonly quiet_from: number | null;
  readonly quiet_until: number | null;
  readonly time_zone: string;
}

interface ChannelRow extends QuietRow {
  readonly id: string;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly target: string;
  readonly waiting: number;
  readonly last_sent_at: Date | null;
  readonly last_error: string | null;
}

interface DueRow extends QuietRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly content: unknown;
  readonly attempt: number;
  readonly created_at: Date;
  readonly channel_id: string;
  readonly kind: ChannelKind;
  readonly sealed_settings: Buffer;
}

function toDue(db: Database, vault: Vault, row: DueRow): DueNotice {
  const { tenant_id: tenantId, kind, channel_id: channelId, sealed_settings: sealed } = row;
  const settings = async () =>
    asJson(await tenantTrx(db, tenantId, (trx) => openFrom(trx, vault, placeOf(tenantId, channelId), sealed)));
  const channel = { kind, settings, quiet: quietOf(row), timeZone: row.time_zone };
  return { id: row.id, tenantId, content: row.content, attempt: row.attempt, createdAt: row.created_at, channel };
}

function quietOf({ quiet_from: from, quiet_until: until }: QuietRow): QuietHours | undefined {
  return from === null || until === null ? undefined : { from, until };
}

function placeOf(tenantId: string, channelId: string): SealPlace {
  return { tenantId, table: 'notice_channel', row: channelId, column: 'sealed_settings' };
}

function asJson(plain: Buffer): unknown {
  return z.unknown().parse(JSON.parse(plain.toString()));
}

function noChannel(name: string) {
  return notFound(`A channel '${name}'`, 'List the channels: hub notify list');
}
