/** Ways in which a home can fail its client; all off unless a test asks. */
export interface Misbehaviour {
  /** true: silent from the first byte, REST too; after_auth: takes the token, then answers nothing more. */
  readonly hang?: boolean | 'after_auth';
  /** Answers every command with a frame that is not JSON. */
  readonly garbage?: boolean;
  /** Cuts the connection in the middle of the next answer's frame. */
  readonly closeMidFrame?: boolean;
  /** Refuses the right token. */
  readonly refuseToken?: boolean;
  /** Milliseconds before every answer. */
  readonly slowMs?: number;
  /** Answers 403 to everything, as after too many failed logins. */
  readonly ban?: boolean;
}

/** Held by the server, read at every answer, so that a running connection starts to misbehave at once. */
export interface Mood {
  now: Misbehaviour;
}
