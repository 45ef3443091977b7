import { z } from 'zod';
import { readText } from './body.ts';
import { httpFault } from './faults.ts';
import type { CallOptions, Home, HttpResponse } from './home.ts';

const entrySchema = z.looseObject({
  name: z.string(),
  message: z.array(z.string()),
  level: z.string(),
  source: z.tuple([z.string(), z.number()]),
  /** Float seconds, as is `first_occurred`. */
  timestamp: z.number(),
  exception: z.string(),
  count: z.number(),
  first_occurred: z.number(),
});
const logbookSchema = z.looseObject({
  when: z.number(),
  entity_id: z.string().optional(),
  name: z.string().optional(),
});
const levelSchema = z.looseObject({ domain: z.string(), level: z.number() });

export type SystemLogEntry = z.infer<typeof entrySchema>;
export type LogbookEntry = z.infer<typeof logbookSchema>;
export type LogLevel = z.infer<typeof levelSchema>;

const MAX_LOG_BYTES = 64 * 1024 * 1024;

/** Warnings and errors since the start, newest first, equal ones counted (at most 50 unless set up otherwise). Needs an administrator. Source: HA `system_log/list`. */
export async function readSystemLog(home: Home, options: CallOptions = {}): Promise<readonly SystemLogEntry[]> {
  return z.array(entrySchema).parse(await home.send({ type: 'system_log/list' }, { ...options, isWrite: false }));
}

export interface LogbookQuery {
  readonly start: Date;
  readonly end?: Date | undefined;
  readonly entityIds?: readonly string[] | undefined;
  readonly deviceIds?: readonly string[] | undefined;
  readonly contextId?: string | undefined;
}

/** What happened, oldest first; `when` in float seconds. @throws Fault COMPONENT_NOT_INSTALLED. Source: HA `logbook/get_events`. */
export async function readLogbook(
  home: Home,
  { start, end, entityIds, deviceIds, contextId }: LogbookQuery,
  options: CallOptions = {},
): Promise<readonly LogbookEntry[]> {
  const answer = await home.send(
    {
      type: 'logbook/get_events',
      start_time: start.toISOString(),
      ...(end ? { end_time: end.toISOString() } : {}),
      ...(entityIds ? { entity_ids: entityIds } : {}),
      ...(deviceIds ? { device_ids: deviceIds } : {}),
      ...(contextId === undefined ? {} : { context_id: contextId }),
    },
    { ...options, isWrite: false },
  );
  return z.array(logbookSchema).parse(answer);
}

/** Home Assistant's own log file; undefined where it keeps none. Needs an administrator. Source: HA `GET /api/error_log`. */
export async function readErrorLog(home: Home, options: CallOptions = {}): Promise<string | undefined> {
  const response = await home.rest({ method: 'GET', path: '/api/error_log' }, options);
  return textOf(response);
}

/** Log of `core`, `supervisor`, `host`, `dns`, `audio`, `multicast` or `addons/<slug>`. @throws Fault COMPONENT_NOT_INSTALLED without a Supervisor */
export async function readSupervisorLog(
  home: Home,
  source: string,
  options: CallOptions = {},
): Promise<string | undefined> {
  return textOf(await home.supervisor({ method: 'GET', path: `/${source}/logs` }, options));
}

/** Source: HA `logger/log_info`; levels as Python numbers them (10 debug … 50 critical). */
export async function readLogLevels(home: Home, options: CallOptions = {}): Promise<readonly LogLevel[]> {
  return z.array(levelSchema).parse(await home.send({ type: 'logger/log_info' }, { ...options, isWrite: false }));
}

/** How much an integration logs, until the next restart and over it once. Needs an administrator. Source: HA `logger/integration_log_level`. @throws Fault */
export async function setLogLevel(
  home: Home,
  integration: string,
  level: string,
  options: CallOptions = {},
): Promise<void> {
  const command = { type: 'logger/integration_log_level', integration, level, persistence: 'once' };
  await home.send(command, { ...options, isWrite: true });
}

async function textOf(response: HttpResponse): Promise<string | undefined> {
  const text = await readText(response, MAX_LOG_BYTES);
  if (response.status === 404) return undefined;
  if (response.status >= 400) throw httpFault(response.status, text);
  return text;
}
