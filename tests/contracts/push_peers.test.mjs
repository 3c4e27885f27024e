// Web Push against peers that we did not write: npm `http_ece` as the browser that decrypts, npm `web-push` as another
// service whose keys and requests ours must equal, node's own crypto as the push service that checks the token.
// `push_tool` stands for our side.
// MEKENJAI_BUILD names the build directory (default ../build beside tests/).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { existsSync } from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import webpush from 'web-push';

import { Browser, claimsOf, PushService } from '../lib/push_service.mjs';

const tests = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const build = path.resolve(tests, process.env.MEKENJAI_BUILD ?? '../build');
const tool = [path.join(build, 'src/push_tool'), path.join(build, 'push_tool')].find(existsSync);
assert.ok(tool, `push_tool is not in ${build}: build it, or set MEKENJAI_BUILD`);

const kSubject = 'mailto:push@mekenjai.example';
const kPaddedBody = 86 + 513 + 16; // header, 512 octets with their delimiter, tag

const cleanups = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Our side: `ask` writes a line and gets the next line out. */
async function ours(...args) {
  const child = spawn(tool, ['--subject', kSubject, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  cleanups.push(async () => {
    child.stdin.end();
    child.kill('SIGKILL');
    await ended;
  });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    assert.ok(!done, 'push_tool has ended');
    return JSON.parse(value);
  };
  const ready = await next();
  assert.equal(ready.event, 'ready');
  const say = (line) => child.stdin.write(`${JSON.stringify(line)}\n`);
  return { ready, say, next, ended, end: () => child.stdin.end(), ask: (line) => (say(line), next()) };
}

const browser = (endpoint) => new Browser(endpoint);

async function pushService(answer) {
  const service = await PushService.started(answer);
  cleanups.push(() => service.stop());
  return service;
}

test('http_ece reads what we encrypt, of every length', async () => {
  const side = await ours();
  for (const text of ['', 'x', '{"kind":"news","lang":"kk"}', 'Хабарлама келді', 'y'.repeat(511), 'y'.repeat(512),
    'y'.repeat(513), 'z'.repeat(3993)]) {
    const user = browser();
    const { event, body } = await side.ask({ do: 'encrypt', p256dh: user.p256dh, auth: user.auth, text });
    assert.equal(event, 'encrypted');
    const bytes = Buffer.from(body, 'base64url');
    assert.ok(bytes.length <= 4096);
    if (text.length <= 32) assert.equal(bytes.length, kPaddedBody);
    assert.equal(user.read(bytes), text);
    assert.throws(() => browser().read(bytes), 'another browser cannot');
    bytes[bytes.length - 1] ^= 1;
    assert.throws(() => user.read(bytes), 'an octet that is not ours is found');
  }
  const user = browser();
  const long = await side.ask({ do: 'encrypt', p256dh: user.p256dh, auth: user.auth, text: 'z'.repeat(3994) });
  assert.deepEqual(long, { event: 'wrong', field: 'text' });
});

test('keys that no browser makes are refused', async () => {
  const side = await ours();
  const user = browser();
  const offCurve = `${user.p256dh.slice(0, -8)}AAAAAAAA`;
  for (const p256dh of ['', 'AAAA', user.p256dh.slice(0, -4), `${user.p256dh}AAAA`, offCurve]) {
    const answer = await side.ask({ do: 'encrypt', p256dh, auth: user.auth, text: 'x' });
    assert.deepEqual(answer, { event: 'wrong', field: 'p256dh' }, p256dh);
  }
  const short = await side.ask({ do: 'encrypt', p256dh: user.p256dh, auth: 'AAAA', text: 'x' });
  assert.deepEqual(short, { event: 'wrong', field: 'auth' });
});

test('keys of web-push are ours, and its tokens say the same as ours', async () => {
  const { publicKey, privateKey } = webpush.generateVAPIDKeys();
  const side = await ours('--key', privateKey);
  assert.equal(side.ready.public, publicKey);
  assert.equal(side.ready.private, privateKey);
  const pem = crypto.createPrivateKey(side.ready.pem).export({ format: 'jwk' });
  assert.equal(pem.d, privateKey);

  const origin = 'https://fcm.googleapis.com';
  const before = Math.floor(Date.now() / 1000);
  const answer = await side.ask({ do: 'authorize', endpoint: `${origin}/fcm/send/abc:def` });
  const mine = claimsOf(answer.authorization, publicKey);
  assert.deepEqual(Object.keys(mine).sort(), ['aud', 'exp', 'sub']);
  assert.ok(mine.exp >= before + 12 * 3600 && mine.exp <= before + 12 * 3600 + 60);
  const theirs = claimsOf(
    webpush.getVapidHeaders(origin, kSubject, publicKey, privateKey, 'aes128gcm', mine.exp).Authorization, publicKey);
  assert.deepEqual(mine, theirs);
  const again = await side.ask({ do: 'authorize', endpoint: `${origin}/fcm/send/other` });
  assert.equal(again.authorization, answer.authorization, 'one token an origin');
});

test('web-push accepts a key that we have made', async () => {
  const side = await ours();
  const headers = webpush.getVapidHeaders(
    'https://web.push.apple.com', kSubject, side.ready.public, side.ready.private, 'aes128gcm');
  claimsOf(headers.Authorization, side.ready.public);
});

test('a push arrives as web-push would send it, and the browser reads it', async () => {
  const service = await pushService();
  const side = await ours('--loopback');
  const user = browser(`${service.origin}/push/alpha?x=1`);
  const report = await side.ask({
    do: 'send', id: 7, endpoint: user.endpoint, p256dh: user.p256dh, auth: user.auth,
    kind: 'consent', language: 'kk', ttl: 3600, topic: 'consent',
  });
  assert.deepEqual(report, { event: 'reported', id: 7, fate: 'taken', status: 201, retry_after_s: 0, trouble: '' });
  const [request] = service.requests;
  assert.equal(user.read(request.body), '{"kind":"consent","lang":"kk"}');
  assert.equal(request.body.length, kPaddedBody);
  assert.equal(claimsOf(request.headers.authorization, side.ready.public).aud, service.origin);

  const theirs = webpush.generateRequestDetails(
    { endpoint: user.endpoint, keys: { p256dh: user.p256dh, auth: user.auth } }, 'x', {
      vapidDetails: { subject: kSubject, publicKey: side.ready.public, privateKey: side.ready.private },
      TTL: 3600, urgency: 'high', topic: 'consent', contentEncoding: 'aes128gcm',
    });
  assert.equal(request.method, theirs.method);
  assert.equal(`${service.origin}${request.url}`, theirs.endpoint);
  for (const [name, value] of Object.entries(theirs.headers)) {
    if (['Authorization', 'Content-Length'].includes(name)) continue;
    assert.equal(request.headers[name.toLowerCase()], String(value), name);
  }
});

test('the push service says what becomes of it', async () => {
  const answers = {
    '/gone': [410, {}], '/unknown': [404, {}], '/busy': [429, { 'Retry-After': '120' }], '/down': [503, {}],
    '/bad': [400, {}], '/moved': [307, { Location: 'http://127.0.0.1:1/elsewhere' }],
  };
  const service = await pushService((response, request) => response.writeHead(...answers[request.url]).end());
  const side = await ours('--loopback');
  const user = browser();
  const fates = {};
  for (const way of Object.keys(answers)) {
    const report = await side.ask({ do: 'send', endpoint: service.origin + way, p256dh: user.p256dh, auth: user.auth });
    fates[way] = [report.fate, report.retry_after_s];
  }
  assert.deepEqual(fates, {
    '/gone': ['gone', 0], '/unknown': ['gone', 0], '/busy': ['later', 120], '/down': ['later', 0],
    '/bad': ['refused', 0], '/moved': ['refused', 0],
  });
  assert.equal(service.requests.length, Object.keys(answers).length);
});

test('without the flag nothing on this machine is reached', async () => {
  const service = await pushService();
  const side = await ours();
  const user = browser();
  for (const endpoint of [`${service.origin}/push`, service.origin.replace('http:', 'https:'), 'https://localhost/push',
    'https://169.254.169.254/latest/meta-data/']) {
    const answer = await side.ask({ do: 'send', endpoint, p256dh: user.p256dh, auth: user.auth });
    assert.equal(answer.event, 'wrong', endpoint);
    assert.equal(answer.field, 'endpoint');
  }
  assert.equal(service.requests.length, 0);
  side.end();
  assert.deepEqual(await side.next(), { event: 'stopped' });
  assert.equal(await side.ended, 0);
});
