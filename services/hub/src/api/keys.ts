import { counted } from '@hub/core/counted.ts';
import { Fault } from '@hub/core/fault.ts';
import { rewrapKeys } from '@hub/db/installation.ts';
import { changeKeyFile } from '@hub/db/key-file.ts';
import { withNewKey, withoutKey } from '@hub/db/key-ring.ts';
import { followOnce, readKeyUse } from '@hub/db/key-rotation.ts';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Api } from './api-scope.ts';

const tags = ['installation'];

export const keyStatusShape = z
  .object({
    usedId: z.number().int(),
    isFile: z.boolean().describe('The hub keeps its keys in a file of its own; else they come by HUB_KEYS.'),
    keys: z.array(
      z.object({ id: z.number().int(), isInRing: z.boolean(), wraps: z.number().int().describe('Tenants’ keys.') }),
    ),
    replicas: z.array(z.object({ address: z.string(), keyIds: z.array(z.number().int()).optional() })),
  })
  .meta({ id: 'KeyStatus' });

export const rotatedShape = z.object({ usedId: z.number().int(), rewrapped: z.number().int() });
export const retiredShape = z.object({
  id: z.number().int(),
  isRemoved: z.boolean().describe('False: nothing uses it any more, take it out of HUB_KEYS.'),
});

export function keyRoutes(api: Api, deps: Deps): void {
  const { config, replicaId } = deps;
  const { db, vault } = deps.storage;
  const { ring } = vault;
  const isFile = config.keys === undefined;

  api.get(
    '/keys',
    {
      schema: {
        operationId: 'keyStatus',
        summary: 'Which keys of the ring are used, and for how much',
        tags,
        response: { 200: keyStatusShape },
      },
    },
    async () => {
      const { usedId, wraps, replicas } = await readKeyUse(db);
      const ids = [...new Set([...ring.ids, ...wraps.keys()])].sort((a, b) => a - b);
      return {
        ...{ usedId, isFile },
        keys: ids.map((id) => ({ id, isInRing: ring.ids.includes(id), wraps: wraps.get(id) ?? 0 })),
        replicas: replicas.map(({ address, keyIds }) => ({ address, keyIds: keyIds && [...keyIds] })),
      };
    },
  );

  api.post(
    '/keys/rotate',
    {
      schema: {
        operationId: 'rotateKeys',
        summary: 'Use the newest key of the ring, and wrap every tenant’s keys with it',
        description:
          'Calls go on meanwhile. Refused until every replica has the key. With a key file a new key is made first.',
        tags,
        response: { 200: rotatedShape },
      },
    },
    async () => {
      // A rotation that was cut short is finished before another begins.
      const { usedId } = await readKeyUse(db);
      if (Math.max(...ring.ids) === usedId) {
        if (!isFile) throw noNewerKey();
        ring.reload(await changeKeyFile(config.dataDir, withNewKey));
        await followOnce(db, ring, replicaId);
      }
      const rewrapped = await rewrapKeys(db, ring);
      return { usedId: ring.usedId, rewrapped };
    },
  );

  api.post(
    '/keys/:number/retire',
    {
      schema: {
        operationId: 'retireKey',
        summary: 'Take a key out of the ring that nothing uses any more',
        tags,
        params: z.strictObject({ number: z.coerce.number().int().min(1) }),
        response: { 200: retiredShape },
      },
    },
    async ({ params: { number: id } }) => {
      await assertUnused(deps, id);
      if (isFile) ring.reload(await changeKeyFile(config.dataDir, (text) => withoutKey(text, id)));
      return { id, isRemoved: isFile };
    },
  );
}

/** @throws Fault RESOURCE_LOCKED | RESOURCE_NOT_FOUND */
async function assertUnused({ storage }: Deps, id: number): Promise<void> {
  const { usedId, wraps } = await readKeyUse(storage.db);
  const count = wraps.get(id) ?? 0;
  if (id === usedId || count > 0) {
    throw new Fault(
      'RESOURCE_LOCKED',
      `Key ${id} is in use: it ${id === usedId ? 'is what new things are wrapped with' : `wraps the keys of ${counted(count, 'tenant')}`}.`,
      {
        suggestion: 'Use a newer one first: hub keys rotate',
      },
    );
  }
  if (!storage.vault.ring.ids.includes(id)) throw new Fault('RESOURCE_NOT_FOUND', `There is no key ${id} in the ring.`);
}

function noNewerKey(): Fault {
  return new Fault('CONFIG_INVALID', 'The newest key of HUB_KEYS is used already.', {
    suggestion: [
      'Make a longer ring where HUB_KEYS is set: hub keys next',
      'Give it to every hub and worker, start them anew one by one, then: hub keys rotate',
    ],
  });
}
