import { Fault } from '@hub/core/fault.ts';
import { createDashboard, saveDashboard, updateDashboard } from '@hub/ha/dashboards.ts';
import { z } from 'zod';
import type { ToolContext } from '../define.ts';
import { withAdvice } from '../shared/config-faults.ts';
import { withChanges } from '../shared/with-changes.ts';
import { assertFresh } from './change.ts';
import { type DashboardItem, readItem } from './dashboard-item.ts';
import { configShape, type DashboardConfig } from './read-config.ts';
import type { FoundDashboard } from './resolve.ts';

export interface Plan {
  /** Undefined when it is to be made. */
  readonly dashboard: FoundDashboard | undefined;
  readonly urlPath: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly config: DashboardConfig | undefined;
  /** The hash of what the config was worked out from. */
  readonly basis: string | undefined;
}

/** Is everything already as the call wants it? */
export function isNothing({ dashboard, fields, config }: Plan): boolean {
  return dashboard !== undefined && config === undefined && (!dashboard.row || Object.keys(fields).length === 0);
}

/** @throws Fault as Home Assistant does, saying what was done before it refused */
export async function writeDashboard(context: ToolContext, plan: Plan): Promise<DashboardItem | undefined> {
  const { urlPath } = plan;
  const done: string[] = [];
  let failure: unknown;
  const { after } = await context.edits.change({
    item: { kind: 'dashboard', id: urlPath },
    read: () => readItem(context, urlPath),
    async write(before) {
      try {
        await send(context, plan, before, done);
      } catch (error) {
        // Half done is not failed: what was done is read back and kept, then the error is told.
        if (done.length === 0 || (error instanceof Fault && error.outcomeUnknown)) throw error;
        failure = error;
      }
    },
    plan: (before) => planned(plan, itemOf(before)),
  });
  if (failure === undefined) return itemOf(after);
  const facts = {
    url_path: urlPath,
    dashboard_created: done.includes('create'),
    metadata_updated: done.includes('update'),
    config_updated: false,
  };
  throw withAdvice(failure, facts, 'Its title and icon are set; send the config again once it is corrected.');
}

function planned({ dashboard, fields, config }: Plan, before: DashboardItem | undefined): DashboardItem {
  const hasRow = dashboard === undefined || before?.dashboard != null;
  return {
    dashboard: hasRow ? withChanges(before?.dashboard, fields) : null,
    config: config ?? before?.config ?? null,
  };
}

async function send({ home, signal }: ToolContext, plan: Plan, before: unknown, done: string[]): Promise<void> {
  const { dashboard, urlPath, fields, config, basis } = plan;
  if (basis !== undefined && config) assertFresh(urlPath, itemOf(before)?.config ?? undefined, basis);
  if (!dashboard) {
    await createDashboard(home, fields, { signal });
    done.push('create');
  } else if (dashboard.row && Object.keys(fields).length > 0) {
    await updateDashboard(home, dashboard.row.id ?? '', fields, { signal });
    done.push('update');
  }
  if (config) await saveDashboard(home, dashboard ? dashboard.wirePath : urlPath, config, { signal });
}

const itemShape = z.object({ dashboard: z.record(z.string(), z.unknown()).nullable(), config: configShape.nullable() });

function itemOf(value: unknown): DashboardItem | undefined {
  return itemShape.safeParse(value).data;
}
