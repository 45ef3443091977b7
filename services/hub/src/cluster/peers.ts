import type { Bus } from '@hub/runtime/bus.ts';
import { z } from 'zod';
import { memoryDenylist, type SessionDenylist } from '../mcp/denylist.ts';
import type { Endpoint } from '../mcp/endpoint.ts';
import type { Peers } from '../mcp/legacy.ts';

export interface PeerDeps {
  readonly replicaId: string;
  /** Undefined where this hub is alone. */
  readonly cluster: { readonly link: { readonly bus: Bus } } | undefined;
}

/** Carries what clients send to one replica and mean for a call on another; nothing of it where this hub is alone. */
export function peersOf({ replicaId, cluster }: PeerDeps): Peers {
  return {
    replica: replicaId,
    forward: (replica, reply) => cluster?.link.bus.publish(`replica:${replica}`, reply),
    cancel: (cancelled) => cluster?.link.bus.publish(CANCELLED, { ...cancelled, from: replicaId }),
  };
}

const CANCELLED = 'mcp.cancelled';
const DELETED = 'mcp.session-deleted';

const replyShape = z.object({
  surfaceKey: z.string(),
  sessionId: z.string().optional(),
  reply: z.looseObject({ jsonrpc: z.literal('2.0'), id: z.union([z.string(), z.number()]) }),
});
const cancelShape = z.object({
  surfaceKey: z.string(),
  sessionId: z.string(),
  requestId: z.union([z.string(), z.number()]).optional(),
  from: z.string(),
});

/** Sessions that clients deleted, wherever that was; one that was not heard of opens only for who holds the credential. */
export function sharedDenylist({ cluster }: Pick<PeerDeps, 'cluster'>): SessionDenylist {
  const local = memoryDenylist();
  cluster?.link.bus.subscribe(DELETED, (message) => typeof message === 'string' && local.add(message));
  return {
    has: local.has,
    add(sessionId) {
      local.add(sessionId);
      cluster?.link.bus.publish(DELETED, sessionId);
    },
  };
}

/** Hands what other replicas forward to the endpoint. A message of another form is of another version and let go. */
export function hearPeers({ replicaId, cluster }: PeerDeps, endpoint: Endpoint): void {
  if (!cluster) return;
  cluster.link.bus.subscribe(`replica:${replicaId}`, (message) => {
    const parsed = replyShape.safeParse(message);
    if (parsed.success) endpoint.deliverReply(parsed.data as Parameters<Endpoint['deliverReply']>[0]);
  });
  cluster.link.bus.subscribe(CANCELLED, (message) => {
    const parsed = cancelShape.safeParse(message);
    if (parsed.success && parsed.data.from !== replicaId) endpoint.cancel(parsed.data);
  });
}
