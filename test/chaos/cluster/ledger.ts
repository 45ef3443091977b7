/** What a client was told of one call. */
export type Told =
  /** It was done. */
  | 'done'
  /** It failed, in words, and was not done. */
  | 'refused'
  /** Nobody can tell: by the hub's own word, or because the replica died with the answer. */
  | 'unknown';

export interface Write {
  readonly nonce: string;
  readonly home: string;
  readonly told: Told;
  readonly what: string;
}

export interface AcceptedJob {
  readonly id: string;
  readonly nonce: string;
  readonly home: string;
}

/** Everything the clients of the run were told, kept outside the hub. */
export interface Ledger {
  readonly writes: Write[];
  readonly jobs: AcceptedJob[];
  /** Asks for jobs that nobody said yes to; one that was stored all the same must still be done once at most. */
  readonly notAccepted: Write[];
  /** Answers that were about another home than the one asked. */
  readonly wrongReads: string[];
  readonly faults: Map<string, number>;
  reads: number;
  refusedReads: number;
  /** Requests that a dying replica or an empty balancer broke off. */
  brokenOff: number;
}

export function newLedger(): Ledger {
  return {
    writes: [],
    jobs: [],
    notAccepted: [],
    wrongReads: [],
    faults: new Map(),
    reads: 0,
    refusedReads: 0,
    brokenOff: 0,
  };
}
