import { Fault } from '@hub/core/fault.ts';
import { createBackoff } from './backoff.ts';
import { type DialTarget, dial } from './dial.ts';
import type { HomeInfo, HomeState } from './home.ts';
import { verifyIsHomeAssistant } from './identity.ts';
import { within } from './pause.ts';
import { type HaSocket, openSocket } from './socket.ts';
import { type HomeFacts, readFacts, readIsAdmin, untilRunning } from './start-up.ts';

export interface LinkOptions {
  readonly target: DialTarget;
  readonly token: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly isSimulated: boolean;
  /** Something waits for the home, so a lost link is dialled again unasked. */
  isNeeded(): boolean;
  /** A new socket to a Home Assistant that runs; before that, absence proves nothing. */
  onRunning(socket: HaSocket): Promise<void>;
  onState(info: HomeInfo): void;
  onBug(error: unknown): void;
}

/** The one connection to a home through its life: opened when needed, dialled again, given up when refused. */
export interface Link {
  readonly info: HomeInfo;
  /** The socket, when it is alive. */
  readonly socket: HaSocket | undefined;
  /** Waits at most 10 s for one. @throws Fault CONNECTION_FAILED | CONNECTION_TIMEOUT | AUTH_INVALID_TOKEN | CANCELLED */
  linked(signal: AbortSignal | undefined, deadlineMs: number): Promise<HaSocket>;
  /** Resolves once Home Assistant runs. @throws Fault as `linked` */
  running(signal: AbortSignal | undefined, deadlineMs: number): Promise<void>;
  /** The home refused our credential: nothing is sent any more. */
  refuse(fault: Fault): void;
  close(): Promise<void>;
}

const LINK_WAIT_MS = 10_000;
/** Home Assistant forgets a ban only when its owner edits a file and restarts it. */
const BANNED_MS = 3 * 3_600_000;

export function createLink(options: LinkOptions): Link {
  const { target, token, headers } = options;
  const backoff = createBackoff();
  let info = firstInfo(options);
  let socket: HaSocket | undefined;
  let isSilent = false;
  let opening: Promise<HaSocket> | undefined;
  /** Ends the wait of everybody when the link is closed while it opens. */
  let endOpening: ((fault: Fault) => void) | undefined;
  let retry: NodeJS.Timeout | undefined;
  let lastFailure: Fault | undefined;
  let bannedUntil = 0;
  let refusal: Fault | undefined;
  const changed = new Set<() => void>();

  function update(change: Partial<HomeInfo>): void {
    const before = info.state;
    info = { ...info, ...change };
    if (info.state !== before) options.onState(info);
    for (const one of [...changed]) one();
  }

  /** Resolves with the first defined answer of `look`, asked again at every change. */
  function until<T>(
    look: () => T | undefined,
    deadlineMs: number,
    signal: AbortSignal | undefined,
    late: () => Fault,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const check = () => {
      const found = look();
      if (found !== undefined) resolve(found);
      else if (refusal) reject(refusal);
    };
    changed.add(check);
    check();
    return within(promise, deadlineMs, signal, late).finally(() => changed.delete(check));
  }

  async function open(): Promise<HaSocket> {
    await verifyIsHomeAssistant(target, headers);
    const connection = await dial(target);
    const opened: HaSocket = await openSocket({
      ...{ url: target.url, token, headers, connection },
      onLost: () => onLost(opened),
      onSilence: (is) => onSilence(opened, is),
      onBug: options.onBug,
    });
    try {
      const [isAdmin, facts] = await Promise.all([readIsAdmin(opened), readFacts(opened)]);
      if (refusal) throw refusal;
      socket = opened;
      isSilent = false;
      backoff.onLinked();
      await settle(opened, facts, { isAdmin, haVersion: opened.haVersion });
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  async function settle(on: HaSocket, { isRunning, ...facts }: HomeFacts, change: Partial<HomeInfo>): Promise<void> {
    update({ ...facts, ...change, state: isRunning ? 'running' : 'starting' });
    // In the same tick, so that nobody reads "running" before what is subscribed knows that it is stale.
    if (isRunning) return options.onRunning(on);
    void untilRunning(on).then((later) => {
      if (later && socket === on) return settle(on, later, {});
      return undefined;
    });
  }

  function onLost(gone: HaSocket): void {
    if (socket !== gone) return;
    socket = undefined;
    backoff.onLost();
    if (!refusal) update({ state: 'offline' });
    scheduleRetry();
  }

  let stateBeforeSilence: HomeState = 'offline';
  function onSilence(on: HaSocket, is: boolean): void {
    if (socket !== on) return;
    isSilent = is;
    if (is) stateBeforeSilence = info.state;
    update({ state: is ? 'offline' : stateBeforeSilence });
  }

  function scheduleRetry(): void {
    if (retry || refusal || !options.isNeeded()) return;
    const leftMs = bannedUntil - performance.now();
    retry = setTimeout(
      () => {
        retry = undefined;
        if (options.isNeeded()) connect().catch(() => undefined);
      },
      leftMs > 0 ? leftMs : backoff.nextMs(),
    );
    retry.unref();
  }

  function connect(): Promise<HaSocket> {
    if (opening) return opening;
    const { promise, resolve, reject } = Promise.withResolvers<HaSocket>();
    endOpening = reject;
    open().then(resolve, reject);
    opening = promise
      .catch((error: unknown) => {
        if (error instanceof Fault) onFailed(error);
        throw error;
      })
      .finally(() => {
        opening = undefined;
        if (!socket) scheduleRetry();
      });
    return opening;
  }

  function onFailed(fault: Fault): void {
    backoff.onFailed();
    lastFailure = fault;
    if (fault.code !== 'AUTH_INVALID_TOKEN' || refusal) return;
    if (fault.context['status'] === 403) {
      bannedUntil = performance.now() + BANNED_MS;
      update({ state: 'banned' });
    } else refuse(fault);
  }

  function refuse(fault: Fault): void {
    refusal = fault;
    update({ state: 'reauth_required' });
    socket?.close();
  }

  async function linked(signal: AbortSignal | undefined, deadlineMs: number): Promise<HaSocket> {
    if (refusal) throw refusal;
    const waitMs = Math.min(deadlineMs, LINK_WAIT_MS);
    const late = () => unreachable(lastFailure);
    if (socket) return isSilent ? until(() => (isSilent ? undefined : socket), waitMs, signal, late) : socket;
    if (!opening && lastFailure && (bannedUntil > performance.now() || backoff.isCoolingDown)) throw lastFailure;
    return within(connect(), waitMs, signal, late);
  }

  return {
    get info() {
      return info;
    },
    get socket() {
      return isSilent || refusal ? undefined : socket;
    },
    linked,
    async running(signal, deadlineMs) {
      const startedAt = performance.now();
      await linked(signal, deadlineMs);
      const leftMs = Math.max(1, deadlineMs - (performance.now() - startedAt));
      await until(() => (info.state === 'running' ? true : undefined), leftMs, signal, stillStarting);
    },
    refuse,
    async close() {
      clearTimeout(retry);
      const fault = closedFault();
      refusal ??= fault;
      endOpening?.(fault);
      const last = socket;
      last?.close();
      // A refusal stays known; that we closed is no news to whoever did.
      if (info.state === 'running' || info.state === 'starting') info = { ...info, state: 'offline' };
      for (const one of [...changed]) one();
      await last?.closed;
    },
  };
}

function firstInfo({ target, isSimulated }: LinkOptions): HomeInfo {
  return {
    state: 'offline',
    haVersion: undefined,
    isAdmin: false,
    components: new Set(),
    timeZone: 'UTC',
    locationName: '',
    baseUrl: target.url.origin,
    isSimulated,
  };
}

function unreachable(cause: Fault | undefined): Fault {
  return new Fault('CONNECTION_TIMEOUT', 'The home is not reachable.', {
    suggestion: 'Check that it is on and online, then retry.',
    cause,
  });
}

function stillStarting(): Fault {
  return new Fault('CONNECTION_TIMEOUT', 'The home is not ready: its Home Assistant is still starting.', {
    suggestion: 'Wait a minute, then retry.',
  });
}

/** Said to everybody who still wants something of a link that was closed. */
export function closedFault(): Fault {
  return new Fault('CONNECTION_FAILED', 'The link to this home was closed.', {
    suggestion: 'Retry: the hub opens it again when its settings are in place.',
  });
}
