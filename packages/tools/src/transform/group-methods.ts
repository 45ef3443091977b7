import { take } from './arguments.ts';
import { iterate } from './iterate.ts';
import type { Methods } from './list-methods.ts';
import { Raised } from './refusal.ts';
import { repr } from './text.ts';
import { type Group, groupAdd, keyOf } from './values.ts';

export const GROUP_METHODS: Methods<Group> = {
  pop(_run, self, args, keywords) {
    take('set.pop', args, keywords, { required: 0, most: 0 });
    for (const [key, member] of self.members) {
      self.members.delete(key);
      return member;
    }
    throw new Raised('KeyError', "'pop from an empty set'");
  },
  remove(run, self, args, keywords) {
    const wanted = take('set.remove', args, keywords, { required: 1, most: 1 }).at(0);
    if (!self.members.delete(keyOf(run, wanted))) throw new Raised('KeyError', repr(run, wanted));
    return null;
  },
  clear(_run, self, args, keywords) {
    take('set.clear', args, keywords, { required: 0, most: 0 });
    self.members.clear();
    return null;
  },
  update(run, self, args, keywords) {
    take('set.update', [], keywords, { required: 0, most: 0 });
    for (const source of args) for (const value of iterate(run, source)) groupAdd(run, self, value);
    return null;
  },
};
