import { appApplier } from './app-applier.ts';
import type { Applier } from './applier.ts';
import { calendarApplier } from './calendar-applier.ts';
import { configAppliers } from './config-appliers.ts';
import { dashboardApplier, resourceApplier } from './dashboard-appliers.ts';
import { deviceApplier, entityApplier } from './entity-appliers.ts';
import { entryAppliers } from './entry-appliers.ts';
import { helperAppliers } from './helper-applier.ts';
import { blueprintApplier, groupApplier, themeApplier } from './list-appliers.ts';
import { registryAppliers } from './registry-appliers.ts';
import { todoApplier } from './todo-applier.ts';

/** How each kind of item that edits keep is read and written back. */
const APPLIERS: Readonly<Record<string, Applier>> = {
  ...configAppliers,
  ...helperAppliers,
  ...registryAppliers,
  app: appApplier,
  ...entryAppliers,
  blueprint: blueprintApplier,
  calendar_event: calendarApplier,
  dashboard: dashboardApplier,
  dashboard_resource: resourceApplier,
  device: deviceApplier,
  entity: entityApplier,
  group: groupApplier,
  theme: themeApplier,
  todo_item: todoApplier,
};

/** Kinds that edits keep and nothing writes back, with the reason for the caller. */
const REFUSALS: Readonly<Record<string, string>> = {
  log_level: 'a log level lasts until the home restarts; set it again with the tool that changed it.',
};

export function isRefused(kind: string): boolean {
  return kind in REFUSALS;
}

export function applierOf(kind: string): Applier | undefined {
  return APPLIERS[kind];
}

export function refusalOf(kind: string): string {
  return REFUSALS[kind] ?? `the hub does not know how to write a ${kind} back.`;
}
