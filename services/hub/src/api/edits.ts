import { itemDiff } from '@hub/core/item-diff.ts';
import { notFound } from '@hub/db/constraint-fault.ts';
import { type Edit, getEdit, listEdits } from '@hub/db/edits.ts';
import { listHomes } from '@hub/db/homes.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';
import { diffShape, editAnswer, editShape, fullEditShape, restoreShape } from './edit-shape.ts';
import { id, line, page, ref, tenantParams } from './field-shapes.ts';
import { connectorOf, homeIn, idOf, tenantOf } from './find.ts';
import { restoreEdit } from './restore-edit.ts';

const tags = ['edits'];
const editParams = tenantParams.extend({ edit: id });

export function editRoutes(api: Api, deps: Deps): void {
  const { db, vault } = deps.storage;
  const slugsOf = async (tenantId: string) =>
    new Map((await listHomes(db, tenantId)).map((home) => [home.id, home.slug]));

  async function read(tenantRef: string, editId: string): Promise<{ edit: Edit; answer: z.output<typeof editShape> }> {
    const tenant = await tenantOf(deps, tenantRef);
    const edit = await getEdit(db, vault, tenant.id, editId);
    if (!edit) throw notFound(`An edit ${editId}`, 'List the edits: hub edits list');
    return { edit, answer: editAnswer(edit, await slugsOf(tenant.id)) };
  }

  api.get(
    '/tenants/:tenant/edits',
    {
      schema: {
        operationId: 'listEdits',
        summary: 'Configuration writes, newest first',
        tags,
        params: tenantParams,
        querystring: z.strictObject({
          home: ref.optional(),
          connector: ref.optional(),
          kind: line(100).optional().describe('automation, script, scene, …'),
          item: line(300).optional(),
          state: editShape.shape.state.optional(),
          ...page,
        }),
        response: { 200: z.object({ edits: z.array(editShape), next: id.optional() }) },
      },
    },
    async ({ params, query }) => {
      const { id: tenantId } = await tenantOf(deps, params.tenant);
      const { home, connector, item, before, ...rest } = query;
      const edits = await listEdits(db, tenantId, {
        ...rest,
        itemId: item,
        beforeId: before,
        homeId: home && (await idOf(home, () => homeIn(deps, tenantId, home))),
        connectorId: connector && (await idOf(connector, () => connectorOf(deps, tenantId, connector))),
      });
      const slugs = await slugsOf(tenantId);
      return {
        edits: edits.map((edit) => editAnswer(edit, slugs)),
        ...(edits.length === query.limit ? { next: edits.at(-1)?.id } : {}),
      };
    },
  );

  api.get(
    '/tenants/:tenant/edits/:edit',
    {
      schema: {
        operationId: 'getEdit',
        summary: 'One edit with the item before and after',
        tags,
        params: editParams,
        response: { 200: fullEditShape },
      },
    },
    async ({ params }) => {
      const { edit, answer } = await read(params.tenant, params.edit);
      return { ...answer, before: edit.before, after: edit.after };
    },
  );

  api.get(
    '/tenants/:tenant/edits/:edit/diff',
    {
      schema: {
        operationId: 'diffEdit',
        summary: 'What an edit changed, line by line',
        tags,
        params: editParams,
        response: { 200: diffShape },
      },
    },
    async ({ params }) => {
      const { edit, answer } = await read(params.tenant, params.edit);
      const changed = edit.state === 'done' ? edit.after : edit.before;
      return { edit: answer, diff: itemDiff(edit.before, changed) };
    },
  );

  api.post(
    '/tenants/:tenant/edits/:edit/restore',
    {
      schema: {
        operationId: 'restoreEdit',
        summary: 'Put an item back to what it was before an edit',
        description:
          'Without `confirm` it only shows what would change. Refused (409) when the item was changed since. The restore is an edit itself.',
        tags,
        params: editParams,
        body: z.strictObject({ confirm: z.boolean().default(false) }),
        response: { 200: restoreShape },
      },
    },
    async ({ params, body }) => {
      const { edit, answer } = await read(params.tenant, params.edit);
      const tenant = await tenantOf(deps, params.tenant);
      const { standing, diff, reverted } = await restoreEdit(deps, tenant.id, edit, body.confirm);
      return {
        ...{ edit: answer, standing: standing.is, reason: standing.reason, diff, restored: reverted !== undefined },
        ...(reverted ? { restoredBy: (await read(params.tenant, reverted.editId)).answer } : {}),
        ...(reverted?.warnings.length ? { warnings: [...reverted.warnings] } : {}),
      };
    },
  );
}
