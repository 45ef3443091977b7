import type { ConnectorAccess } from '@hub/gate/connector-access.ts';
import { expect, test } from 'vitest';
import { createChangeApplier } from './apply-changes.ts';
import type { KnownConnector } from './directory.ts';

const CONNECTOR = { id: 'c', tenantId: 't' } as ConnectorAccess;
const CHANGE = { id: 1, tenantId: 't', kind: 'credential', rowId: 'c' } as const;

function applierOf(isAway: () => boolean, ended: string[], openId = 'c') {
  let known: readonly KnownConnector[] = [{ hash: 'h', access: CONNECTOR }];
  const forget = () => {
    const forgotten = known;
    known = [];
    return forgotten;
  };
  return createChangeApplier({
    homes: { release: async () => undefined },
    directory: {
      forgetTenant: forget,
      forgetAll: forget,
      refresh: async () => {
        if (isAway()) throw new Error('the database is away');
        return undefined;
      },
    },
    gate: { listKey: () => '' },
    surfaces: { changed: () => undefined },
    open: new Set([(id: string) => id === openId]),
    revoked: new Set([(id: string) => ended.push(id)]),
  });
}

test('a revoked connector is cut off even when it could not be read anew at first', async () => {
  let isAway = true;
  const ended: string[] = [];
  const { apply } = applierOf(() => isAway, ended);
  await expect(apply([CHANGE])).rejects.toThrow('away');
  expect(ended).toEqual([]);
  isAway = false;
  await apply([CHANGE]);
  expect(ended).toEqual(['c']);
});

test('a connector that was revoked while the database was out of reach for long is cut off afterwards', async () => {
  const ended: string[] = [];
  const { apply, forgetAll } = applierOf(() => false, ended);
  forgetAll();
  await apply([CHANGE]);
  expect(ended).toEqual(['c']);
});

test('a connector with nothing open is not read for every change of its tenant', async () => {
  let reads = 0;
  const { apply } = applierOf(() => ++reads > 0, [], 'another');
  await apply([CHANGE]);
  expect(reads).toBe(0);
});
