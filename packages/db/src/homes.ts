import type { Effect } from '@hub/core/effect.ts';
import { Fault } from '@hub/core/fault.ts';
import { newId } from '@hub/core/ids.ts';
import { sql } from 'kysely';
import { type Actor, createdBy, updatedBy } from './actor.ts';
import { noteChange } from './changes.ts';
import { alreadyExists, withConstraintFaults } from './constraint-fault.ts';
import type { Database, Trx } from './database.ts';
import { tenantTrx } from './doors.ts';
import { type ClockInput, setClock } from './home-clock.ts';
import { insertLink, type LinkInput, updateLink, urlKeyOf } from './home-links.ts';
import { type HomeRecord, selectHomes, toHomeRecord } from './home-record.ts';
import { cancelWaiting } from './jobs.ts';
import { type SettingsChange, settingsColumn } from './settings-change.ts';
import { freeSlug, isId, slugFrom } from './slug.ts';
import type { Vault } from './vault.ts';
import { wakeSchedules } from './wake-schedules.ts';

/** Parts left out stay as they are, or take their default on a new home; `null` empties one. */
export interface HomeInput extends ClockInput {
  readonly slug?: string | undefined;
  readonly name?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly country?: string | null | undefined;
  readonly region?: string | null | undefined;
  readonly note?: string | null | undefined;
  readonly customerReference?: string | null | undefined;
  readonly instanceId?: string | null | undefined;
  readonly isSimulated?: boolean | undefined;
  /** Writes over many homes leave it alone; false unless told. */
  readonly isPinned?: boolean | undefined;
  /** When changes may begin; those of the tenant unless told. */
  readonly maintenanceWindows?: readonly string[] | null | undefined;
  /** What may be done to this home at most, whoever asks; `destroy` (everything) unless told. */
  readonly ceiling?: Effect | undefined;
  readonly settings?: SettingsChange | undefined;
  readonly link?: LinkInput | undefined;
}

/**
 * Adds a home, or updates the one that is already there under the same address or Home Assistant instance: never doubled.
 * @throws Fault VALIDATION_INVALID_PARAMETER | VALIDATION_MISSING_PARAMETER (url) | RESOURCE_ALREADY_EXISTS (slug, or address
 * and instance belong to two homes) | STORAGE_UNAVAILABLE
 */
export async function registerHome(
  db: Database,
  vault: Vault,
  tenantId: string,
  input: HomeInput & { readonly link: LinkInput },
  actor: Actor,
): Promise<{ readonly home: HomeRecord; readonly isNew: boolean }> {
  return await withConstraintFaults(takenFaults(input), () =>
    tenantTrx(db, tenantId, async (trx) => {
      // One registration per tenant at a time, so that two of the same home cannot pass each other.
      await sql`select from tenant where id = ${tenantId} for no key update`.execute(trx);
      const found = await findSameHome(trx, tenantId, input);
      if (found !== undefined)
        return { home: await changeHome(trx, vault, { tenantId, homeId: found }, input, actor), isNew: false };
      return { home: await insertHome(trx, vault, tenantId, input, actor), isNew: true };
    }),
  );
}

/** By slug, id or unique name; undefined when there is none. @throws Fault HOME_NOT_FOUND when several bear that name | STORAGE_UNAVAILABLE */
export async function findHome(db: Database, tenantId: string, ref: string): Promise<HomeRecord | undefined> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    selectHomes(trx, tenantId)
      .where((is) =>
        is.or([
          is('home.slug', '=', ref),
          is(sql<string>`lower(home.name)`, '=', ref.toLowerCase()),
          ...(isId(ref) ? [is('home.id', '=', ref)] : []),
        ]),
      )
      .execute(),
  );
  const exact = rows.find((row) => row.slug === ref || row.id === ref.toLowerCase());
  if (exact) return toHomeRecord(exact);
  if (rows.length > 1) {
    throw new Fault('HOME_NOT_FOUND', `${rows.length} homes are called '${ref}'.`, {
      suggestion: `Use one of their slugs: ${rows.map((row) => row.slug).join(', ')}`,
    });
  }
  return rows[0] && toHomeRecord(rows[0]);
}

/** By slug; with `tags`, those that bear one of them. @throws Fault STORAGE_UNAVAILABLE */
export async function listHomes(
  db: Database,
  tenantId: string,
  filter: { readonly tags?: readonly string[] | undefined } = {},
): Promise<readonly HomeRecord[]> {
  const rows = await tenantTrx(db, tenantId, (trx) =>
    selectHomes(trx, tenantId)
      .$if(filter.tags !== undefined, (query) =>
        query.where('home.tags', '&&', sql<string[]>`${[...(filter.tags ?? [])]}::text[]`),
      )
      .execute(),
  );
  return rows.map(toHomeRecord);
}

/** @throws Fault HOME_NOT_FOUND | VALIDATION_INVALID_PARAMETER | RESOURCE_ALREADY_EXISTS (slug, address, instance) | STORAGE_UNAVAILABLE */
export async function updateHome(
  db: Database,
  vault: Vault,
  tenantId: string,
  homeId: string,
  patch: HomeInput,
  actor: Actor,
): Promise<HomeRecord> {
  return await withConstraintFaults(takenFaults(patch), () =>
    tenantTrx(db, tenantId, (trx) => changeHome(trx, vault, { tenantId, homeId }, patch, actor)),
  );
}

/**
 * The home with its link and status is gone, and so is what waited for it of these kinds of jobs; its edits and audit stay.
 * Undefined when it was not there. @throws Fault STORAGE_UNAVAILABLE
 */
export async function removeHome(
  db: Database,
  tenantId: string,
  homeId: string,
  kinds: readonly string[],
): Promise<{ readonly cancelledJobs: number } | undefined> {
  return await tenantTrx(db, tenantId, async (trx) => {
    const gone = await trx
      .deleteFrom('home')
      .where('tenant_id', '=', tenantId)
      .where('id', '=', homeId)
      .executeTakeFirst();
    if (gone.numDeletedRows === 0n) return undefined;
    await noteChange(trx, tenantId, 'home', homeId);
    return { cancelledJobs: await cancelWaiting(trx, { tenantId, homeId, kinds }) };
  });
}

async function findSameHome(trx: Trx, tenantId: string, input: HomeInput): Promise<string | undefined> {
  const urlKey = input.link?.url === undefined ? undefined : urlKeyOf(input.link.url);
  const rows = await trx
    .selectFrom('home')
    .innerJoin('home_link', 'home_link.home_id', 'home.id')
    .select(['home.id', 'home.slug', 'home.instance_id'])
    .where('home.tenant_id', '=', tenantId)
    .where((is) =>
      is.or([
        ...(urlKey === undefined ? [] : [is('home_link.url_key', '=', urlKey)]),
        ...(input.instanceId ? [is('home.instance_id', '=', input.instanceId)] : []),
      ]),
    )
    .execute();
  const [first, second] = rows;
  if (first && second) {
    throw new Fault(
      'RESOURCE_ALREADY_EXISTS',
      `This address belongs to one home and this Home Assistant to another: '${first.slug}' and '${second.slug}'.`,
      {
        suggestion: 'Remove the one that is no longer true, then add it again.',
      },
    );
  }
  return first?.id;
}

async function insertHome(
  trx: Trx,
  vault: Vault,
  tenantId: string,
  input: HomeInput & { link: LinkInput },
  actor: Actor,
): Promise<HomeRecord> {
  const homeId = newId();
  const name = input.name ?? nameFromUrl(input.link.url);
  await trx
    .insertInto('home')
    .values({
      id: homeId,
      tenant_id: tenantId,
      slug: input.slug ?? (await pickSlug(trx, tenantId, slugFrom(name, 'home'))),
      ...homeColumns(input),
      ...(await settingsColumn(trx, { table: 'home', tenantId, id: homeId }, input.settings)),
      name,
      ...createdBy(actor),
      ...updatedBy(actor),
    })
    .execute();
  await insertLink(trx, vault, { tenantId, homeId }, input.link, actor);
  await setClock(trx, { tenantId, homeId }, input);
  await noteChange(trx, tenantId, 'home', homeId);
  return await readHome(trx, tenantId, homeId);
}

async function changeHome(
  trx: Trx,
  vault: Vault,
  home: { tenantId: string; homeId: string },
  patch: HomeInput,
  actor: Actor,
): Promise<HomeRecord> {
  const { tenantId, homeId } = home;
  const changed = await trx
    .updateTable('home')
    .set({
      ...(patch.slug === undefined ? {} : { slug: patch.slug }),
      ...homeColumns(patch),
      ...(await settingsColumn(trx, { table: 'home', tenantId, id: homeId }, patch.settings)),
      ...updatedBy(actor),
    })
    .where('tenant_id', '=', tenantId)
    .where('id', '=', homeId)
    .executeTakeFirst();
  if (changed.numUpdatedRows === 0n) throw homeNotFound(homeId);
  if (patch.link) await updateLink(trx, vault, home, patch.link, actor);
  if (patch.maintenanceWindows !== undefined) await wakeSchedules(trx, tenantId, homeId);
  await setClock(trx, home, patch);
  await noteChange(trx, tenantId, 'home', homeId);
  return await readHome(trx, tenantId, homeId);
}

async function readHome(trx: Trx, tenantId: string, homeId: string): Promise<HomeRecord> {
  return toHomeRecord(await selectHomes(trx, tenantId).where('home.id', '=', homeId).executeTakeFirstOrThrow());
}

async function pickSlug(trx: Trx, tenantId: string, wanted: string): Promise<string> {
  const rows = await trx
    .selectFrom('home')
    .select('slug')
    .where('tenant_id', '=', tenantId)
    .where('slug', 'like', `${wanted}%`)
    .execute();
  return freeSlug(wanted, new Set(rows.map((row) => row.slug)));
}

function homeColumns(input: HomeInput) {
  const { name, tags, country, region, note, customerReference, instanceId, isSimulated, isPinned } = input;
  const { maintenanceWindows, ceiling } = input;
  return {
    ...(name === undefined ? {} : { name }),
    ...(tags === undefined ? {} : { tags: [...new Set(tags)] }),
    ...(country === undefined ? {} : { country }),
    ...(region === undefined ? {} : { region }),
    ...(note === undefined ? {} : { note }),
    ...(customerReference === undefined ? {} : { customer_reference: customerReference }),
    ...(instanceId === undefined ? {} : { instance_id: instanceId }),
    ...(isSimulated === undefined ? {} : { is_simulated: isSimulated }),
    ...(isPinned === undefined ? {} : { is_pinned: isPinned }),
    ...(maintenanceWindows === undefined ? {} : { maintenance_windows: maintenanceWindows && [...maintenanceWindows] }),
    ...(ceiling === undefined ? {} : { ceiling }),
  };
}

function nameFromUrl(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : 'Home';
}

function homeNotFound(ref: string): Fault {
  return new Fault('HOME_NOT_FOUND', `Home ${ref} was not found.`, {
    suggestion: 'It may have been removed: list the homes again.',
  });
}

function takenFaults(input: HomeInput): Readonly<Record<string, () => Fault>> {
  return {
    home_tenant_id_slug_key: () => alreadyExists(`A home with the slug '${input.slug}'`, 'Choose another slug.'),
    home_tenant_id_instance_id_key: () =>
      alreadyExists(
        'This Home Assistant',
        'It is registered as another home of this tenant: list the homes to find it.',
      ),
    home_link_tenant_id_url_key_key: () => alreadyExists('A home with this address', 'List the homes to find it.'),
    home_slug_check: () =>
      new Fault('VALIDATION_INVALID_PARAMETER', `'${input.slug}' cannot be a slug.`, {
        suggestion: 'Lower case letters, digits and hyphens, 63 at most, beginning with a letter or digit.',
      }),
  };
}
