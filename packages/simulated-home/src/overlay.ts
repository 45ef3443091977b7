/** A map over a shared base: reads fall through, writes stay here. Ten thousand homes share one base. */
export class Overlay<V> {
  readonly #base: ReadonlyMap<string, V>;
  /** undefined as a value marks a deleted base key. */
  #own: Map<string, V | undefined> | undefined;

  constructor(base: ReadonlyMap<string, V>) {
    this.#base = base;
  }

  get(key: string): V | undefined {
    return this.#own?.has(key) ? this.#own.get(key) : this.#base.get(key);
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  set(key: string, value: V): V {
    this.#own ??= new Map();
    this.#own.set(key, value);
    return value;
  }

  delete(key: string): boolean {
    const found = this.has(key);
    this.#own ??= new Map();
    if (this.#base.has(key)) this.#own.set(key, undefined);
    else this.#own.delete(key);
    return found;
  }

  *entries(): Generator<[string, V]> {
    for (const [key, base] of this.#base) {
      const value = this.#own?.has(key) ? this.#own.get(key) : base;
      if (value !== undefined) yield [key, value];
    }
    for (const [key, value] of this.#own ?? []) {
      if (value !== undefined && !this.#base.has(key)) yield [key, value];
    }
  }

  values(): V[] {
    return Array.from(this.entries(), ([, value]) => value);
  }

  keys(): string[] {
    return Array.from(this.entries(), ([key]) => key);
  }
}
