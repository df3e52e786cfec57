// What JetBrains' HTTP client gives its scripts: `client`, `request`, `response`.
(host, { EXIT, describe, fromJson, isFinal, parseDocument, print, text, toJson }) => {
  const here = () => new Error().stack;

  // What `client.assert` throws.
  class AssertionError extends Error {
    name = 'AssertionError';
  }

  // Variables of a kind, which scripts may change.
  const storage = (kind) => ({
    get: (name) => fromJson(host[`${kind}Get`](text(name))) ?? null,
    set: (name, value) => host[`${kind}Set`](text(name), toJson(value)),
    clear: (name) => host[`${kind}Clear`](text(name), 'null'),
    clearAll: () => host[`${kind}ClearAll`]('', 'null'),
    isEmpty: () => host[`${kind}Names`]().length === 0,
  });
  // Variables that they may only look at.
  const look = (kind) => ({ get: (name) => fromJson(host[`${kind}Get`](text(name))) ?? null });

  const headers = {
    set: (name, value) => host.headerSet(text(name), text(value)),
    clear: (name) => host.headerClear(text(name)),
  };
  const globals = { ...storage('global'), headers };
  const own = storage('request');
  const environment = look('environment');

  let tests = [];
  const client = {
    test: (name, run) => {
      tests.push({ name: text(name), run, place: here() });
    },
    assert: (condition, message) => {
      if (!condition) throw new AssertionError(message === undefined ? 'the assertion does not hold' : text(message));
    },
    log: (...values) => print('info', values),
    exit: () => {
      throw EXIT;
    },
    global: globals,
    variables: { global: globals, file: look('file'), environment, request: own },
  };

  // A text that holds templates: as it is written, and with what is known put in. Called, it is
  // what was sent.
  const written = (part, sent) => {
    const read = () => sent ?? host.substituted(part) ?? null;
    return Object.assign(read, {
      getRaw: () => host.raw(part) ?? null,
      tryGetSubstituted: read,
      toString: read,
      toJSON: read,
    });
  };

  const header = (name, raw, value) => ({
    name,
    value: () => value,
    getRawValue: () => raw,
    tryGetSubstituted: () => value,
    tryGetSubstitutedValue: () => value,
  });

  const describeRequest = () => {
    const { method, url, body, fields } = JSON.parse(host.request());
    const all = fields.map(([name, raw, value]) => header(name, raw, value));
    const findByName = (name) => all.find((field) => field.name.toLowerCase() === text(name).toLowerCase()) ?? null;
    return {
      method,
      url: written('url', url),
      body: written('body', body),
      headers: { all: () => all, findByName },
      environment,
      variables: own,
      iteration: () => host.iteration(),
      templateValue: (index) => fromJson(host.templateValue(Number(index))) ?? null,
    };
  };

  const parseOr = (source, parse) => {
    try {
      return parse(source);
    } catch {
      return source;
    }
  };
  const jsonOrText = (source) => parseOr(source, JSON.parse);

  // What came piece by piece: by the time a script runs, all of it.
  class TextStreamResponse {
    #source;
    #items;
    constructor(source, items) {
      this.#source = source;
      this.#items = items;
    }
    onEachLine(subscriber, onFinish) {
      this.#each(subscriber, onFinish);
    }
    onEachMessage(subscriber, onFinish) {
      const output = () => {
        throw new Error('a script cannot answer: send messages in the body of the request, below `===`');
      };
      this.#each((item, unsubscribe) => subscriber(item, unsubscribe, output), onFinish);
    }
    #each(subscriber, onFinish) {
      let subscribed = true;
      for (const item of this.#items) {
        subscriber(item, () => (subscribed = false));
        if (!subscribed) break;
      }
      onFinish?.();
    }
    toString() {
      return this.#source;
    }
    toJSON() {
      return this.#items;
    }
  }

  const SWITCHING_PROTOCOLS = 101;

  // A stream that was read item by item is a list of them.
  const listed = (source) => source.startsWith('[') && parseOr(source, JSON.parse);
  const eventData = (source) =>
    (Array.isArray(listed(source)) && listed(source).map((event) => event.data)) ||
    source
      .split(/\r?\n\r?\n/)
      .map((event) => [...event.matchAll(/^data: ?(.*)$/gm)].map(([, line]) => line.replace(/\r$/, '')).join('\n'))
      .filter((data) => data !== '')
      .map(jsonOrText);
  const lines = (source) =>
    (Array.isArray(listed(source)) && listed(source)) || source.split(/\r?\n/).filter((line) => line !== '').map(jsonOrText);

  // By media type: what the body is to a script.
  const READERS = [
    [/^text\/event-stream$/, (source) => new TextStreamResponse(source, eventData(source))],
    [/[/+](x-)?(nd-?json|jsonlines|jsonl|stream\+json|json-seq)$/, (source) => new TextStreamResponse(source, lines(source))],
    [/[/+]json$/, (source) => parseOr(source, JSON.parse)],
    [/^(text\/html|application\/xhtml\+xml)$/, (source) => parseOr(source, () => parseDocument(source, true))],
    [/[/+]xml$/, (source) => parseOr(source, () => parseDocument(source, false))],
  ];
  const readBody = (mimeType, status) => {
    const source = host.responseText();
    if (status === SWITCHING_PROTOCOLS) return new TextStreamResponse(source, JSON.parse(source));
    const reader = READERS.find(([type]) => type.test(mimeType));
    return reader === undefined ? source : reader[1](source);
  };

  const describeResponse = () => {
    const { status, fields, mimeType, charset, cookies } = JSON.parse(host.response());
    const valuesOf = (name) => {
      const wanted = text(name).toLowerCase();
      return fields.filter(([other]) => other.toLowerCase() === wanted).map(([, value]) => value);
    };
    let body;
    return {
      get body() {
        return (body ??= { value: readBody(mimeType, status) }).value;
      },
      set body(value) {
        body = { value };
      },
      status,
      headers: { valueOf: (name) => valuesOf(name)[0] ?? null, valuesOf, all: () => fields.map(([name, value]) => ({ name, value })) },
      contentType: { mimeType, charset },
      cookies,
      cookiesByName: (name) => cookies.filter((cookie) => cookie.name === text(name)),
    };
  };

  const once = (describeIt) => {
    let known;
    return () => (known ??= describeIt());
  };

  return {
    begin() {
      tests = [];
      const [request, response] = [once(describeRequest), once(describeResponse)];
      const given = {
        client,
        get request() {
          return request();
        },
      };
      if (!host.hasResponse()) return given;
      Object.defineProperty(given, 'response', { get: response, enumerable: true });
      return given;
    },
    // An assertion outside of a test is one by itself, and what follows it is not run.
    handles(error) {
      if (!(error instanceof AssertionError)) return false;
      host.outcome('client.assert', error.stack, error.message);
      return true;
    },
    // Tests run after the code of the script, in the order in which it names them.
    async settle() {
      for (let test = tests.shift(); test !== undefined; test = tests.shift()) {
        const { name, run, place } = test;
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
          host.outcome(name, stack + place, `${name}: ${message}`);
        }
      }
    },
  };
};
