import { Fault } from '@hub/core/fault.ts';
import type { Database } from '@hub/db/database.ts';
import {
  declareGone,
  findHome,
  giveUpHomes,
  type HomeHold,
  heldHomes,
  listReplicas,
  takeHome,
} from '@hub/db/home-holders.ts';
import { LEASE_MS, OVERDUE_MS } from './lease.ts';
import type { Standing } from './standing.ts';

/** A replica that has a home's link, as last heard. */
export interface Place {
  readonly replicaId: string;
  readonly address: string;
  /** Undefined where it has none of the home yet, and is about to take it. */
  readonly epoch?: number | undefined;
}

/** Where the links of homes are. The table is the truth, what is remembered here a hint that the holder corrects. */
export interface Places {
  /** This replica has it and may act for it; asks nobody. */
  isHere(homeId: string): boolean;
  /** By what this replica has it; undefined when it has not, or hands it over just now. */
  holdOf(homeId: string): HomeHold | undefined;
  /** For a question from elsewhere: takes the home when nobody has it. @throws Fault HOME_NOT_FOUND | CONNECTION_FAILED | STORAGE_UNAVAILABLE */
  locate(homeId: string): Promise<Place | 'here'>;
  /** The same by the table alone: who asks from another process has just looked there, and what is remembered here may be older. @throws as locate */
  locateAnew(homeId: string): Promise<Place | 'here'>;
  /** What was heard of a place was wrong: it is looked up anew. One that refuses connections and is late with its lease is free to be taken. */
  missed(homeId: string, place: Place, why: 'refused' | 'silent' | 'not_held'): Promise<void>;
  /**
   * Does this replica live, by its lease? One that hands its homes over still finishes what it was asked; where homes of one
   * that does not live are is asked anew. @throws Fault STORAGE_UNAVAILABLE
   */
  lives(place: Place): Promise<boolean>;
  /** Compares with the table after a time without a lease; lets go of what others took meanwhile. @throws Fault STORAGE_UNAVAILABLE */
  reconcile(): Promise<void>;
  /** Where homes of this replica are is asked anew, and it is asked for none any more: it is about to leave. */
  forget(replicaId: string): void;
  /** Lets go of everything: the lease was lost. */
  dropAll(): void;
  /** Gives all homes back for others to take; what runs here goes on over the links that stand. @throws Fault STORAGE_UNAVAILABLE */
  leave(): Promise<void>;
}

/** What was seen of who lives is good for so long. */
const LIVING_MS = 250;

export interface PlacesOptions {
  readonly db: Database;
  /** This replica, when it can hold homes; workers cannot. */
  readonly replicaId: string | undefined;
  /** Of that replica; good for ever unless told. */
  readonly standing?: Pick<Standing, 'isGood' | 'isSteady' | 'isCutOff' | 'news'>;
  /** The home is held here from now on, or no longer. */
  onMoved(homeId: string): void;
}

const GOOD = { isGood: () => true, isSteady: () => true, isCutOff: false, news: async () => undefined };

export function createPlaces({ db, replicaId, standing = GOOD, onMoved }: PlacesOptions): Places {
  /** With the epoch of each. */
  const here = new Map<string, number | undefined>();
  const known = new Map<string, Place>();
  const asking = new Map<string, Promise<Place | 'here'>>();
  const gone = new Set<string>();
  let isLeaving = false;
  /** Another after each loss. */
  let leaseNo = 1;
  let looked: { atMs: number; isUnderWay: boolean; replicas: ReturnType<typeof listReplicas> } | undefined;

  function letGo(homeId: string): void {
    if (here.delete(homeId)) onMoved(homeId);
  }

  function unlearn(holder: string): void {
    for (const [homeId, { replicaId: one }] of known) if (one === holder) known.delete(homeId);
  }

  /** One that comes while this replica begins to leave, after it gave up all it had, is given up as well. */
  async function take(homeId: string, ownId: string): Promise<Place | undefined> {
    const place = await takeHome(db, homeId, ownId, { fromSilent: standing.isSteady() });
    if (!isLeaving || place?.replicaId !== ownId) return place;
    await giveUpHomes(db, ownId);
    return anyHolder(db, homeId, gone);
  }

  async function ask(homeId: string): Promise<Place | 'here'> {
    const askedIn = leaseNo;
    const place =
      replicaId === undefined || isLeaving ? await anyHolder(db, homeId, gone) : await take(homeId, replicaId);
    // What was given under a lease that is lost by now may be another's already.
    if (askedIn !== leaseNo) return ask(homeId);
    if (!place) throw nobodyHas(homeId);
    if (place.replicaId !== replicaId || isLeaving) {
      if (!isLeaving) letGo(homeId);
      known.set(homeId, place);
      return place;
    }
    known.delete(homeId);
    const isNew = !here.has(homeId);
    here.set(homeId, place.epoch);
    if (isNew) onMoved(homeId);
    return 'here';
  }

  /** Held here, as far as this replica can know: one that stood still waits for news of its lease first. */
  async function hasIt(homeId: string): Promise<boolean> {
    while (!isLeaving && here.has(homeId) && !standing.isGood()) await standing.news();
    return !isLeaving && here.has(homeId);
  }

  /** One look for all who ask at about the same time: each question that waits for a holder asks twice a second. */
  function living(): ReturnType<typeof listReplicas> {
    if (looked && (looked.isUnderWay || performance.now() - looked.atMs < LIVING_MS)) return looked.replicas;
    const look = { atMs: performance.now(), isUnderWay: true, replicas: listReplicas(db) };
    look.replicas = look.replicas.finally(() => {
      look.isUnderWay = false;
    });
    looked = look;
    return look.replicas;
  }

  async function locateAnew(homeId: string): Promise<Place | 'here'> {
    if (await hasIt(homeId)) return 'here';
    if (standing.isCutOff) throw cutOff();
    const answer = asking.get(homeId) ?? ask(homeId).finally(() => asking.delete(homeId));
    asking.set(homeId, answer);
    return answer;
  }

  return {
    isHere: (homeId) => here.has(homeId) && standing.isGood(),
    holdOf(homeId) {
      const epoch = isLeaving ? undefined : here.get(homeId);
      return epoch === undefined || replicaId === undefined ? undefined : { homeId, replicaId, epoch };
    },
    async locate(homeId) {
      if (await hasIt(homeId)) return 'here';
      return known.get(homeId) ?? locateAnew(homeId);
    },
    locateAnew,
    async missed(homeId, place, why) {
      if (known.get(homeId)?.replicaId === place.replicaId) known.delete(homeId);
      if (why === 'refused') await declareGone(db, place.replicaId, LEASE_MS - OVERDUE_MS);
    },
    async lives({ replicaId: holder }) {
      const isLiving = (await living()).some((one) => one.replicaId === holder);
      if (!isLiving) unlearn(holder);
      return isLiving;
    },
    async reconcile() {
      if (replicaId === undefined) return;
      const ours = await heldHomes(db, replicaId);
      for (const homeId of [...here.keys()]) if (!ours.has(homeId)) letGo(homeId);
    },
    forget(leaving) {
      gone.add(leaving);
      unlearn(leaving);
    },
    dropAll() {
      leaseNo++;
      for (const homeId of [...here.keys()]) letGo(homeId);
    },
    async leave() {
      isLeaving = true;
      if (replicaId === undefined) return;
      gone.add(replicaId);
      await giveUpHomes(db, replicaId);
    },
  };
}

/** For a process that holds no homes itself: the holder, or any replica, which then takes the home. */
async function anyHolder(db: Database, homeId: string, gone: ReadonlySet<string>): Promise<Place | undefined> {
  const holder = await findHome(db, homeId);
  if (holder) return holder;
  const replicas = (await listReplicas(db)).filter(({ replicaId }) => !gone.has(replicaId));
  return replicas[Math.floor(Math.random() * replicas.length)];
}

function cutOff(): Fault {
  return new Fault(
    'CONNECTION_FAILED',
    'This replica of the hub is cut off from its database; others have its homes.',
    {
      suggestion: 'Nothing was sent. Retry in some seconds: another replica answers.',
    },
  );
}

function nobodyHas(homeId: string): Fault {
  return new Fault('CONNECTION_FAILED', 'No replica of the hub can take this home just now.', {
    suggestion: 'Retry in some seconds.',
    context: { home_id: homeId },
  });
}
