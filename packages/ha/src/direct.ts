import { Fault } from '@hub/core/fault.ts';
import { parseHomeUrl } from './address.ts';
import { isReadCommand } from './command-kinds.ts';
import { dial, type TransportSecurity } from './dial.ts';
import { commandFault } from './faults.ts';
import type { CallOptions, Command, Home, HomeInfo, HttpRequest, SubscribeOptions, Subscription } from './home.ts';
import { verifyIsHomeAssistant } from './identity.ts';
import { createLane } from './lane.ts';
import { cancelled, within } from './pause.ts';
import { createRest } from './rest.ts';
import { type HaSocket, openSocket } from './socket.ts';
import { startUp } from './start-up.ts';
import { supervisorRequest } from './supervisor.ts';

export interface DirectHomeOptions extends TransportSecurity {
  readonly id: string;
  readonly url: string;
  readonly token: string;
  readonly isSimulated?: boolean | undefined;
  /** Up to five headers that a door before the home wants (Cloudflare Access). */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly allowPrivateAddresses: boolean;
  readonly onState?: ((info: HomeInfo) => void) | undefined;
}

const DEFAULT_DEADLINE_MS = 30_000;
/** How long a call waits for a link that is down before it says so. */
const LINK_WAIT_MS = 10_000;
const MAX_IN_FLIGHT = 32;
const MAX_BACKOFF_MS = 60_000;
const BANNED_BACKOFF_MS = 3 * 3_600_000;

interface LiveSubscription {
  readonly command: Command;
  readonly onEvent: (event: unknown) => void;
  readonly onRenewed: (() => void) | undefined;
  id: number | undefined;
}

/** A home reached at its URL with a credential: one WebSocket, opened on first use, kept while anything needs it. */
export function createDirectHome(options: DirectHomeOptions): Home {
  const url = parseHomeUrl(options.url);
  const target = { ...options, url, policy: { allowPrivate: options.allowPrivateAddresses } };
  const headers = options.headers ?? {};
  const rest = createRest({ target, token: options.token, headers, onRefused: () => refuse(tokenRefused()) });
  const lane = createLane(MAX_IN_FLIGHT);
  const subscriptions = new Set<LiveSubscription>();

  let info: HomeInfo = {
    state: 'offline',
    haVersion: undefined,
    isAdmin: false,
    components: new Set(),
    timeZone: 'UTC',
    locationName: '',
    baseUrl: url.origin,
    isSimulated: options.isSimulated ?? false,
  };
  let socket: HaSocket | undefined;
  let opening: Promise<HaSocket> | undefined;
  let retry: NodeJS.Timeout | undefined;
  let failures = 0;
  /** Set once the home refused us: nothing is tried again with this credential. */
  let refusal: Fault | undefined;
  let isClosed = false;
  const lost = new Set<() => void>();

  function update(change: Partial<HomeInfo>): void {
    const before = info.state;
    info = { ...info, ...change };
    if (info.state !== before) options.onState?.(info);
  }

  function refuse(fault: Fault): void {
    refusal = fault;
    update({ state: 'reauth_required' });
    socket?.close();
  }

  async function open(): Promise<HaSocket> {
    await verifyIsHomeAssistant(target, headers);
    const opened = await openSocket({ url, token: options.token, headers, connection: await dial(target) });
    if (isClosed) {
      opened.close();
      throw closedFault();
    }
    socket = opened;
    opened.onLost = () => onLost(opened);
    update({ state: 'starting', haVersion: opened.haVersion });
    await startUp(opened, { isClosed: () => socket !== opened, onInfo: update, onRunning: () => renew(opened) });
    failures = 0;
    return opened;
  }

  function onLost(gone: HaSocket): void {
    if (socket !== gone) return;
    socket = undefined;
    for (const one of [...lost]) one();
    if (info.state !== 'reauth_required' && info.state !== 'banned') update({ state: 'offline' });
    if (subscriptions.size > 0) scheduleRetry();
  }

  /** Full jitter, so that a restarted hub or a returning line does not bring a thousand links in one second. */
  function scheduleRetry(): void {
    if (isClosed || retry || refusal) return;
    const ceiling = info.state === 'banned' ? BANNED_BACKOFF_MS : Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** failures);
    retry = setTimeout(() => {
      retry = undefined;
      connect().catch(() => undefined);
    }, Math.random() * ceiling);
    retry.unref();
  }

  function connect(): Promise<HaSocket> {
    if (opening) return opening;
    opening = open()
      .catch((error: unknown) => {
        failures++;
        if (error instanceof Fault && error.code === 'AUTH_INVALID_TOKEN') {
          if (error.context['status'] === 403) update({ state: 'banned' });
          else refuse(error);
        }
        if (subscriptions.size > 0) scheduleRetry();
        throw error;
      })
      .finally(() => {
        opening = undefined;
      });
    return opening;
  }

  async function linked(signal: AbortSignal | undefined, deadlineMs: number): Promise<HaSocket> {
    if (isClosed) throw closedFault();
    if (refusal) throw refusal;
    if (socket) return socket;
    if (info.state === 'banned' && !opening)
      throw new Fault('CONNECTION_FAILED', 'The home refuses this hub’s address (403).', {
        suggestion: 'See ip_bans.yaml of that Home Assistant.',
      });
    return within(
      connect(),
      Math.min(deadlineMs, LINK_WAIT_MS),
      signal,
      () =>
        new Fault('CONNECTION_TIMEOUT', 'The home is not reachable.', {
          suggestion: 'Check that it is on and online, then retry.',
        }),
    );
  }

  /** Sends and waits; whatever happens after the frame left makes a write's outcome unknown. */
  function exchange(
    on: HaSocket,
    command: Command,
    { signal, deadlineMs = DEFAULT_DEADLINE_MS, isWrite }: CallOptions,
    subscription?: LiveSubscription,
  ): Promise<unknown> {
    const outcomeUnknown = isWrite ?? !isReadCommand(command.type);
    return new Promise((resolve, reject) => {
      const finish = (act: () => void) => {
        clearTimeout(timer);
        lost.delete(onGone);
        signal?.removeEventListener('abort', onAbort);
        act();
      };
      const abandon = (fault: Fault) =>
        finish(() => {
          on.forget(id);
          reject(fault);
        });
      const onGone = () =>
        abandon(
          new Fault('WEBSOCKET_DISCONNECTED', `The link to the home was lost before ${command.type} was answered.`, {
            suggestion: outcomeUnknown ? 'It may have taken effect: read the state before repeating it.' : 'Retry.',
            outcomeUnknown,
          }),
        );
      const onAbort = () =>
        abandon(new Fault('CANCELLED', 'The call was cancelled.', { outcomeUnknown, cause: signal?.reason }));
      const timer = setTimeout(
        () =>
          abandon(
            new Fault(
              'TIMEOUT_WEBSOCKET',
              `Home Assistant did not answer ${command.type} within ${deadlineMs / 1_000} s.`,
              {
                suggestion: outcomeUnknown
                  ? 'It may still be running: read the state before repeating it.'
                  : 'Retry; the home may be busy.',
                outcomeUnknown,
              },
            ),
          ),
        deadlineMs,
      );
      const id = on.send(command, {
        onEvent: subscription?.onEvent,
        resolve: (result) => finish(() => resolve(result)),
        reject: (error) => finish(() => reject(commandFault(command.type, error))),
      });
      if (subscription) subscription.id = id;
      lost.add(onGone);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** After a reconnect, and only once Home Assistant runs: before that, absence proves nothing. */
  async function renew(on: HaSocket): Promise<void> {
    await Promise.all(
      [...subscriptions].map(async (one) => {
        if (one.id !== undefined) return;
        one.onRenewed?.();
        await exchange(on, one.command, { isWrite: false }, one).catch(() => subscriptions.delete(one));
      }),
    );
  }

  async function subscribe(
    command: Command,
    onEvent: (event: unknown) => void,
    callOptions: SubscribeOptions = {},
  ): Promise<Subscription> {
    const { signal, deadlineMs = DEFAULT_DEADLINE_MS } = callOptions;
    const on = await linked(signal, deadlineMs);
    const one: LiveSubscription = { command, onEvent, onRenewed: callOptions.onRenewed, id: undefined };
    await exchange(on, command, { ...callOptions, isWrite: false }, one);
    subscriptions.add(one);
    lost.add(onGone);
    function onGone(): void {
      one.id = undefined;
    }
    return {
      async close() {
        lost.delete(onGone);
        if (!subscriptions.delete(one) || one.id === undefined || socket !== on) return;
        on.forget(one.id);
        await exchange(
          on,
          { type: 'unsubscribe_events', subscription: one.id },
          { isWrite: false, deadlineMs: 5_000 },
        ).catch(() => undefined);
      },
    };
  }

  async function send(command: Command, callOptions: CallOptions = {}): Promise<unknown> {
    const { signal, deadlineMs = DEFAULT_DEADLINE_MS } = callOptions;
    if (signal?.aborted) throw cancelled(signal);
    const on = socket && !refusal ? socket : await linked(signal, deadlineMs);
    const leave = lane.enter() ?? (await lane.wait(signal, deadlineMs));
    try {
      return await exchange(on, command, callOptions);
    } finally {
      leave();
    }
  }

  const home: Home = {
    id: options.id,
    get info() {
      return info;
    },
    send,
    subscribe,
    async rest(request: HttpRequest, callOptions: CallOptions = {}) {
      if (refusal) throw refusal;
      return rest.request(request, callOptions);
    },
    supervisor: (request, callOptions = {}) => supervisorRequest(home, request, callOptions),
    async ready({ signal, deadlineMs = DEFAULT_DEADLINE_MS } = {}) {
      await linked(signal, deadlineMs);
    },
    async close() {
      isClosed = true;
      clearTimeout(retry);
      subscriptions.clear();
      socket?.close();
      await rest.close();
      await socket?.closed;
      await opening?.catch(() => undefined);
    },
  };
  return home;
}

function closedFault(): Fault {
  return new Fault('CONNECTION_FAILED', 'The link to this home was closed.', {
    suggestion: 'Retry: the hub opens it again when its settings are in place.',
  });
}

function tokenRefused(): Fault {
  return new Fault('AUTH_INVALID_TOKEN', 'Home Assistant refused the token of this home.', {
    suggestion: 'Make a new long-lived access token there and store it: hub homes set NAME --token',
  });
}
