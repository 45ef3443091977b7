/** What the load process is told to do: plain data, as it travels between processes. */
export interface HttpTraffic {
  readonly kind: 'http';
  readonly host: string;
  readonly port: number;
  /** One list per connection: whole HTTP requests, sent in turn and from the start again. */
  readonly lanes: readonly (readonly string[])[];
  /** Text that a right answer holds, and text that only a failure holds. */
  readonly wants: string;
  readonly refuses: string;
}

export interface WsAsk {
  readonly command: Readonly<Record<string, unknown>>;
  /** Counts as answered only when the home has also told this new state. */
  readonly seen?: { readonly entityId: string; readonly state: string };
}

/** One socket, over which every lane has one command on its way. */
export interface WsTraffic {
  readonly kind: 'ws';
  readonly url: string;
  readonly token: string;
  readonly lanes: readonly (readonly WsAsk[])[];
}

export type Traffic = HttpTraffic | WsTraffic;

export interface Slice {
  readonly traffic: Traffic;
  readonly warmMs: number;
  readonly measureMs: number;
}

export interface Samples {
  /** One per answer within the measured time. */
  readonly durationsUs: readonly number[];
  readonly measuredMs: number;
  /** Answers while warming up included. */
  readonly answers: number;
  readonly failures: number;
  readonly firstFailure: string | undefined;
  /** Share of one core that the load process itself used. */
  readonly busy: number;
}
