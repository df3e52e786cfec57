// What every script finds. Gives the tools that the glue of surroundings is made of.
(host) => {
  // Thrown to end a script early, which is no failure.
  const EXIT = Symbol('exit');

  const show = (value) => {
    if (typeof value === 'string') return value.toWellFormed();
    if (value instanceof Error) return String(value).toWellFormed();
    if (typeof value !== 'object' || value === null) return String(value).toWellFormed();
    return (JSON.stringify(value) ?? String(value)).toWellFormed();
  };
  const print = (level, values) => host.log(level, values.map(show).join(' '));

  const text = (value) => String(value).toWellFormed();
  const toJson = (value) => (JSON.stringify(value) ?? 'null').toWellFormed();
  const fromJson = (json) => (json === undefined ? undefined : JSON.parse(json));

  // What a test failed with: JavaScript's own words, and where.
  const describe = (error) => {
    if (!(error instanceof Error)) return { message: show(error), stack: '' };
    const plain = error.name === 'Error' || error.name === 'AssertionError';
    const message = plain ? error.message : `${error.name}: ${error.message}`;
    return { message: text(message), stack: text(error.stack ?? '') };
  };

  // What no test may swallow: a limit was reached.
  const isFinal = (error) =>
    error === null ||
    error instanceof InternalError ||
    (error instanceof RangeError && error.message === 'Maximum call stack size exceeded');

  // Timers, the one that is due first at the front; those due at once in the order in which they were set.
  let timers = [];
  let lastTimer = 0;
  const addTimer = (run, delay, every) => {
    const timer = { id: ++lastTimer, at: Date.now() + Math.max(0, Number(delay) || 0), run, every };
    insertTimer(timer);
    return timer.id;
  };
  const insertTimer = (timer) => {
    const at = timers.findIndex((other) => other.at > timer.at);
    timers.splice(at < 0 ? timers.length : at, 0, timer);
  };
  const clearTimer = (id) => {
    timers = timers.filter((timer) => timer.id !== id);
  };
  const nextTimer = () => (timers.length === 0 ? undefined : timers[0].at - Date.now());
  const fireTimer = () => {
    if (timers.length === 0 || timers[0].at > Date.now()) return;
    const timer = timers.shift();
    if (timer.every !== undefined) insertTimer({ ...timer, at: Date.now() + Math.max(1, timer.every) });
    timer.run();
  };

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
  });

  const standard = new Set(Reflect.ownKeys(globalThis));
  // Takes away what a script has left behind.
  const sweep = () => {
    timers = [];
    for (const key of Reflect.ownKeys(globalThis)) {
      if (!standard.has(key)) delete globalThis[key];
    }
  };

  // Runs a script in its surroundings: its code, then what that has put off.
  const drive = async (glue, start) => {
    sweep();
    const given = Object.getOwnPropertyDescriptors(glue.begin());
    for (const key of Reflect.ownKeys(given)) given[key].configurable = true;
    Object.defineProperties(globalThis, given);
    let value;
    try {
      value = await start();
    } catch (error) {
      if (error !== EXIT) throw error;
    }
    await glue.finish();
    return value;
  };

  return { EXIT, describe, drive, fireTimer, fromJson, isFinal, nextTimer, print, text, toJson };
};
