// `expect` as chai has it and `assert` as Node has it, as far as tests of responses use them.
(() => {
  class AssertionError extends Error {
    name = 'AssertionError';
  }

  const shown = (value) => {
    if (typeof value === 'function') return value.name || 'a function';
    if (value instanceof RegExp || value instanceof Error) return String(value);
    const json = JSON.stringify(value, (_, inner) => (inner instanceof RegExp ? String(inner) : inner));
    const text = json ?? String(value);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  };

  const fail = (message) => {
    throw new AssertionError(message);
  };

  const kindOf = (value) => {
    if (value === null) return 'null';
    if (Array.isArray(value)) return 'array';
    return typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1).toLowerCase() : typeof value;
  };

  const equalDates = (a, b) => a instanceof Date && b instanceof Date && a.getTime() === b.getTime();

  // Whether two values are the same all the way down; loosely, `1` is `'1'`.
  const same = (a, b, loose = false) => {
    if (Object.is(a, b) || (loose && a == b)) return true;
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
    if (a instanceof Date || b instanceof Date) return equalDates(a, b);
    if (a instanceof RegExp || b instanceof RegExp) return String(a) === String(b);
    if (kindOf(a) !== kindOf(b)) return false;
    if (a instanceof Map || a instanceof Set) return same([...a], [...b], loose);
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key], loose));
  };

  const sizeOf = (value) => value?.length ?? value?.size ?? Object.keys(value ?? {}).length;

  const at = (value, path) =>
    path
      .replaceAll(/\[(\w+)\]/g, '.$1')
      .split('.')
      .filter((step) => step !== '')
      .reduce((found, step) => found?.[step], value);

  const includes = (value, wanted, { deep, own }) => {
    const equal = deep ? same : Object.is;
    if (typeof value === 'string') return value.includes(String(wanted));
    if (value instanceof Set) return [...value].some((item) => equal(item, wanted));
    if (value instanceof Map) return [...value.values()].some((item) => equal(item, wanted));
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return [...value].some((item) => equal(item, wanted));
    const has = (key) => (own ? Object.hasOwn(value, key) : key in Object(value));
    return Object.keys(Object(wanted)).every((key) => has(key) && equal(value[key], wanted[key]));
  };

  const matches = (error, expected, message) => {
    if (expected === undefined && message === undefined) return true;
    const text = String(error?.message ?? error);
    const fits = (wanted) => (wanted instanceof RegExp ? wanted.test(text) : text.includes(String(wanted)));
    if (typeof expected === 'function') {
      return error instanceof expected && (message === undefined || fits(message));
    }
    return expected instanceof Error ? error === expected : fits(expected);
  };

  const TYPES = { object: ['object'], function: ['function', 'asyncfunction'] };

  // What stands between the words that test something, and only reads well.
  const WORDS = [
    'to', 'be', 'been', 'is', 'that', 'which', 'and', 'has', 'have', 'with', 'at', 'of', 'same', 'but', 'does', 'still',
    'also',
  ];
  const FLAGS = ['not', 'deep', 'nested', 'own', 'any', 'all', 'ordered'];

  class Expectation {
    #value;
    #flags;
    #message;

    constructor(value, message, flags = {}) {
      this.#value = value;
      this.#message = message;
      this.#flags = flags;
    }

    // Holds, or with `not` must not.
    #claim(holds, words) {
      if (Boolean(holds) !== Boolean(this.#flags.not)) return this;
      const not = this.#flags.not ? 'not ' : '';
      const text = `expected ${shown(this.#value)} ${not}to ${words}`;
      return fail(this.#message === undefined ? text : `${this.#message}: ${text}`);
    }

    #with(flag) {
      return new Expectation(this.#value, this.#message, { ...this.#flags, [flag]: true });
    }

    #of(value) {
      return new Expectation(value, this.#message, { ...this.#flags, not: false });
    }

    static {
      for (const word of WORDS) {
        Object.defineProperty(this.prototype, word, {
          get() {
            return this;
          },
        });
      }
      for (const flag of FLAGS) {
        Object.defineProperty(this.prototype, flag, {
          get() {
            return this.#with(flag);
          },
        });
      }
      const states = {
        ok: [(value) => value, 'be truthy'],
        true: [(value) => value === true, 'be true'],
        false: [(value) => value === false, 'be false'],
        null: [(value) => value === null, 'be null'],
        undefined: [(value) => value === undefined, 'be undefined'],
        NaN: [(value) => Number.isNaN(value), 'be NaN'],
        finite: [(value) => Number.isFinite(value), 'be a finite number'],
        exist: [(value) => value !== null && value !== undefined, 'exist'],
        empty: [(value) => sizeOf(value) === 0, 'be empty'],
      };
      for (const [state, [holds, words]] of Object.entries(states)) {
        Object.defineProperty(this.prototype, state, {
          get() {
            return this.#claim(holds(this.#value), words);
          },
        });
      }
      const callable = {
        a(type) {
          const kinds = TYPES[String(type).toLowerCase()] ?? [String(type).toLowerCase()];
          const kind = /^[aeiou]/i.test(type) ? 'an' : 'a';
          return this.#claim(kinds.includes(kindOf(this.#value)), `be ${kind} ${type}`);
        },
        include(wanted) {
          return this.#claim(includes(this.#value, wanted, this.#flags), `include ${shown(wanted)}`);
        },
        lengthOf(length) {
          return this.#claim(sizeOf(this.#value) === length, `have length ${length}, and not ${sizeOf(this.#value)}`);
        },
      };
      // `an('array')`, but also `include.keys(…)` and `have.length.above(2)`.
      const names = {
        a: ['a', 'an'],
        include: ['include', 'includes', 'contain', 'contains'],
        lengthOf: ['lengthOf', 'length'],
      };
      for (const [call, aliases] of Object.entries(names)) {
        for (const alias of aliases) {
          Object.defineProperty(this.prototype, alias, {
            get() {
              const onwards = {
                a: () => this,
                include: () => this.#with('contains'),
                lengthOf: () => this.#of(sizeOf(this.#value)),
              };
              return new Proxy(callable[call].bind(this), {
                get: (_, key) => {
                  const next = onwards[call]();
                  const found = next[key];
                  return typeof found === 'function' ? found.bind(next) : found;
                },
              });
            },
          });
        }
      }
    }

    equal(wanted) {
      const holds = this.#flags.deep ? same(this.#value, wanted) : this.#value === wanted;
      return this.#claim(holds, `${this.#flags.deep ? 'deeply ' : ''}equal ${shown(wanted)}`);
    }

    eql(wanted) {
      return this.#claim(same(this.#value, wanted), `deeply equal ${shown(wanted)}`);
    }

    above(limit) {
      return this.#claim(this.#value > limit, `be above ${shown(limit)}`);
    }

    least(limit) {
      return this.#claim(this.#value >= limit, `be at least ${shown(limit)}`);
    }

    below(limit) {
      return this.#claim(this.#value < limit, `be below ${shown(limit)}`);
    }

    most(limit) {
      return this.#claim(this.#value <= limit, `be at most ${shown(limit)}`);
    }

    within(low, high) {
      return this.#claim(this.#value >= low && this.#value <= high, `be within ${shown(low)} and ${shown(high)}`);
    }

    closeTo(wanted, delta) {
      return this.#claim(Math.abs(this.#value - wanted) <= delta, `be within ${delta} of ${shown(wanted)}`);
    }

    instanceof(type) {
      return this.#claim(this.#value instanceof type, `be an instance of ${shown(type)}`);
    }

    property(name, ...wanted) {
      const value = this.#value;
      const found = this.#flags.nested ? at(value, String(name)) : value?.[name];
      const has = this.#flags.nested
        ? found !== undefined
        : value !== null && value !== undefined && (this.#flags.own ? Object.hasOwn(value, name) : name in Object(value));
      if (wanted.length === 0) {
        this.#claim(has, `have a property ${shown(name)}`);
      } else {
        const equal = this.#flags.deep ? same(found, wanted[0]) : found === wanted[0];
        const words = `have a property ${shown(name)} of ${shown(wanted[0])}, and not ${shown(found)}`;
        this.#claim(has && equal, words);
      }
      return this.#of(found);
    }

    keys(...keys) {
      const wanted = keys
        .flat()
        .flatMap((key) => (typeof key === 'object' && key !== null ? Object.keys(key) : [key]))
        .map(String);
      const value = this.#value;
      const present = (value instanceof Map || value instanceof Set ? [...value.keys()] : Object.keys(value ?? {})).map(
        String,
      );
      const has = (key) => present.includes(key);
      const exact = this.#flags.contains || present.length === wanted.length;
      const holds = this.#flags.any ? wanted.some(has) : wanted.every(has) && exact;
      return this.#claim(holds, `have ${this.#flags.any ? 'any of the keys' : 'the keys'} ${wanted.join(', ')}`);
    }

    members(wanted) {
      const equal = this.#flags.deep ? same : Object.is;
      const holdsAll = (some, all) => some.every((item) => all.some((other) => equal(item, other)));
      const value = [...this.#value];
      const holds = this.#flags.contains
        ? holdsAll(wanted, value)
        : value.length === wanted.length && holdsAll(value, wanted) && holdsAll(wanted, value);
      return this.#claim(holds, `have the members ${shown(wanted)}`);
    }

    oneOf(wanted) {
      const equal = this.#flags.deep ? same : Object.is;
      return this.#claim(wanted.some((item) => equal(item, this.#value)), `be one of ${shown(wanted)}`);
    }

    match(pattern) {
      return this.#claim(pattern.test(String(this.#value)), `match ${pattern}`);
    }

    string(part) {
      return this.#claim(String(this.#value).includes(part), `contain ${shown(part)}`);
    }

    satisfy(holds) {
      return this.#claim(holds(this.#value), `satisfy ${shown(holds)}`);
    }

    throw(expected, message) {
      try {
        this.#value();
      } catch (error) {
        return this.#claim(matches(error, expected, message), `throw ${shown(expected)}, and not ${shown(error)}`);
      }
      return this.#claim(false, 'throw');
    }
  }

  const ALIASES = {
    equal: ['equals', 'eq'],
    eql: ['eqls'],
    above: ['gt', 'greaterThan'],
    least: ['gte', 'greaterThanOrEqual'],
    below: ['lt', 'lessThan'],
    most: ['lte', 'lessThanOrEqual'],
    closeTo: ['approximately'],
    instanceof: ['instanceOf'],
    property: ['haveProperty', 'ownProperty', 'haveOwnProperty'],
    keys: ['key'],
    match: ['matches'],
    satisfy: ['satisfies'],
    throw: ['throws', 'Throw'],
  };
  for (const [name, aliases] of Object.entries(ALIASES)) {
    for (const alias of aliases) Expectation.prototype[alias] = Expectation.prototype[name];
  }

  const expect = (value, message) => new Expectation(value, message);
  expect.fail = (message) => fail(message ?? 'expect.fail()');

  // Node's, each with what it demands of two values.
  const COMPARISONS = {
    equal: [(a, b) => a == b, 'equal'],
    notEqual: [(a, b) => a != b, 'not equal'],
    strictEqual: [(a, b) => Object.is(a, b), 'equal'],
    notStrictEqual: [(a, b) => !Object.is(a, b), 'not equal'],
    deepEqual: [(a, b) => same(a, b, true), 'deeply equal'],
    notDeepEqual: [(a, b) => !same(a, b, true), 'not deeply equal'],
    deepStrictEqual: [(a, b) => same(a, b), 'deeply equal'],
    notDeepStrictEqual: [(a, b) => !same(a, b), 'not deeply equal'],
    match: [(text, pattern) => pattern.test(text), 'match'],
    doesNotMatch: [(text, pattern) => !pattern.test(text), 'not match'],
    // chai's own.
    include: [(value, wanted) => includes(value, wanted, {}), 'include'],
    isAbove: [(a, b) => a > b, 'be above'],
    isBelow: [(a, b) => a < b, 'be below'],
    lengthOf: [(value, length) => sizeOf(value) === length, 'have length'],
    property: [(value, name) => name in Object(value), 'have a property'],
  };
  const STATES = {
    isTrue: [(value) => value === true, 'be true'],
    isFalse: [(value) => value === false, 'be false'],
    isNull: [(value) => value === null, 'be null'],
    isUndefined: [(value) => value === undefined, 'be undefined'],
    isDefined: [(value) => value !== undefined, 'be defined'],
    isOk: [(value) => value, 'be truthy'],
    isNotOk: [(value) => !value, 'be falsy'],
    exists: [(value) => value !== null && value !== undefined, 'exist'],
    isArray: [Array.isArray, 'be an array'],
    isObject: [(value) => kindOf(value) === 'object', 'be an object'],
    isString: [(value) => typeof value === 'string', 'be a string'],
    isNumber: [(value) => typeof value === 'number', 'be a number'],
    isBoolean: [(value) => typeof value === 'boolean', 'be a boolean'],
    isEmpty: [(value) => sizeOf(value) === 0, 'be empty'],
  };

  const demand = (holds, words, message) => {
    if (holds) return;
    if (message instanceof Error) throw message;
    fail(message === undefined ? words : String(message));
  };

  const ok = (value, message) => demand(value, `expected ${shown(value)} to be truthy`, message);
  const assert = (value, message) => ok(value, message);
  for (const [name, [holds, words]] of Object.entries(COMPARISONS)) {
    assert[name] = (a, b, message) => demand(holds(a, b), `expected ${shown(a)} to ${words} ${shown(b)}`, message);
  }
  for (const [name, [holds, words]] of Object.entries(STATES)) {
    assert[name] = (value, message) => demand(holds(value), `expected ${shown(value)} to ${words}`, message);
  }
  Object.assign(assert, {
    ok,
    AssertionError,
    strict: assert,
    fail: (message) => demand(false, 'failed', message),
    ifError: (error) => demand(error === null || error === undefined, `expected no error, and got ${shown(error)}`),
    throws: (run, expected, message) => {
      try {
        run();
      } catch (error) {
        return demand(matches(error, expected), `expected ${shown(expected)} to be thrown, and not ${shown(error)}`, message);
      }
      return demand(false, 'expected an error to be thrown', message);
    },
    doesNotThrow: (run, message) => {
      try {
        run();
      } catch (error) {
        demand(false, `expected no error to be thrown, and got ${shown(error)}`, message);
      }
    },
    rejects: async (promise, expected, message) => {
      try {
        await (typeof promise === 'function' ? promise() : promise);
      } catch (error) {
        return demand(matches(error, expected), `expected a rejection with ${shown(expected)}`, message);
      }
      return demand(false, 'expected a rejection', message);
    },
  });

  return { AssertionError, assert, expect };
})()
