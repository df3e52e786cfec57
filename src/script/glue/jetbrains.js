// What JetBrains' HTTP client gives its scripts: `client`, `request`, `response`.
(host, { EXIT, describe, fromJson, isFinal, print, text, toJson }) => {
  const here = () => new Error().stack;

  class AssertionError extends Error {
    name = 'AssertionError';
  }

  const storage = (prefix) => ({
    get: (name) => fromJson(host[`${prefix}Get`](text(name))) ?? null,
    set: (name, value) => host[`${prefix}Set`](text(name), toJson(value)),
    clear: (name) => host[`${prefix}Clear`](text(name), 'null'),
    clearAll: () => host[`${prefix}ClearAll`]('', 'null'),
  });

  let tests = [];
  let testing = false;

  const client = {
    test: (name, run) => {
      tests.push({ name: text(name), run, place: here() });
    },
    assert: (condition, message) => {
      if (condition) return;
      throw new AssertionError(message === undefined ? 'assertion failed' : text(message));
    },
    log: (...values) => print('info', values),
    exit: () => {
      throw EXIT;
    },
    global: { ...storage('global'), isEmpty: () => host.globalNames().length === 0 },
  };

  return {
    begin() {
      tests = [];
      return { client };
    },
    // Tests run after the code of the script, in the order in which it names them.
    async finish() {
      for (const { name, run, place } of tests) {
        try {
          await run();
          host.outcome(name, place);
        } catch (error) {
          if (isFinal(error)) throw error;
          if (error === EXIT) {
            host.outcome(name, place);
            continue;
          }
          const { message, stack } = describe(error);
          host.outcome(name, stack + place, message);
        }
      }
    },
  };
};
