// Push services and browsers as our service meets them, from parts that we did not write: npm `http_ece` is the browser
// that decrypts, node's own crypto the push service that checks who sends (RFC 8291, 8292).
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import http from 'node:http';

import ece from 'http_ece';

/** A browser that has subscribed at `endpoint`; `toJSON()` is what it gives to a page. */
export class Browser {
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.keys = crypto.createECDH('prime256v1');
    this.keys.generateKeys();
    this.p256dh = this.keys.getPublicKey('base64url');
    this.auth = crypto.randomBytes(16).toString('base64url');
  }
  toJSON() {
    return { endpoint: this.endpoint, expirationTime: null, keys: { p256dh: this.p256dh, auth: this.auth } };
  }
  /** The text of a push's body. */
  read(body) {
    return ece.decrypt(body, { version: 'aes128gcm', privateKey: this.keys, authSecret: this.auth }).toString();
  }
}

/** A push service on loopback. What came is in `requests`; `answers` by path, a status and fields, or 201. */
export class PushService extends EventEmitter {
  static async started(answer) {
    const service = new PushService();
    service.requests = [];
    service.answers = {};
    service.browsers = {};
    const given = (request) => service.answers[request.url] ?? [201];
    service.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url, headers, rawHeaders } = request;
        service.requests.push({ method, url, headers, rawHeaders, body: Buffer.concat(chunks) });
        if (answer) answer(response, request);
        else response.writeHead(...given(request)).end();
        service.emit('request');
      });
    });
    await new Promise((resolve) => service.server.listen(0, '127.0.0.1', resolve));
    service.origin = `http://127.0.0.1:${service.server.address().port}`;
    return service;
  }
  stop() {
    return new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  /** A browser that subscribes here; its address is a secret that nobody guesses. */
  browser() {
    const browser = new Browser(`${this.origin}/push/${crypto.randomBytes(12).toString('base64url')}`);
    this.browsers[new URL(browser.endpoint).pathname] = browser;
    return browser;
  }
  pathOf(browser) {
    return new URL(browser.endpoint).pathname;
  }
  to(browser) {
    return this.requests.filter((request) => request.url === this.pathOf(browser));
  }
  /** The n-th push to a browser, once it has come, read by that browser. */
  async push(browser, n = 1) {
    const signal = AbortSignal.timeout(20_000);
    while (this.to(browser).length < n) await once(this, 'request', { signal });
    const request = this.to(browser)[n - 1];
    return { request, note: JSON.parse(browser.read(request.body)) };
  }
}

/** Checks the token as RFC 8292 tells a push service to, and gives its claims. */
export function claimsOf(authorization, publicKey) {
  const [, jwt, k] = authorization.match(/^vapid t=([\w-]+\.[\w-]+\.[\w-]+), k=([\w-]+)$/);
  assert.equal(k, publicKey);
  const point = Buffer.from(k, 'base64url');
  assert.equal(point.length, 65);
  const key = crypto.createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const [header, claims, signature] = jwt.split('.');
  const verifies = (text) => crypto.verify(
    'sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  assert.ok(verifies(`${header}.${claims}`), 'the signature verifies');
  assert.ok(!verifies(`${header}.${claims}x`), 'and is not one of anything');
  assert.deepEqual(JSON.parse(Buffer.from(header, 'base64url')), { typ: 'JWT', alg: 'ES256' });
  return JSON.parse(Buffer.from(claims, 'base64url'));
}
