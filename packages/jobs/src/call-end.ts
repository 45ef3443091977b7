/** A write by a tool at a home, under an id that was made and stored before it. */
export interface NamedCall {
  readonly callId: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly homeId: string;
}

/** What was found out about a call whose answer was lost, and nothing of it is a guess. */
export type CallEnd =
  /**
   * The home is as it was, and what comes later under this id is refused before it is sent. One thing is out of reach: a process that
   * stored its last word before a write, then stood still for minutes, and sends as it wakes.
   */
  | { readonly is: 'not_done' }
  | { readonly is: 'done' }
  /** The call began this job, which answers in its place. */
  | { readonly is: 'goes_on'; readonly jobId: string }
  | { readonly is: 'failed'; readonly code: string; readonly message: string }
  | { readonly is: 'unknown'; readonly message: string };

/** What is said of a write of which nothing can be found out. */
export const INTERRUPTED = 'The hub was interrupted amid this write and did not repeat it: look at the home.';

/** Context of a fault that says: the home is at a replica of a version that cannot keep such an id, and nothing was sent. */
export const UNNAMED_ONLY = 'unnamed_only';
