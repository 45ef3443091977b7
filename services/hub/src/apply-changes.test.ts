import type { ConnectorAccess } from '@hub/gate/connector-access.ts';
import { expect, test } from 'vitest';
import { createChangeApplier } from './apply-changes.ts';
import type { KnownConnector } from './directory.ts';

const CONNECTOR = { id: 'c', tenantId: 't' } as ConnectorAccess;
const CHANGE = { id: 1, tenantId: 't', kind: 'credential', rowId: 'c' } as const;

test('a revoked connector is cut off even when it could not be read anew at first', async () => {
  let isAway = true;
  let known: readonly KnownConnector[] = [{ hash: 'h', access: CONNECTOR }];
  const ended: string[] = [];
  const apply = createChangeApplier({
    homes: { release: async () => undefined },
    directory: {
      forgetTenant: () => {
        const forgotten = known;
        known = [];
        return forgotten;
      },
      refresh: async () => {
        if (isAway) throw new Error('the database is away');
        return undefined;
      },
    },
    gate: { listKey: () => '' },
    surfaces: { changed: () => undefined },
    revoked: new Set([(id: string) => ended.push(id)]),
  });
  await expect(apply([CHANGE])).rejects.toThrow('away');
  expect(ended).toEqual([]);
  isAway = false;
  await apply([CHANGE]);
  expect(ended).toEqual(['c']);
});
