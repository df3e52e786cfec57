// Digests, as JetBrains' HTTP client has them. Bytes are held in hexadecimal.
(host, { draw, text }) => {
  class Digest {
    #bytes;
    constructor(bytes) {
      this.#bytes = bytes;
    }
    toHex() {
      return this.#bytes;
    }
    toBase64(urlSafe = false) {
      return host.toBase64(this.#bytes, Boolean(urlSafe));
    }
  }

  class Hash {
    #algorithm;
    #secret;
    #bytes = '';
    constructor(algorithm, secret) {
      this.#algorithm = algorithm;
      this.#secret = secret;
    }
    updateWithText(value, encoding = 'UTF8') {
      return this.#update(host.textBytes(text(value), text(encoding)));
    }
    updateWithHex(value) {
      return this.#update(host.hexBytes(text(value)));
    }
    updateWithBase64(value, urlSafe = false) {
      return this.#update(host.base64Bytes(text(value), Boolean(urlSafe)));
    }
    #update(bytes) {
      this.#bytes += bytes;
      return this;
    }
    digest() {
      return new Digest(host.digest(this.#algorithm, this.#bytes, this.#secret));
    }
  }

  class Keyed {
    #algorithm;
    constructor(algorithm) {
      this.#algorithm = algorithm;
    }
    withTextSecret(value, encoding = 'UTF8') {
      return new Hash(this.#algorithm, host.textBytes(text(value), text(encoding)));
    }
    withHexSecret(value) {
      return new Hash(this.#algorithm, host.hexBytes(text(value)));
    }
    withBase64Secret(value, urlSafe = false) {
      return new Hash(this.#algorithm, host.base64Bytes(text(value), Boolean(urlSafe)));
    }
  }

  const algorithms = ['md5', 'sha1', 'sha256', 'sha384', 'sha512'];
  const each = (make) => Object.fromEntries(algorithms.map((algorithm) => [algorithm, () => make(algorithm)]));
  const crypto = {
    ...each((algorithm) => new Hash(algorithm)),
    hmac: each((algorithm) => new Keyed(algorithm)),
    get rsa() {
      throw new Error('`crypto.rsa` is not supported yet');
    },
    randomUUID: () => draw('$uuid'),
  };

  return { crypto };
};
