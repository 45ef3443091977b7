import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { KeyRing } from '@hub/db/key-ring.ts';
import { RENEW_EVERY_MS } from '@hub/gate/cluster/lease.ts';
import type { Standing } from '@hub/gate/cluster/standing.ts';
import type { Bus } from '@hub/runtime/bus.ts';
import { z } from 'zod';

/** Topics. */
const ASKED = 'lease.asked';
const KEPT = 'lease.kept';

const askedShape = z.object({ from: z.uuid(), nonce: z.uuid() });
/** Signed, as who believes it lets go of every home: whoever reaches Redis alone can say nothing of the kind. */
const keptShape = askedShape.extend({ keyId: z.int(), signature: z.base64() });

/** A lease that was renewed this lately is news of the database; and that much before it may take homes a replica says so. */
const FRESH_MS = 2 * RENEW_EVERY_MS;
const LAST_ASKED = 4;

/**
 * Lets replicas whose lease is overdue learn from others whether the database is away or they alone are cut off from it. With the
 * bus away as well nobody answers, which says nothing. Returns the question.
 */
export function askOthers({ bus, ring, replicaId, standing }: AskOthersDeps, onOthersReach: () => void): () => void {
  /** Those of the last looks: an answer may take a while. */
  let asked: readonly string[] = [];

  bus.subscribe(ASKED, (message) => {
    const { data: question } = askedShape.safeParse(message);
    if (!question || question.from === replicaId) return;
    if (standing.ageMs() > FRESH_MS || !standing.isSteady(FRESH_MS)) return;
    const signature = signed(ring, ring.usedId, question).toString('base64');
    bus.publish(KEPT, { ...question, keyId: ring.usedId, signature });
  });

  bus.subscribe(KEPT, (message) => {
    const { data: answer } = keptShape.safeParse(message);
    if (answer?.from !== replicaId || !asked.includes(answer.nonce) || !ring.ids.includes(answer.keyId)) return;
    const [given, expected] = [Buffer.from(answer.signature, 'base64'), signed(ring, answer.keyId, answer)];
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return;
    if (standing.isOverdue() && !standing.isCutOff) onOthersReach();
  });

  return () => {
    const nonce = randomUUID();
    asked = [...asked.slice(-LAST_ASKED), nonce];
    bus.publish(ASKED, { from: replicaId, nonce });
  };
}

export interface AskOthersDeps {
  readonly bus: Bus;
  readonly ring: Pick<KeyRing, 'ids' | 'usedId' | 'child'>;
  readonly replicaId: string;
  readonly standing: Standing;
}

function signed(ring: AskOthersDeps['ring'], keyId: number, { from, nonce }: z.output<typeof askedShape>): Buffer {
  return createHmac('sha256', ring.child('lease answers', keyId)).update(`${from} ${nonce}`).digest();
}
