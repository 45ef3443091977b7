import type { KeyRing } from '@hub/db/key-ring.ts';
import type { PeerKeys } from '@hub/runtime/peer.ts';

/** The ring's keys for the lines between processes of one cluster; they change with it. */
export function peerKeysOf(ring: Pick<KeyRing, 'ids' | 'usedId' | 'child'>): PeerKeys {
  return {
    get usedId() {
      return ring.usedId;
    },
    keyOf: (id) => (ring.ids.includes(id) ? ring.child('cluster', id) : undefined),
  };
}
