import { windowsAt, windowText } from '@hub/core/maintenance-windows.ts';
import { listHomeWindows } from '@hub/db/home-windows.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { tenantParams, when } from './field-shapes.ts';
import { tenantOf } from './find.ts';

export const windowsShape = z
  .object({
    tenant: z.array(z.string()).describe('For homes without windows of their own; none: always.'),
    homes: z.array(
      z.object({
        home: z.string(),
        windows: z.array(z.string()),
        isOwn: z.boolean(),
        timeZone: z.string(),
        isOpen: z.boolean().describe('Changes may begin now.'),
        opensAt: when.optional(),
        closesAt: when.optional(),
      }),
    ),
  })
  .meta({ id: 'MaintenanceWindows' });

export function windowsRoute(api: Api, deps: Deps): void {
  api.get(
    '/tenants/:tenant/windows',
    {
      schema: {
        operationId: 'listMaintenanceWindows',
        summary: 'When changes at homes may begin, and whether they may now',
        description: 'Set by `maintenanceWindows` of the tenant and of its homes.',
        tags: ['homes'],
        params: tenantParams,
        response: { 200: windowsShape },
      },
    },
    async ({ params }) => {
      const { id, maintenanceWindows } = await tenantOf(deps, params.tenant);
      const now = new Date();
      const homes = (await listHomeWindows(deps.storage.db, id)).map(({ home, windows, isOwn, timeZone }) => {
        const state = windowsAt(windows, timeZone, now);
        return {
          ...{ home, windows: windows.map(windowText), isOwn, timeZone, isOpen: state.isOpen },
          ...(state.isOpen ? { closesAt: state.closesAt?.toISOString() } : { opensAt: state.opensAt.toISOString() }),
        };
      });
      return { tenant: [...maintenanceWindows], homes };
    },
  );
}
