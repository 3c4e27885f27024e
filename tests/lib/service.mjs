// The service as its neighbours see it: a process with a folder, an address and phones. Each suite starts its own
// on a free port; nothing here sleeps.
// MEKENJAI_BUILD names the build directory (default ../build beside tests/).
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Registers } from './registers.mjs';

const tests = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const build = path.resolve(tests, process.env.MEKENJAI_BUILD ?? '../build');
export const binary = path.join(build, 'mekenjai');

/** Runs a command of the program to its end: `{code, out, err}`; one that does not end has the code null. */
export function mekenjai(...args) {
  return new Promise((resolve) => {
    execFile(binary, args, { maxBuffer: 1 << 28, timeout: 30_000 }, (error, out, err) => {
      resolve({ code: error ? error.code : 0, out, err });
    });
  });
}

/** A folder for one test, away when the process ends. */
const folders = [];
process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'mekenjai-'));
  folders.push(folder);
  return folder;
}

/** The last isolated group of six digits in a text: a one-time code. */
export const sixDigits = (text) => text.match(/(?<!\d)\d{6}(?!\d)/g)?.at(-1);

/** Services that a failed test left behind end with the suite. */
const running = new Set();
after(() => Promise.all([...running].map((service) => service.kill())));

export class Service {
  constructor({ data = path.join(temporaryFolder(), 'data'), sandbox = true, config } = {}) {
    this.data = data;
    this.sandbox = sandbox;
    this.config = config;
    this.registers = new Registers(() => this.today);
    this.offset = 0; // how far the business clock is ahead, as far as we know
  }

  static async started(options) {
    const service = new Service(options);
    await service.start();
    return service;
  }

  /** The civil day of the business clock. */
  get today() {
    return new Date(Date.now() + this.offset + 5 * 3600_000).toISOString().slice(0, 10);
  }

  /** `bound: false` does not wait for the link to the SMS centre. */
  async start({ bound = true } = {}) {
    const args = ['serve', '--data', this.data, '--listen', '127.0.0.1:0'];
    if (this.config) args.push('--config', this.config);
    if (this.sandbox) args.push('--sandbox');
    this.child = spawn(binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    this.agent = new http.Agent({ keepAlive: true });
    this.log = '';
    this.child.stderr.on('data', (bytes) => (this.log += bytes));
    this.ended = new Promise((resolve) => this.child.on('close', (code, signal) => resolve({ code, signal })));
    const lines = readline.createInterface({ input: this.child.stdout });
    const line = await Promise.race([
      new Promise((resolve) => lines.once('line', resolve)),
      this.ended.then(({ code }) => assert.fail(`the service ended with ${code}: ${this.log}`)),
    ]);
    const [, host, port] = line.match(/^listening on http:\/\/(.+):(\d+)$/) ?? assert.fail(line);
    this.host = host;
    this.port = Number(port);
    if (this.sandbox) await this.readClock();
    while (bound && (await this.call('GET', '/health/ready')).status !== 200);
    return this;
  }

  async end(signal) {
    if (!this.child) return undefined;
    this.agent.destroy();
    this.child.kill(signal);
    const how = await this.ended;
    running.delete(this);
    this.child = undefined;
    return how;
  }
  stop() {
    return this.end('SIGTERM');
  }
  kill() {
    return this.end('SIGKILL');
  }
  async restart() {
    await this.stop();
    return this.start();
  }

  /**
   * One request. `body`: an object is sent as JSON, a text or bytes as they are. `source`: the loopback address
   * it comes from. Answers with `{status, headers, body, text}`; `body` is parsed where it is JSON.
   */
  call(method, target, body, { token, language = 'ru', headers = {}, type, source } = {}) {
    const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
    const bytes = raw ? body : JSON.stringify(body);
    const all = { 'Accept-Language': language, ...headers };
    if (body !== undefined) {
      all['Content-Type'] = type ?? 'application/json';
      all['Content-Length'] = Buffer.byteLength(bytes);
    } else if (method === 'POST') {
      all['Content-Length'] = 0;
    }
    if (type === null) delete all['Content-Type'];
    if (token) all.Authorization = `Bearer ${token}`;
    return new Promise((resolve, reject) => {
      const request = http.request(
        { host: this.host, port: this.port, method, path: target, headers: all, localAddress: source,
          agent: source ? false : this.agent },
        (response) => {
          const parts = [];
          response.on('data', (part) => parts.push(part));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(parts).toString();
            const json = /json/.test(response.headers['content-type'] ?? '');
            resolve({ status: response.statusCode, headers: response.headers, text,
              body: json && text !== '' ? JSON.parse(text) : undefined });
          });
        });
      request.on('error', reject);
      request.end(bytes);
    });
  }

  /** A call that must be answered with `status`; its body. */
  async expect(status, method, target, body, options) {
    const answer = await this.call(method, target, body, options);
    assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
    return answer.body;
  }

  // --- registers ------------------------------------------------------------------------------------------

  /** Imports what the test has put into `registers` since the last time. */
  async import() {
    const folder = temporaryFolder();
    if (!this.registers.write(folder)) return;
    const { code, err } = await mekenjai('import', '--data', this.data, folder);
    assert.equal(code, 0, err);
  }

  async registerDown(name, down = true) {
    await this.expect(200, 'POST', `/sandbox/registers/${name}`, { down });
  }
  async registersUp() {
    for (const name of ['persons', 'dwellings', 'rights', 'leases', 'phones', 'residences']) {
      await this.registerDown(name, false);
    }
  }

  // --- time -----------------------------------------------------------------------------------------------

  async readClock() {
    const { now } = await this.expect(200, 'GET', '/sandbox/clock');
    this.offset = Date.parse(now) - Date.now();
    return Date.parse(now);
  }
  /** Moves the business clock; everything that falls due in between has happened. */
  async advance({ days = 0, hours = 0, minutes = 0, seconds = 0 }) {
    const by = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    const { now } = await this.expect(200, 'POST', '/sandbox/clock', { advance_seconds: Math.ceil(by) });
    this.offset = Date.parse(now) - Date.now();
    return Date.parse(now);
  }
  async advanceTo(instant) {
    const ahead = (typeof instant === 'string' ? Date.parse(instant) : instant) - (await this.readClock());
    return ahead > 0 ? this.advance({ seconds: ahead / 1000 }) : this.readClock();
  }
  /** Seconds before midnight of the day that begins now are too few for a test that counts days. */
  async startOfNextDay() {
    const day = 24 * 3600_000;
    const now = await this.readClock();
    return this.advanceTo(Math.ceil((now + 5 * 3600_000) / day) * day - 5 * 3600_000);
  }

  // --- phones ---------------------------------------------------------------------------------------------

  /** All SMS that reached a phone, oldest first. */
  async inbox(phone) {
    return this.expect(200, 'GET', `/sandbox/phones/${encodeURIComponent(phone.phone ?? phone)}/messages`);
  }
  async lastSms(phone) {
    return (await this.inbox(phone)).at(-1)?.text;
  }
  /** Sends an SMS from the phone; what 1414 answered to it. */
  async sendSms(phone, text, to = '1414') {
    const from = phone.phone ?? phone;
    const before = (await this.inbox(from)).length;
    const answer = await this.call('POST', `/sandbox/phones/${encodeURIComponent(from)}/messages`, { to, text });
    assert.equal(answer.status, 202, answer.text);
    return (await this.inbox(from)).slice(before).map((sms) => sms.text);
  }
  async codeOf(phone) {
    const text = await this.lastSms(phone);
    return sixDigits(text ?? '') ?? assert.fail(`no code in ${text}`);
  }
  /** The consent requests that reached a phone: `{text, reference, until}`. */
  async requestsTo(phone) {
    return (await this.inbox(phone))
      .map(({ text }) => ({ text, reference: text.match(/R 1 ([A-Z2-9]{6})/)?.[1], until: text.match(/\d\d:\d\d/)?.[0] }))
      .filter(({ text, reference }) => reference && text.includes(`R 2 ${reference}`));
  }
  /** Answers the newest consent request on the phone: 1 grants, 2 refuses, 3 knows nothing. */
  async answerBySms(phone, answer) {
    const request = (await this.requestsTo(phone)).at(-1) ?? assert.fail('nobody asked this phone');
    return this.sendSms(phone, `R ${answer} ${request.reference}`);
  }

  citizen(person) {
    return new Citizen(this, person);
  }
}

/** Somebody with a phone in front of the service. Signs in when he must, again when the session has ended. */
export class Citizen {
  constructor(service, person) {
    this.service = service;
    this.person = person;
    this.iin = person.iin;
    this.phone = person.phone;
  }

  async signIn() {
    const { challenge } = await this.service.expect(202, 'POST', '/api/v1/sign-in/sms', { iin: this.iin });
    const code = await this.service.codeOf(this.phone);
    const session = await this.service.expect(200, 'POST', `/api/v1/sign-in/sms/${challenge}`, { code });
    this.token = session.token;
    return session;
  }

  async call(method, target, body, options = {}) {
    if (!this.token) await this.signIn();
    const answer = await this.service.call(method, `/api/v1${target}`, body, { token: this.token, ...options });
    if (answer.status !== 401) return answer;
    await this.signIn();
    return this.service.call(method, `/api/v1${target}`, body, { token: this.token, ...options });
  }
  async expect(status, method, target, body, options) {
    const answer = await this.call(method, target, body, options);
    assert.equal(answer.status, status, `${method} ${target}: ${answer.text}`);
    return answer.body;
  }
  get(target, options) {
    return this.expect(200, 'GET', target, undefined, options);
  }
  me() {
    return this.get('/me');
  }
  application(application) {
    return this.get(`/applications/${application.id ?? application}`);
  }

  /** The body of a draft: himself, permanently, at the dwelling, unless told otherwise. */
  wish({ at, who = [this], kind, until, reason = 'family', ...more }) {
    return { kind: kind ?? (until ? 'temporary' : 'permanent'), ...(until && { until }), rka: at.rka ?? at,
      registrants: who.map((one) => one.iin ?? one), reason, data_consent: true, ...more };
  }
  draft(wish, options) {
    return this.expect(201, 'POST', '/applications', this.wish(wish), options);
  }
  /** Asks for a code and signs with it; the whole answer of the signature. */
  async trySigning(draft) {
    const asked = await this.call('POST', `/applications/${draft.id}/sms-code`);
    if (asked.status !== 202) return asked;
    const code = await this.service.codeOf(this.phone);
    return this.call('POST', `/applications/${draft.id}/signature`, { method: 'sms', code });
  }
  async sign(draft) {
    const answer = await this.trySigning(draft);
    assert.equal(answer.status, 200, answer.text);
    return answer.body;
  }
  /** Draft and signature in one. */
  async apply(wish) {
    return this.sign(await this.draft(wish));
  }
  withdraw(application) {
    return this.expect(200, 'POST', `/applications/${application.id}/withdrawal`);
  }

  consents() {
    return this.get('/consents').then((list) => list.items);
  }
  /** Answers the newest request in the cabinet, with a code. */
  async answerInCabinet(answer, consent) {
    const request = consent ?? (await this.consents())[0] ?? assert.fail('nobody asked');
    await this.expect(202, 'POST', `/consents/${request.id}/sms-code`);
    const code = await this.service.codeOf(this.phone);
    return this.expect(200, 'POST', `/consents/${request.id}/answer`, { answer, method: 'sms', code });
  }
  messages() {
    return this.get('/messages').then((list) => list.items);
  }
}
