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

/** `{domain}.{safe id}.{YYYYMMDD_HHMMSS}`. */
function plainName({ item, createdAt }: EditRecord): string {
  return `${domainOf(item.kind)}.${item.id.replace(/[^A-Za-z0-9_-]/g, '_')}.${stampOf(createdAt)}`;
}

/** Names by edit id. Of several of one item within one second the later ones end in `_2`, `_3`, whatever else is asked for. */
export async function namesOf(edits: EditsPort, rows: readonly EditRecord[]): Promise<(edit: EditRecord) => string> {
  const plain = rows.map(plainName);
  const oldest = rows.at(-1);
  const unsure = rows.filter((row, at) => row === oldest || plain.indexOf(plainName(row)) !== at);
  const seconds = new Set(unsure.map(({ createdAt }) => Math.floor(createdAt.getTime() / 1000)));
  const names = new Map<string, string>();
  for (const second of seconds) for (const [id, name] of await namesWithin(edits, second)) names.set(id, name);
  return (edit) => names.get(edit.id) ?? plainName(edit);
}

async function namesWithin(edits: EditsPort, second: number): Promise<ReadonlyMap<string, string>> {
  const span = { createdFrom: new Date(second * 1000), createdBefore: new Date((second + 1) * 1000) };
  const rows = await edits.list({ ...span, wasThere: true, limit: MAX_IN_A_SECOND });
  const counts = new Map<string, number>();
  const named = rows.toReversed().map((row): [string, string] => {
    const name = plainName(row);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return [row.id, count === 1 ? name : `${name}_${count}`];
  });
  return new Map(named);
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

async function idOfName(edits: EditsPort, name: string): Promise<string | undefined> {
  const [, domain, ...parts] = STAMP.exec(name) ?? [];
  if (domain === undefined) return undefined;
  const [year, month, day, hour, minute, second] = parts.map(Number);
  const names = await namesWithin(edits, Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second) / 1000);
  return [...names].find(([, one]) => one === name)?.[0];
}
