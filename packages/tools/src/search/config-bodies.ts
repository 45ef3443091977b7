import { Fault } from '@hub/core/fault.ts';

export type Body = Readonly<Record<string, unknown>>;

/** How long configurations may be read; what is not there in time is left out and said. */
export interface Budget {
  readonly seconds: number;
  /** Ends with the budget or with the call. */
  readonly signal: AbortSignal;
  /** The call itself was given up. */
  readonly call: AbortSignal;
}

export function startBudget(seconds: number, call: AbortSignal): Budget {
  return { seconds, call, signal: AbortSignal.any([call, AbortSignal.timeout(seconds * 1_000)]) };
}

interface Kept {
  readonly version: string;
  readonly body: Body | undefined;
}

/** What was read, beside the mirrored states it belongs to: dropped with them. */
const stores = new WeakMap<object, Map<string, Kept>>();

export interface BodyRequest {
  readonly key: string;
  /** Changes whenever the body does, so that a kept one with the same version is the body. */
  readonly version: string;
  read(signal: AbortSignal): Promise<Body | undefined>;
}

export interface ReadBodies {
  readonly bodies: ReadonlyMap<string, Body>;
  /** What is missing and why, in words; empty when nothing is. */
  readonly problems: readonly string[];
}

/** Reads what is not known yet, all at once. @throws Fault CANCELLED when the call is given up */
export async function readBodies(
  anchor: object,
  requests: readonly BodyRequest[],
  budget: Budget,
): Promise<ReadBodies> {
  const store = storeOf(anchor, requests.length);
  const bodies = new Map<string, Body>();
  let late = 0;
  const refused: Fault[] = [];
  const readOne = async ({ key, version, read }: BodyRequest): Promise<void> => {
    try {
      const kept = store.get(key);
      const body = kept?.version === version ? kept.body : await read(budget.signal);
      store.set(key, { version, body });
      if (body) bodies.set(key, body);
    } catch (error) {
      if (!(error instanceof Fault) || budget.call.aborted) throw error;
      if (budget.signal.aborted) late++;
      else refused.push(error);
    }
  };
  await Promise.all(requests.map(readOne));
  const [first] = refused;
  return {
    bodies,
    problems: [
      ...(late > 0 ? [`${late} of ${requests.length} configurations were not read within ${budget.seconds} s`] : []),
      ...(first ? [`${refused.length} of ${requests.length} configurations could not be read: ${first.message}`] : []),
    ],
  };
}

function storeOf(anchor: object, wanted: number): Map<string, Kept> {
  const known = stores.get(anchor);
  // Items that are gone would stay for ever; starting over now and then costs one round of reading.
  if (known && known.size <= 4 * wanted + 1_000) return known;
  const made = new Map<string, Kept>();
  stores.set(anchor, made);
  return made;
}
