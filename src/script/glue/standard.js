// What every script finds. Gives the tools that the glue of surroundings is made of.
(host) => {
  // Thrown to end a script early, which is no failure.
  const EXIT = Symbol('exit');

  const text = (value) => String(value).toWellFormed();
  const toJson = (value) => (JSON.stringify(value) ?? 'null').toWellFormed();
  const fromJson = (json) => (json === undefined ? undefined : JSON.parse(json));

  const show = (value) => {
    if (typeof value !== 'object' || value === null || value instanceof Error) return text(value);
    if (typeof value.outerHTML === 'string') return text(value.outerHTML);
    return (JSON.stringify(value) ?? String(value)).toWellFormed();
  };
  const print = (level, values) => host.log(level, values.map(show).join(' '));

  // What a test failed with: JavaScript's own words, and where.
  const describe = (error) => {
    if (!(error instanceof Error)) return { message: show(error), stack: '' };
    const plain = error.name === 'Error' || error.name === 'AssertionError';
    const message = plain ? error.message : `${error.name}: ${error.message}`;
    return { message: text(message), stack: text(error.stack ?? '') };
  };

  // What no test may swallow: a limit was reached.
  const isFinal = (error) =>
    error instanceof InternalError ||
    (error instanceof RangeError && error.message === 'Maximum call stack size exceeded');

  // -------------------------------------------------------------- timers

  // The one that is due first at the front; those due at once in the order in which they were set.
  let timers = [];
  let lastTimer = 0;
  // What waits for the last of them, and what is told of those that fail.
  let idle = () => {};
  let failed = () => {};
  const insertTimer = (timer) => {
    const at = timers.findIndex((other) => other.at > timer.at);
    timers.splice(at < 0 ? timers.length : at, 0, timer);
  };
  const addTimer = (run, delay, every) => {
    const timer = { id: ++lastTimer, at: Date.now() + Math.max(0, Number(delay) || 0), run, every };
    insertTimer(timer);
    return timer.id;
  };
  const clearTimer = (id) => {
    timers = timers.filter((timer) => timer.id !== id);
    if (timers.length === 0) idle();
  };
  const nextTimer = () => (timers.length === 0 ? undefined : timers[0].at - Date.now());
  const fireTimer = () => {
    if (timers.length === 0 || timers[0].at > Date.now()) return;
    const timer = timers.shift();
    if (timer.every !== undefined) insertTimer({ ...timer, at: Date.now() + Math.max(1, timer.every) });
    try {
      timer.run();
    } catch (error) {
      if (isFinal(error)) throw error;
      failed(error);
    }
    if (timers.length === 0) idle();
  };
  const allTimers = () => (timers.length === 0 ? undefined : new Promise((resolve) => (idle = resolve)));

  // -------------------------------------------------------------- files of the project

  const required = new Map();
  const requireFrom = (base, packages) => (name) => {
    if (packages[name]) return packages[name]();
    const path = host.resolve(base, text(name));
    if (!required.has(path)) {
      const module = { exports: {} };
      required.set(path, module);
      try {
        if (path.endsWith('.json')) module.exports = JSON.parse(host.readFile(path));
        else host.compile(path)(module.exports, requireFrom(path, packages), module);
      } catch (error) {
        required.delete(path);
        throw error;
      }
    }
    return required.get(path).exports;
  };

  // -------------------------------------------------------------- paths and dynamic values

  const jsonPath = (value, path) => JSON.parse(host.jsonPath(toJson(value), text(path)));

  const draw = (call) => fromJson(host.draw(call));
  const WITH_ARGUMENTS = ['alphabetic', 'alphanumeric', 'hexadecimal', 'integer', 'float', 'numeric'];
  const dynamics = (path) =>
    new Proxy(() => {}, {
      get(_, name) {
        if (typeof name === 'symbol' || name === 'toString' || name === 'valueOf' || name === 'toJSON') {
          return () => draw(path);
        }
        const call = `${path}.${name}`;
        if (WITH_ARGUMENTS.includes(name)) return (...values) => draw(`${call}(${values.map(Number).join(', ')})`);
        return host.isDynamic(call) ? draw(call) : dynamics(call);
      },
      apply: (_, __, values) => draw(`${path}(${values.map(Number).join(', ')})`),
    });

  Object.assign(globalThis, {
    console: {
      log: (...values) => print('info', values),
      info: (...values) => print('info', values),
      debug: (...values) => print('info', values),
      warn: (...values) => print('warning', values),
      error: (...values) => print('error', values),
    },
    setTimeout: (run, delay, ...values) => addTimer(() => run(...values), delay),
    setInterval: (run, delay, ...values) => addTimer(() => run(...values), delay, Number(delay) || 0),
    clearTimeout: clearTimer,
    clearInterval: clearTimer,
    require: (name) => requireFrom(host.base(), {})(name),
    btoa: (value) => host.btoa(text(value)),
    atob: (value) => host.atob(text(value)),
    jsonPath,
    window: globalThis,
    $random: dynamics('$random'),
  });
  for (const name of ['$uuid', '$guid', '$timestamp', '$isoTimestamp', '$randomInt']) {
    Object.defineProperty(globalThis, name, { get: () => draw(name), configurable: true });
  }

  const tools = { EXIT, describe, draw, fireTimer, fromJson, isFinal, nextTimer, print, requireFrom, text, toJson };

  // What most scripts do without is made at its first use.
  const parts = new Map();
  const part = (file) => {
    if (!parts.has(file)) parts.set(file, host.part(file)(host, tools));
    return parts.get(file);
  };
  const LAZY = { URL: 'url', URLSearchParams: 'url', crypto: 'crypto', DOMParser: 'document', xpath: 'document' };
  for (const [name, file] of Object.entries(LAZY)) {
    const set = (value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
    Object.defineProperty(globalThis, name, { get: () => part(file)[name], set, configurable: true });
  }
  tools.parseDocument = (source, isHtml) => part('document').parseDocument(source, isHtml);

  const standard = new Set(Reflect.ownKeys(globalThis));
  // Takes away what a script has left behind.
  const sweep = () => {
    timers = [];
    for (const key of Reflect.ownKeys(globalThis)) {
      if (!standard.has(key)) delete globalThis[key];
    }
  };

  // Runs a script in its surroundings: its code, what that has put off, and timers to their end.
  // What an expression hands over is its value alone.
  const drive = async (glue, start, isExpression) => {
    sweep();
    const given = Object.getOwnPropertyDescriptors(glue.begin());
    for (const key of Reflect.ownKeys(given)) given[key].configurable = true;
    Object.defineProperties(globalThis, given);
    let value;
    const failures = [];
    failed = (error) => {
      if (error !== EXIT && !glue.handles?.(error)) failures.push(error);
    };
    try {
      value = await start();
    } catch (error) {
      if (isFinal(error)) throw error;
      failed(error);
    }
    // What was put off before the code failed is not lost.
    do {
      await allTimers();
      await glue.settle();
    } while (timers.length > 0);
    if (!isExpression) await glue.finish?.();
    for (const error of failures) throw error;
    return value;
  };

  return Object.assign(tools, { drive });
};
