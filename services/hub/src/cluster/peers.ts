import { z } from 'zod';
import type { Deps } from '../deps.ts';
import type { Endpoint } from '../mcp/endpoint.ts';
import type { Peers } from '../mcp/legacy.ts';

/** Carries what clients send to one replica and mean for a call on another; nothing of it where this hub is alone. */
export function peersOf({ replicaId, cluster }: Pick<Deps, 'replicaId' | 'cluster'>): Peers {
  return {
    replica: replicaId,
    forward: (replica, reply) => cluster?.link.bus.publish(`replica:${replica}`, reply),
    cancel: (cancelled) => cluster?.link.bus.publish(CANCELLED, { ...cancelled, from: replicaId }),
  };
}

const CANCELLED = 'mcp.cancelled';

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

/** Hands what other replicas forward to the endpoint. A message of another form is of another version and let go. */
export function hearPeers({ replicaId, cluster }: Pick<Deps, 'replicaId' | 'cluster'>, endpoint: Endpoint): void {
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
