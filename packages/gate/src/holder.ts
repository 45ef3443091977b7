import { Fault } from '@hub/core/fault.ts';
import { createDirectHome, type DirectHomeOptions } from '@hub/ha/direct.ts';
import type { Home, HomeInfo, HomeState } from '@hub/ha/home.ts';
import { createMirror, type Mirror } from '@hub/ha/mirror.ts';
import { type OnHomeCall, timedHome } from './upstream-clock.ts';

/** A home in use at this replica: its one link, or the way to the replica that has it, and the mirror over that. */
export interface HomeInUse {
  readonly home: Home;
  readonly mirror: Mirror;
}

interface Settled extends HomeInUse {
  /** Another replica has the link, and measures it. */
  readonly isElsewhere: boolean;
}

export interface HolderDeps {
  /** The home through another replica that has its link; undefined when this one is to open it. @throws Fault */
  readonly openElsewhere?: (tenantId: string, homeId: string) => Promise<Home | undefined>;
  /** Address and unsealed credential. @throws Fault HOME_NOT_FOUND | STORAGE_UNAVAILABLE */
  readonly readLink: (tenantId: string, homeId: string) => Promise<DirectHomeOptions>;
  readonly onState: (tenantId: string, homeId: string, info: HomeInfo) => void;
  readonly onCall: OnHomeCall;
  readonly onBug?: (homeId: string, error: unknown) => void;
  /** All mirrors of this replica together; beyond it the least recently used are dropped. */
  readonly mirrorBudgetBytes: number;
}

/** Keeps one link per home, opened on first use. */
export interface Holder {
  hold(tenantId: string, homeId: string): Promise<HomeInUse>;
  /** Closes the link so that the next use reads address and credential anew. */
  release(homeId: string): Promise<void>;
  /** Those whose one link is here. */
  held(): readonly HomeInUse[];
  /** Of all that are in use here. */
  mirrors(): readonly Mirror[];
  /** As its link says now; undefined when it has none. */
  stateOf(homeId: string): HomeState | undefined;
  close(): Promise<void>;
}

const TRIM_EVERY_MS = 15_000;

export function createHolder(deps: HolderDeps): Holder {
  const held = new Map<string, Promise<Settled>>();
  const settled = new Map<string, Settled>();
  let isClosed = false;
  const trimming = setInterval(() => trim(mirrors(), deps.mirrorBudgetBytes), TRIM_EVERY_MS);
  trimming.unref();

  function mirrors(): readonly Mirror[] {
    return [...settled.values()].map(({ mirror }) => mirror);
  }

  async function open(tenantId: string, homeId: string): Promise<Settled> {
    const elsewhere = await deps.openElsewhere?.(tenantId, homeId);
    const home = elsewhere
      ? timedHome(elsewhere, () => undefined)
      : timedHome(await openDirect(tenantId, homeId), deps.onCall);
    return { home, mirror: createMirror(home), isElsewhere: elsewhere !== undefined };
  }

  async function openDirect(tenantId: string, homeId: string): Promise<Home> {
    return createDirectHome({
      ...(await deps.readLink(tenantId, homeId)),
      onState: (info) => deps.onState(tenantId, homeId, info),
      onBug: (error) => deps.onBug?.(homeId, error),
    });
  }

  /** Opens it, and keeps it unless it was released meanwhile: then it is closed, and made of an address that may be old. */
  function begin(tenantId: string, homeId: string): Promise<Settled> {
    const opening = open(tenantId, homeId);
    held.set(homeId, opening);
    opening.then(
      (one) => {
        if (held.get(homeId) === opening) settled.set(homeId, one);
      },
      () => {
        if (held.get(homeId) === opening) held.delete(homeId);
      },
    );
    return opening;
  }

  async function release(homeId: string): Promise<void> {
    const one = held.get(homeId);
    held.delete(homeId);
    settled.delete(homeId);
    await one?.then(
      ({ home, mirror }) => {
        mirror.drop();
        return home.close();
      },
      () => undefined,
    );
  }

  async function hold(tenantId: string, homeId: string): Promise<Settled> {
    if (isClosed)
      throw new Fault('CONNECTION_FAILED', 'This hub is stopping.', { suggestion: 'Retry in some seconds.' });
    const known = settled.get(homeId);
    if (known) return known;
    const opening = held.get(homeId) ?? begin(tenantId, homeId);
    const one = await opening;
    return held.get(homeId) === opening ? one : hold(tenantId, homeId);
  }

  return {
    hold,
    release,
    held: () => [...settled.values()].filter(({ isElsewhere }) => !isElsewhere),
    mirrors,
    stateOf: (homeId) => settled.get(homeId)?.home.info.state,
    async close() {
      isClosed = true;
      clearInterval(trimming);
      await Promise.all([...held.keys()].map(release));
    },
  };
}

/** Drops the least recently used mirrors until the rest fits; they fill again on the next read. */
function trim(mirrors: readonly Mirror[], budgetBytes: number): void {
  const byUse = [...mirrors].sort((a, b) => b.usedAt - a.usedAt);
  let sum = 0;
  for (const mirror of byUse) {
    sum += mirror.byteSize;
    if (sum > budgetBytes) mirror.drop();
  }
}
