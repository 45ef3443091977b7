import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';
import { requestJson } from './http.ts';

const answerSchema = z.record(z.string(), z.unknown());

/**
 * What an integration tells of one config entry, or of one of its devices; its own part is under `data`, its secrets blanked by itself.
 * Needs an administrator. @throws Fault RESOURCE_NOT_FOUND where there is none. Source: HA `GET /api/diagnostics/config_entry/<id>`.
 */
export async function readDiagnostics(
  home: Home,
  entryId: string,
  deviceId: string | undefined,
  options: CallOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const device = deviceId === undefined ? '' : `/device/${encodeURIComponent(deviceId)}`;
  const path = `/api/diagnostics/config_entry/${encodeURIComponent(entryId)}${device}`;
  return answerSchema.parse(await requestJson(home, { method: 'GET', path }, options));
}
