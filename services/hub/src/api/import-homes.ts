import { Fault } from '@hub/core/fault.ts';
import { tenantTrx } from '@hub/db/doors.ts';
import { urlKeyOf } from '@hub/db/home-links.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { keepCheck } from './home-check.ts';
import { type HomeFields, homeInput } from './home-shape.ts';
import type { ImportRow } from './import-rows.ts';
import type { RowResult } from './import-shape.ts';
import { assertUsable, registerFields, tryLink } from './store-home.ts';

export interface ImportOptions {
  /** Says what would happen and stores nothing. */
  readonly dryRun: boolean;
  /** Tries each link first. */
  readonly check: boolean;
}

/** One row after the other, so that a bad one never stops the rest and two rows of one home cannot pass each other. @throws Fault STORAGE_UNAVAILABLE */
export async function importHomes(
  deps: Deps,
  tenantId: string,
  rows: readonly ImportRow[],
  options: ImportOptions,
): Promise<readonly RowResult[]> {
  const seenInFile: Seen = { urls: new Set(), slugs: new Set() };
  const results: RowResult[] = [];
  for (const row of rows) results.push(await importRow(deps, tenantId, row, options, seenInFile));
  return results;
}

/** What a dry run would have stored by now, of which the database knows nothing. */
interface Seen {
  readonly urls: Set<string>;
  readonly slugs: Set<string>;
}

async function importRow(
  deps: Deps,
  tenantId: string,
  { row, fields, trouble }: ImportRow,
  options: ImportOptions,
  seen: Seen,
): Promise<RowResult> {
  const url = z.looseObject({ url: z.string().max(500) }).safeParse(fields).data?.url;
  const named = { row, ...(url === undefined ? {} : { url }) };
  if (trouble !== undefined) return { ...named, result: 'invalid', reason: trouble };
  const parsed = homeInput.safeParse(fields);
  if (!parsed.success) return { ...named, result: 'invalid', reason: issuesOf(parsed.error) };
  try {
    assertUsable(parsed.data);
    const stored = options.dryRun
      ? await rehearse(deps, tenantId, parsed.data, options.check, seen)
      : await store(deps, tenantId, parsed.data, options.check);
    return { ...named, ...stored };
  } catch (error) {
    if (!(error instanceof Fault) || error.code === 'STORAGE_UNAVAILABLE') throw error;
    return { ...named, result: 'invalid', reason: error.message };
  }
}

type Stored = Pick<RowResult, 'result' | 'home'>;

async function store(deps: Deps, tenantId: string, fields: HomeFields, check: boolean): Promise<Stored> {
  const seen = check ? await tryLink(deps, { ...fields, kind: 'direct', tenantId, homeId: '' }) : undefined;
  const { home, isNew } = await registerFields(deps, deps.storage.db, tenantId, fields, seen);
  if (seen) await keepCheck(deps, home, seen);
  return { result: isNew ? 'created' : 'updated', home: home.slug };
}

/** Does it all and takes it back, so that whatever the database would refuse is found. */
async function rehearse(
  deps: Deps,
  tenantId: string,
  fields: HomeFields,
  check: boolean,
  earlier: Seen,
): Promise<Stored> {
  const seen = check ? await tryLink(deps, { ...fields, kind: 'direct', tenantId, homeId: '' }) : undefined;
  const { home, isNew } = await takenBack(deps, tenantId, (trx) => registerFields(deps, trx, tenantId, fields, seen));
  const urlKey = urlKeyOf(fields.url);
  if (earlier.urls.has(urlKey)) return { result: 'updated' };
  if (fields.slug !== undefined && earlier.slugs.has(fields.slug)) {
    return throwTaken(fields.slug);
  }
  earlier.urls.add(urlKey);
  if (isNew) earlier.slugs.add(home.slug);
  return { result: isNew ? 'created' : 'updated', home: home.slug };
}

function throwTaken(slug: string): never {
  throw new Fault('RESOURCE_ALREADY_EXISTS', `A home with the slug '${slug}' already exists.`);
}

class TakenBack extends Error {}

async function takenBack<T>(
  { storage }: Deps,
  tenantId: string,
  work: (trx: Parameters<typeof tenantTrx>[0]) => Promise<T>,
): Promise<T> {
  let made: { readonly value: T } | undefined;
  try {
    await tenantTrx(storage.db, tenantId, async (trx) => {
      made = { value: await work(trx) };
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack) || !made) throw error;
  }
  if (!made) throw new Error('the rehearsal made nothing');
  return made.value;
}

/** Names each wrong field; never its value, which may be a token. */
function issuesOf(error: z.ZodError): string {
  return error.issues
    .slice(0, 5)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');
}
