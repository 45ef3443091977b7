import { Fault } from '@hub/core/fault.ts';
import type { EditRecord, EditsPort } from '../define.ts';

/** The names people know kinds by, where they are not ours. */
const DOMAINS: Readonly<Record<string, string>> = {
  area: 'area_or_floor',
  floor: 'area_or_floor',
  config_entry: 'integration',
};
const STAMP = /^(.+?)\..*\.(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})(?:_\d+)?$/;
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MAX_IN_A_SECOND = 500;

export function domainOf(kind: string): string {
  return DOMAINS[kind] ?? kind;
}

export function kindsOf(domain: string): readonly string[] {
  const kinds = Object.keys(DOMAINS).filter((kind) => DOMAINS[kind] === domain);
  return kinds.length > 0 ? kinds : [domain];
}

/** `20261129_004933`, in UTC. */
export function stampOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_');
}

/** `{domain}.{safe id}.{YYYYMMDD_HHMMSS}_{milliseconds}`: of the edit alone, so that it never comes to mean another one. */
export function nameOfEdit({ item, createdAt }: EditRecord): string {
  const milliseconds = String(createdAt.getUTCMilliseconds()).padStart(3, '0');
  return `${domainOf(item.kind)}.${item.id.replace(/[^A-Za-z0-9_-]/g, '_')}.${stampOf(createdAt)}_${milliseconds}`;
}

/** The edit that a name or an edit id means. @throws Fault RESOURCE_NOT_FOUND */
export async function findEdit(edits: EditsPort, given: string, parameter: string) {
  const wanted = given.trim().replace(/\.ya?ml$/, '');
  const id = ID.test(wanted) ? wanted : await idOfName(edits, wanted);
  const edit = id === undefined ? undefined : await edits.get(id);
  if (edit) return edit;
  throw new Fault('RESOURCE_NOT_FOUND', `\`${parameter}\`: this home has no kept edit '${given.slice(0, 200)}'.`, {
    suggestion: "ha_manage_backup with scope 'edits' and action 'list' shows their names and edit_id.",
    context: { parameter, [parameter]: given.slice(0, 200) },
  });
}

/** Without its milliseconds a name still means the edit, when it is the only one of that second. */
async function idOfName(edits: EditsPort, name: string): Promise<string | undefined> {
  const [, domain, ...parts] = STAMP.exec(name) ?? [];
  if (domain === undefined) return undefined;
  const [year, month, day, hour, minute, second] = parts.map(Number);
  const from = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  const span = { createdFrom: new Date(from), createdBefore: new Date(from + 1000) };
  const rows = await edits.list({ ...span, wasThere: true, limit: MAX_IN_A_SECOND });
  const named = rows.filter((row) => nameOfEdit(row) === name);
  const [only, ...others] =
    named.length > 0 ? named : rows.filter((row) => nameOfEdit(row).replace(/_\d+$/, '') === name);
  return others.length === 0 ? only?.id : undefined;
}
