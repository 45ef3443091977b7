import { take } from './arguments.ts';
import { collect, iterableOf } from './iterate.ts';
import type { Methods } from './list-methods.ts';
import { Raised } from './refusal.ts';
import { repr } from './text.ts';
import { Dict, dictGet, dictSet, type Keywords, keyOf, type Run, typeError, type Value, View } from './values.ts';

/** What `dict(…)` and `update(…)` take: a dict, or pairs, and names. @throws Raised TypeError | ValueError */
export function updateDict(run: Run, dict: Dict, source: Value | undefined, keywords: Keywords): void {
  if (source instanceof Dict) for (const [key, value] of [...source.entries.values()]) dictSet(run, dict, key, value);
  else if (source !== undefined) for (const [key, value] of pairsOf(run, source)) dictSet(run, dict, key, value);
  for (const [key, value] of keywords) dictSet(run, dict, key, value);
}

function pairsOf(run: Run, source: Value): readonly (readonly [Value, Value])[] {
  return collect(run, source).map((item, n) => {
    if (iterableOf(run, item) === undefined) {
      throw typeError(`cannot convert dictionary update sequence element #${n} to a sequence`);
    }
    const [key, value, ...more] = collect(run, item);
    if (key !== undefined && value !== undefined && more.length === 0) return [key, value];
    const length = value === undefined ? Number(key !== undefined) : 2 + more.length;
    throw new Raised('ValueError', `dictionary update sequence element #${n} has length ${length}; 2 is required`);
  });
}

export const DICT_METHODS: Methods<Dict> = {
  get(run, self, args, keywords) {
    const given = take('get', args, keywords, { required: 1, most: 2 });
    const value = dictGet(run, self, given.at(0));
    return value === undefined ? given.at(1) : value;
  },
  pop(run, self, args, keywords) {
    const given = take('pop', args, keywords, { required: 1, most: 2 });
    const key = given.at(0);
    const known = dictGet(run, self, key);
    const value = known === undefined ? args[1] : known;
    if (value === undefined) throw new Raised('KeyError', repr(run, key));
    self.entries.delete(keyOf(run, key));
    return value;
  },
  setdefault(run, self, args, keywords) {
    const given = take('setdefault', args, keywords, { required: 1, most: 2 });
    const key = given.at(0);
    const known = dictGet(run, self, key);
    if (known !== undefined) return known;
    const value = given.at(1);
    dictSet(run, self, key, value);
    return value;
  },
  update(run, self, args, keywords) {
    if (args.length > 1) throw typeError(`update expected at most 1 argument, got ${args.length}`);
    updateDict(run, self, args[0], keywords);
    return null;
  },
  clear(_run, self, args, keywords) {
    take('dict.clear', args, keywords, { required: 0, most: 0 });
    self.entries.clear();
    return null;
  },
  keys: (_run, self, args, keywords) => view(self, 'keys', args, keywords),
  values: (_run, self, args, keywords) => view(self, 'values', args, keywords),
  items: (_run, self, args, keywords) => view(self, 'items', args, keywords),
};

function view(self: Dict, shows: View['shows'], args: readonly Value[], keywords: Keywords): View {
  take(`dict.${shows}`, args, keywords, { required: 0, most: 0 });
  return new View(self, shows);
}
