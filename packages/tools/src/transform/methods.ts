import { indexNumber, take } from './arguments.ts';
import { DICT_METHODS } from './dict-methods.ts';
import { GROUP_METHODS } from './group-methods.ts';
import { collect } from './iterate.ts';
import { LIST_METHODS, type Methods, sequenceCount, sequenceIndex } from './list-methods.ts';
import { Raised } from './refusal.ts';
import { STR_METHODS } from './str-methods.ts';
import { Callable, Dict, Group, numeric, Range, Tuple, typeOf, type Value } from './values.ts';

const TUPLE_METHODS: Methods<Tuple> = {
  index: (run, self, args, keywords) => sequenceIndex(run, 'tuple', self.items, args, keywords),
  count: (run, self, args, keywords) => sequenceCount(run, self.items, args, keywords),
};

const RANGE_METHODS: Methods<Range> = {
  index(run, self, args, keywords) {
    const wanted = take('index', args, keywords, { required: 1, most: 1 }).at(0);
    const at = typeof numeric(wanted) === 'bigint' ? (indexNumber(wanted) - self.start) / self.step : -1;
    if (Number.isInteger(at) && at >= 0 && at < self.length) return BigInt(at);
    return sequenceIndex(run, 'range', [], [wanted], keywords);
  },
  count: (run, self, args, keywords) => sequenceCount(run, collect(run, self), args, keywords),
};

/** `object.name`, ready to be called. @throws Raised AttributeError */
export function methodOf(object: Value, name: string): Callable {
  const bound = bind(object, name);
  if (bound === undefined) throw new Raised('AttributeError', `'${typeOf(object)}' object has no attribute '${name}'`);
  return bound;
}

function bind(object: Value, name: string): Callable | undefined {
  if (Array.isArray(object)) return boundTo(object, LIST_METHODS, name);
  if (object instanceof Dict) return boundTo(object, DICT_METHODS, name);
  if (typeof object === 'string') return boundTo(object, STR_METHODS, name);
  if (object instanceof Tuple) return boundTo(object, TUPLE_METHODS, name);
  if (object instanceof Range) return boundTo(object, RANGE_METHODS, name);
  if (object instanceof Group) return boundTo(object, GROUP_METHODS, name);
  return unbound(object, name);
}

function boundTo<T extends Value>(self: T, methods: Methods<T>, name: string): Callable | undefined {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (method === undefined) return undefined;
  return new Callable(name, 'builtin_function_or_method', (run, args, keywords) => method(run, self, args, keywords));
}

/** `str.lower` as a function of the object, as in `sorted(names, key=str.lower)`. */
function unbound(type: Value, name: string): Callable | undefined {
  if (!(type instanceof Callable) || type.isInstance === undefined) return undefined;
  const { isInstance, name: typeName } = type;
  return new Callable(name, 'builtin_function_or_method', (run, [self = null, ...args], keywords) => {
    if (!isInstance(self))
      throw new Raised(
        'TypeError',
        `descriptor '${name}' for '${typeName}' objects doesn't apply to a '${typeOf(self)}' object`,
      );
    return methodOf(self, name).call(run, args, keywords);
  });
}
