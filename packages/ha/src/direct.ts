import { parseHomeUrl } from './address.ts';
import type { TransportSecurity } from './dial.ts';
import { DEFAULT_DEADLINE_MS, exchange } from './exchange.ts';
import type { CallOptions, Command, Home, HomeInfo } from './home.ts';
import { createLane } from './lane.ts';
import { closedFault, createLink } from './link.ts';
import { doorHeaders } from './outgoing-headers.ts';
import { cancelled } from './pause.ts';
import { createRest } from './rest.ts';
import { tokenRefused } from './socket.ts';
import { createSubscriptions } from './subscriptions.ts';
import { supervisorRequest } from './supervisor.ts';

export interface DirectHomeOptions extends TransportSecurity {
  readonly id: string;
  readonly url: string;
  readonly token: string;
  readonly isSimulated?: boolean | undefined;
  /** Up to five headers that a door before the home wants (Cloudflare Access). */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly allowPrivateAddresses: boolean;
  /** Commands on their way at a time; the rest wait in line. 16 unless told. */
  readonly maxInFlight?: number | undefined;
  /** Called at every change of `info.state`. */
  readonly onState?: ((info: HomeInfo) => void) | undefined;
  /** Told of a bug in a listener; the link it belonged to is ended and opened anew. */
  readonly onBug?: ((error: unknown) => void) | undefined;
}

const MAX_IN_FLIGHT = 16;

/**
 * A home reached at its URL with a credential: one WebSocket, opened on first use, kept while anything needs it.
 * A refused credential is never tried again; make a new one with a new token.
 * @throws Fault ADDRESS_NOT_ALLOWED | VALIDATION_INVALID_PARAMETER for an address or headers that cannot be used
 */
export function createDirectHome(options: DirectHomeOptions): Home {
  const url = parseHomeUrl(options.url);
  const target = { ...options, url, policy: { allowPrivate: options.allowPrivateAddresses } };
  const headers = doorHeaders(options.headers ?? {});
  const lane = createLane(options.maxInFlight ?? MAX_IN_FLIGHT);
  const subscriptions = createSubscriptions();
  const link = createLink({
    target,
    token: options.token,
    headers,
    isSimulated: options.isSimulated ?? false,
    isNeeded: () => subscriptions.size > 0,
    onRunning: subscriptions.renew,
    onState: (info) => options.onState?.(info),
    onBug: (error) => options.onBug?.(error),
  });
  const rest = createRest({
    target,
    token: options.token,
    headers,
    // While the socket stands the token is good: this 401 only means that its user may not do that.
    onRefused() {
      if (!link.socket) link.refuse(tokenRefused());
    },
  });

  async function send(command: Command, callOptions: CallOptions = {}): Promise<unknown> {
    const { signal, deadlineMs = DEFAULT_DEADLINE_MS } = callOptions;
    if (signal?.aborted) throw cancelled(signal);
    const until = performance.now() + deadlineMs;
    const leftMs = () => Math.max(1, until - performance.now());
    if (!link.socket) await link.linked(signal, deadlineMs);
    const leave = lane.enter() ?? (await lane.wait(signal, leftMs()));
    try {
      const on = link.socket ?? (await link.linked(signal, leftMs()));
      return await exchange(on, command, { ...callOptions, deadlineMs: leftMs() });
    } finally {
      leave();
    }
  }

  const home: Home = {
    id: options.id,
    get info() {
      return link.info;
    },
    send,
    async subscribe(command, onEvent, subscribeOptions = {}) {
      const { signal, deadlineMs = DEFAULT_DEADLINE_MS } = subscribeOptions;
      const on = link.socket ?? (await link.linked(signal, deadlineMs));
      return subscriptions.open(on, command, onEvent, subscribeOptions);
    },
    async rest(request, callOptions = {}) {
      const { signal, deadlineMs = DEFAULT_DEADLINE_MS } = callOptions;
      // Who answers there was asked before the socket opened; the token goes nowhere else.
      if (!link.socket) await link.linked(signal, deadlineMs);
      return rest.request(request, callOptions);
    },
    supervisor: (request, callOptions = {}) => supervisorRequest(home, request, callOptions),
    ready: ({ signal, deadlineMs = DEFAULT_DEADLINE_MS } = {}) => link.running(signal, deadlineMs),
    async close() {
      subscriptions.clear(closedFault());
      await Promise.all([link.close(), rest.close()]);
    },
  };
  return home;
}
