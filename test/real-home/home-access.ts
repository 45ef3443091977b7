/** What a test needs to speak with a real home. */
export interface HomeAccess {
  /** `http://127.0.0.1:41234`, without a slash at the end. */
  readonly url: string;
  /** Long-lived token of the owner, an administrator. */
  readonly token: string;
  /** Long-lived token of a user in `system-read-only`; undefined when a home was given without one. */
  readonly readOnlyToken: string | undefined;
  /** The home's /config as this machine sees it; undefined when the home runs elsewhere. */
  readonly configDir: string | undefined;
}

export interface RealHome extends HomeAccess, AsyncDisposable {
  readonly way: Way;
  /** Ends Home Assistant with SIGKILL, as a power cut would. */
  kill(): Promise<void>;
  /** Starts it again after `kill` or `stop`, same address and configuration; resolves in state RUNNING. */
  start(): Promise<void>;
  /** Freezes the process: connections stay open and nothing answers. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends Home Assistant in its ordinary way; harmless when it has ended. `await using` removes its folder as well. */
  stop(): Promise<void>;
}

/** How a home is had: a running one by its address, the official image, or a root file system of our own. */
export type Way = 'given' | 'container' | 'chroot';

export interface StartOptions {
  /** Default: one that is free. */
  readonly port?: number;
  /** Default true: a new home. False takes up the folder of the last home on this port, when there is one. */
  readonly fresh?: boolean;
  /** `127.0.0.1:1234`: where a Supervisor (or what plays it) listens; loads the integration `hassio`. */
  readonly supervisor?: string;
}
