/** The source was refused before anything ran: a syntax error, or a construct outside the allowed subset. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/** The program asked for more memory, time or depth than a transformation may use. */
export class Overrun extends Error {
  override readonly name = 'Overrun';
}

/** A Python exception raised by the program, under its Python class name. */
export class Raised extends Error {
  override readonly name = 'Raised';
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}
