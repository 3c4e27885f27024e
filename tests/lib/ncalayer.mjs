// NCALayer as a page meets it: a program on the same computer that speaks JSON over a WebSocket with TLS and asks its
// owner for a key in a window of its own. Here the owner has decided beforehand: `key` is what he chooses (null: he
// closes the window). It really signs, with a key of the sandbox.
// What it answers is what NCALayer 1.4 was recorded to answer; `version` '1.2' answers a single signature bare, and
// `modules` without 'basics' is a still older one.
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';

import { WebSocketServer } from 'ws';

import { temporaryFolder } from './service.mjs';

const basics = 'kz.gov.pki.knca.basics';
const commonUtils = 'kz.gov.pki.knca.commonUtils';
const person = '1.2.398.3.3.4.1.1';
const signing = '1.3.6.1.5.5.7.3.4';
const clientAuth = '1.3.6.1.5.5.7.3.2';

/** A certificate for 127.0.0.1, made anew for every process. */
let identity;
function ownIdentity() {
  if (identity) return identity;
  const folder = temporaryFolder();
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  identity = { key: readFileSync(key), cert: readFileSync(cert) };
  return identity;
}

/** What Chromium wants to be told to believe this one certificate (`--ignore-certificate-errors-spki-list`). */
export function certificateDigest() {
  const spki = new X509Certificate(ownIdentity().cert).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('base64');
}

export class NcaLayer {
  constructor({ key = null, version = '1.4', modules = [basics, commonUtils], anyChain = false } = {}) {
    Object.assign(this, { key, version, modules, anyChain });
    this.asked = []; // requests, as they came
  }

  /** Listens; on a free port unless told. The browser is told to find 13579 there. */
  async start(port = 0) {
    this.server = https.createServer(ownIdentity());
    this.sockets = new WebSocketServer({ server: this.server });
    this.sockets.on('connection', (socket) => {
      socket.send(JSON.stringify({ result: { version: this.version } }));
      socket.on('message', async (bytes) => {
        const text = bytes.toString();
        socket.send(text === '--heartbeat--' ? text : JSON.stringify(await this.answer(JSON.parse(text))));
      });
    });
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
    return this;
  }
  async stop() {
    for (const socket of this.sockets?.clients ?? []) socket.terminate();
    this.sockets?.close();
    this.server?.closeAllConnections();
    await new Promise((resolve) => (this.server ? this.server.close(resolve) : resolve()));
  }

  async answer(request) {
    this.asked.push(request);
    if (!this.modules.includes(request.module)) return { success: false, errorCode: 'MODULE_NOT_FOUND' };
    const answered = request.module === basics ? this.#basics(request) : this.#commonUtils(request);
    return answered.catch(({ message }) => (request.module === basics
      ? { code: 'SIGNING_FAILURE', details: message, message: 'An invoked method threw an exception.', status: false }
      : { code: '500', message }));
  }

  async #basics({ method, args }) {
    const wrong = wrongArguments(method, args);
    if (wrong) {
      return { code: 'INVOCATION_ERROR', details: wrong, message: 'An invoked method threw an exception.', status: false };
    }
    if (!this.#fits(args.signerParams)) return { body: {}, status: true };
    const one = (data) => this.#sign(args.format, data, args.signingParams, isLogin(args.signerParams));
    const many = Array.isArray(args.data);
    const result = await Promise.all((many ? args.data : [args.data]).map(one));
    const bare = this.version === '1.2' && !many && args.format === 'cms';
    return { body: { result: bare ? result[0] : result }, status: true };
  }

  async #commonUtils({ method, args = [] }) {
    const mismatch = { code: '500', message: `java.lang.IllegalArgumentException: argument type mismatch. Method: ${method}` };
    if (method === 'getActiveTokens') return { responseObject: [], code: '200' };
    if (method === 'changeLocale') return typeof args[0] === 'string' ? { code: '200' } : mismatch;
    const kinds = { createCAdESFromBase64: ['string', 'string', 'string', 'boolean'], signXml: Array(5).fill('string'),
      getKeyInfo: ['string'] }[method];
    if (!kinds) return { code: '500', message: `java.lang.NoSuchMethodException: ${method}` };
    if (kinds.some((kind, at) => typeof args[at] !== kind)) return mismatch;
    if (!this.key) return { code: '500', message: 'action.canceled' };
    if (method === 'getKeyInfo') return { responseObject: { subjectCn: this.key.person.surname }, code: '200' };
    const login = args[1] !== 'SIGNATURE';
    const signed = method === 'signXml'
      ? await this.key.signXml(args[2], { login })
      : bare(await this.key.sign(Buffer.from(args[2], 'base64'), { detached: !args[3], login }));
    return { responseObject: signed, code: '200' };
  }

  /** Keys that the filter of the page hides cannot be chosen: the owner closes the window. Ours are a person's, and the
   *  sandbox's authority is offered only to pages that ask for other chains. */
  #fits({ extKeyUsageOids, chain }) {
    const known = [person, signing, ...(this.key?.loginFile === this.key?.file ? [] : [clientAuth])];
    return Boolean(this.key && (chain || this.anyChain) && extKeyUsageOids.every((oid) => known.includes(oid)));
  }

  #sign(format, data, { decode, encapsulate }, login) {
    if (format === 'xml') return this.key.signXml(data, { login });
    return this.key.sign(decode ? Buffer.from(data, 'base64') : data, { detached: !encapsulate, login });
  }
}

const isLogin = ({ extKeyUsageOids }) => !extKeyUsageOids.includes(signing);
const bare = (pem) => pem.replace(/-----.*?-----|\s/g, '');

function wrongArguments(method, args) {
  if (method !== 'sign') return `java.lang.NoSuchMethodException: ${method}`;
  for (const name of ['signingParams', 'signerParams']) {
    if (typeof args[name] !== 'object') return `org.json.JSONException: JSONObject["${name}"] is not a JSONObject.`;
  }
  return undefined;
}
