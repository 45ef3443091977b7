import { Fault } from '@hub/core/fault.ts';
import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import { requestJson } from './http.ts';

export type ConfigItemKind = 'automation' | 'script' | 'scene';

export type ConfigItem = Readonly<Record<string, unknown>>;

const itemSchema = z.record(z.string(), z.unknown());

/** Ids go into a path: an id with a slash would name something else. */
function pathOf(kind: ConfigItemKind, id: string): string {
  return `/api/config/${kind}/config/${encodeURIComponent(id)}`;
}

/**
 * One automation, script or scene as Home Assistant's editor stores it; undefined when its file has none under this id.
 * The id is the configuration's (a script's object id), not the entity id. Needs an administrator's token.
 * @throws Fault. Source: HA `components/config/view.py`.
 */
export async function readConfigItem(
  home: Home,
  kind: ConfigItemKind,
  id: string,
  options: CallOptions = {},
): Promise<ConfigItem | undefined> {
  await assertAdmin(home, options);
  try {
    return itemSchema.parse(await requestJson(home, { method: 'GET', path: pathOf(kind, id) }, options));
  } catch (error) {
    if (error instanceof Fault && error.code === 'RESOURCE_NOT_FOUND') return undefined;
    throw error;
  }
}

/**
 * Writes the whole item; whoever writes last wins. Home Assistant answers before it has reloaded: wait for the state that proves it.
 * @throws Fault VALIDATION_FAILED with Home Assistant's reason; `outcomeUnknown` when the answer was lost
 */
export async function writeConfigItem(
  home: Home,
  kind: ConfigItemKind,
  id: string,
  config: ConfigItem,
  options: CallOptions = {},
): Promise<void> {
  await assertAdmin(home, options);
  await requestJson(home, { method: 'POST', path: pathOf(kind, id), body: config }, options);
}

/** @throws Fault VALIDATION_FAILED (400 "Resource not found") when there is no such item */
export async function deleteConfigItem(
  home: Home,
  kind: ConfigItemKind,
  id: string,
  options: CallOptions = {},
): Promise<void> {
  await assertAdmin(home, options);
  await requestJson(home, { method: 'DELETE', path: pathOf(kind, id) }, options);
}

/** Home Assistant counts a 401 on these paths as a failed login, which may get the hub's address banned: so it is not even asked. */
async function assertAdmin(home: Home, options: CallOptions): Promise<void> {
  if (home.info.haVersion === undefined) await home.ready(options);
  if (home.info.isAdmin) return;
  throw new Fault(
    'AUTH_INSUFFICIENT_PERMISSIONS',
    "This home's token is not an administrator's, and configuration needs one.",
    { suggestion: 'Give the hub a token of an administrator: hub homes set NAME --token' },
  );
}
