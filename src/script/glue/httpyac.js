// What httpYac gives its scripts: the variables by their names, `test`, `response`, `request`,
// `exports`, `require`, `$random`, `$global`. `chai` is what `expect.js` gives.
(host, { EXIT, describe, fromJson, isFinal, requireFrom, text, toJson }, chai) => {
  const here = () => new Error().stack;

  // Values of variables that JSON cannot hold, such as functions, each with the JSON that it left.
  const kept = new Map();
  // What the names of variables give that are no words of JavaScript: `user-id` is `userId`.
  const camel = (name) => name.trim().replaceAll(/\s/g, '-').replaceAll(/-(.)/g, (_, next) => next.toUpperCase());

  let script;

  // What is handed over to templates and to other requests.
  const keep = (name, value) => {
    const json = toJson(value);
    const isLive = typeof value === 'function' || (typeof value === 'object' && value !== null);
    if (isLive) kept.set(name, { value, json });
    else kept.delete(name);
    host.globalSet(name, json);
  };

  const variable = (name) => {
    const earlier = exchanged(name);
    if (earlier !== undefined) return earlier;
    const json = host.variable(name);
    const live = kept.get(name);
    return live && live.json === json ? live.value : fromJson(json);
  };

  // The body of an earlier response by the name of its request, and the response: `login`, `loginResponse`.
  const exchanged = (name) => {
    const body = responseOf(host.exchange(name));
    if (body !== undefined) return body.parsedBody ?? body.body;
    return name.endsWith('Response') ? responseOf(host.exchange(name.slice(0, -'Response'.length))) : undefined;
  };

  const random = (call, ...values) => fromJson(host.reference(`$random.${call}(${values.join(', ')})`));
  const $random = {
    alphabetic: (length = 10) => random('alphabetic', length),
    numeric: (length = 10) => random('alphanumeric', length),
    hexadecimal: (length = 10) => random('hexadecimal', length).toUpperCase(),
    email: () => fromJson(host.reference('$random.email')),
    float: (from = 0, to = 100) => random('float', from, to),
    integer: (from = 0, to = 100) => Number(random('integer', from, to)),
    uuid: () => fromJson(host.reference('$random.uuid')),
  };

  // What Node has under these names, as far as it is here.
  const PACKAGES = {
    assert: () => chai.assert,
    'assert/strict': () => chai.assert,
    chai: () => chai,
    uuid: () => ({ v4: $random.uuid }),
  };

  const require = (name) =>
    requireFrom(host.base(), PACKAGES)(text(name).replace(/^node:/, ''));

  const outcome = (name, place, run) => {
    const failed = (error) => {
      if (isFinal(error) || error === EXIT) throw error;
      const { message, stack } = describe(error);
      host.outcome(text(name), stack + place, message);
    };
    try {
      const result = typeof run === 'function' ? run() : undefined;
      if (typeof result?.then !== 'function') return host.outcome(text(name), place);
      script.pending.push(result.then(() => host.outcome(text(name), place), failed));
    } catch (error) {
      failed(error);
    }
    return undefined;
  };

  const headerOf = (response, name) => {
    const key = Object.keys(response.headers).find((key) => key.toLowerCase() === String(name).toLowerCase());
    return response.headers[key];
  };

  const equal = (what, actual, expected) => {
    if (actual !== expected) throw new chai.AssertionError(`${what} is ${actual} (expected: ${expected})`);
  };

  // Each test of the response, with its name and what it demands.
  const CHECKS = {
    status: (status) => [`response status equals to ${status}`, (it) => equal('response status', it.statusCode, status)],
    totalTime: (most) => [
      `total time exceeded ${most}`,
      (it) => chai.assert(it.timings.total < most, `total time is ${it.timings.total} (expected max ${most})`),
    ],
    header: (name, value) => [
      `response header ${name} equals ${value}`,
      (it) => equal(`response header ${name}`, headerOf(it, name), value),
    ],
    headerContains: (name, value) => [
      `response header ${name} contains ${value}`,
      (it) => {
        const found = headerOf(it, name);
        chai.assert(found?.includes(value), `response header ${name} is ${found} (expected to contain ${value})`);
      },
    ],
    responseBody: (body) => [`response body equals ${body}`, (it) => equal('response body', it.body, body)],
    hasResponseBody: () => ['response body exists', (it) => chai.assert(it.body, 'there is no response body')],
    hasNoResponseBody: () => [
      'response body does not exists',
      (it) => chai.assert(!it.body, `there is a response body: ${it.body}`),
    ],
  };

  const test = (name, run) => outcome(name, here(), run);
  for (const [name, check] of Object.entries(CHECKS)) {
    test[name] = (...values) => {
      const [label, run] = check(...values);
      outcome(label, here(), () => {
        if (script.response === undefined) throw new Error('there is no response yet');
        run(script.response);
      });
    };
  }

  // The response, its body read when it is asked for.
  const responseOf = (json) => {
    const response = fromJson(json);
    if (response === undefined) return undefined;
    let parsed;
    Object.defineProperty(response, 'parsedBody', {
      enumerable: true,
      configurable: true,
      get: () => (parsed ??= response.isJson ? JSON.parse(response.body) : undefined),
      set: (value) => (parsed = value),
    });
    Object.defineProperty(response, 'rawBody', { configurable: true, get: () => new Uint8Array(host.bytes()) });
    Object.defineProperty(response, 'isJson', { enumerable: false });
    return response;
  };

  // What a script has changed of the request.
  const changes = (before, request) => {
    const headers = {};
    const names = new Set([...Object.keys(before.headers), ...Object.keys(request.headers ?? {})]);
    for (const name of names) {
      const value = request.headers?.[name];
      if (JSON.stringify(before.headers[name]) !== JSON.stringify(value)) headers[name] = value ?? null;
    }
    const body = typeof request.body === 'object' && request.body !== null ? toJson(request.body) : request.body;
    const changed = { headers };
    if (before.method !== request.method) changed.method = request.method;
    if (before.url !== request.url) changed.url = request.url;
    if (before.body !== body) changed.body = body === undefined ? null : text(body);
    return changed;
  };

  const begin = () => {
    const request = fromJson(host.rendered());
    script = { exports: {}, pending: [], before: fromJson(host.rendered()), request };
    script.response = responseOf(host.received());
    const module = { exports: script.exports };
    script.module = module;
    const given = {};
    for (const name of host.variableNames()) {
      let value;
      let isSet = false;
      Object.defineProperty(given, camel(name), {
        get: () => (isSet ? value : variable(name)),
        set: (other) => {
          value = other;
          isSet = true;
        },
        enumerable: true,
        configurable: true,
      });
    }
    script.$global = variable('$global') ?? {};
    return Object.defineProperties(
      given,
      Object.getOwnPropertyDescriptors({
        assert: chai.assert,
        expect: chai.expect,
        exports: script.exports,
        module,
        require,
        request,
        sleep: (time) => new Promise((end) => setTimeout(end, time)),
        test,
        $global: script.$global,
        $random,
        ...(script.response === undefined ? {} : { response: script.response }),
      }),
    );
  };

  const settle = async () => {
    await Promise.all(script.pending.splice(0));
  };

  // What earlier scripts have handed over, and this one has changed.
  const keepChanged = () => {
    for (const [name, { value, json }] of kept) {
      if (toJson(value) !== json && host.variable(name) === json) keep(name, value);
    }
  };

  const finish = async () => {
    keepChanged();
    const exported = await script.module.exports;
    for (const [name, value] of Object.entries(exported)) {
      if (name !== '$cancel') keep(name, await value);
    }
    if (Object.keys(script.$global).length > 0) keep('$global', script.$global);
    if (script.request !== undefined) host.change(toJson(changes(script.before, script.request)));
    if (exported.$cancel) host.cancel();
  };

  return { begin, settle, finish };
}
