/** One thing at a time is asked of it. */
export interface Lane {
  /** Resolves with undefined when the answer was right, else with what was wrong. @throws Error when the connection broke */
  ask(turn: number): Promise<string | undefined>;
}

/** The lanes of one slice over their open connections. */
export interface Lanes extends Disposable {
  readonly all: readonly Lane[];
}
