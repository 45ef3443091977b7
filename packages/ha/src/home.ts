import type { Readable } from 'node:stream';
import type { Fault } from '@hub/core/fault.ts';

/** One WebSocket command without its id. Source: HA `components/websocket_api`. */
export interface Command {
  readonly type: string;
  readonly [key: string]: unknown;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds until the call fails with TIMEOUT_WEBSOCKET / TIMEOUT_API_REQUEST; 30,000 unless told. */
  readonly deadlineMs?: number;
  /** False for reads, which may simply be asked again. A write whose answer is lost throws a Fault with `outcomeUnknown`. Default true for REST methods other than GET and for `call_service`-like commands. */
  readonly isWrite?: boolean;
}

export interface SubscribeOptions extends CallOptions {
  /** Called after a reconnect, right before the events of the renewed subscription: what follows is a full picture again. */
  onRenewed?(): void;
  /** Called when the home would not renew it after a reconnect, or its link was closed (CONNECTION_FAILED): no more events come. */
  onEnded?(fault: Fault): void;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the server root, without query: `/api/config/automation/config/1`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Plain values are sent as JSON; a stream goes out as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Must be read to its end or destroyed. */
  readonly body: Readable;
}

/**
 * offline: no link yet or lost · starting: linked, Home Assistant still loads (absence of an entity proves nothing) ·
 * running · reauth_required: the home refused our credential, no automatic retry · banned: the home answers 403 to this hub's address.
 */
export type HomeState = 'offline' | 'starting' | 'running' | 'reauth_required' | 'banned';

export interface HomeInfo {
  readonly state: HomeState;
  /** Calendar version such as `2026.11.0`; undefined until first linked. */
  readonly haVersion: string | undefined;
  readonly isAdmin: boolean;
  readonly components: ReadonlySet<string>;
  readonly timeZone: string;
  readonly locationName: string;
  /** Base address people would open, without trailing slash. */
  readonly baseUrl: string;
  /** True for the simulated home that greets newcomers. */
  readonly isSimulated: boolean;
}

export interface Subscription {
  /** Stops the events; safe to call twice and after the link is gone. */
  close(): Promise<void>;
}

/** One Home Assistant, however it is reached. Closed: growth happens in free functions over it. */
export interface Home {
  readonly id: string;
  readonly info: HomeInfo;
  /** The `result` of one command. @throws Fault */
  send(command: Command, options?: CallOptions): Promise<unknown>;
  /**
   * Events of a subscription, re-subscribed after a reconnect; `onEvent` may run before this resolves.
   * @throws Fault
   */
  subscribe(command: Command, onEvent: (event: unknown) => void, options?: SubscribeOptions): Promise<Subscription>;
  /** Any status is an answer, not an error; see `http.ts` for the strict helpers. @throws Fault when no answer came. */
  rest(request: HttpRequest, options?: CallOptions): Promise<HttpResponse>;
  /** The Supervisor's own API (`/addons`, `/backups` …) where the home has one. @throws Fault COMPONENT_NOT_INSTALLED */
  supervisor(request: HttpRequest, options?: CallOptions): Promise<HttpResponse>;
  /** Opens the link if needed and resolves when Home Assistant runs. @throws Fault when it cannot be reached, or still starts at the deadline. */
  ready(options?: CallOptions): Promise<void>;
  /** Ends the link and everything waiting on it. */
  close(): Promise<void>;
}
