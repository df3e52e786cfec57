// URLs and their queries.
(host, { text }) => {
  class URLSearchParams {
    #pairs = [];

    constructor(init = '') {
      if (typeof init === 'object' && init !== null) {
        const pairs = Symbol.iterator in init ? init : Object.entries(init);
        for (const [name, value] of pairs) this.append(name, value);
      } else {
        this.#pairs = JSON.parse(host.formDecode(text(init).replace(/^\?/, '')));
      }
    }

    get size() {
      return this.#pairs.length;
    }
    append(name, value) {
      this.#pairs.push([text(name), text(value)]);
    }
    delete(name) {
      this.#pairs = this.#pairs.filter(([other]) => other !== text(name));
    }
    get(name) {
      return this.getAll(name)[0] ?? null;
    }
    getAll(name) {
      return this.#pairs.filter(([other]) => other === text(name)).map(([, value]) => value);
    }
    has(name) {
      return this.#pairs.some(([other]) => other === text(name));
    }
    set(name, value) {
      const at = this.#pairs.findIndex(([other]) => other === text(name));
      if (at < 0) return this.append(name, value);
      this.#pairs[at][1] = text(value);
      this.#pairs = this.#pairs.filter(([other], index) => index <= at || other !== text(name));
    }
    sort() {
      this.#pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0));
    }
    forEach(run) {
      for (const [name, value] of this.#pairs) run(value, name, this);
    }
    *entries() {
      for (const [name, value] of this.#pairs) yield [name, value];
    }
    *keys() {
      for (const [name] of this.#pairs) yield name;
    }
    *values() {
      for (const [, value] of this.#pairs) yield value;
    }
    [Symbol.iterator]() {
      return this.entries();
    }
    toString() {
      return host.formEncode(JSON.stringify(this.#pairs));
    }
    toJSON() {
      return this.toString();
    }
  }

  // The parts of a URL, to be read.
  class URL {
    constructor(url, base) {
      const parts = JSON.parse(host.parseUrl(text(url), base === undefined ? undefined : text(base)));
      Object.assign(this, parts, { searchParams: new URLSearchParams(parts.search) });
      Object.freeze(this);
    }
    toString() {
      return this.href;
    }
    toJSON() {
      return this.href;
    }
  }

  return { URL, URLSearchParams };
};
