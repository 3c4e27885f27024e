// SMPP against peers that we did not write: npm `smpp` as the SMS centre of our client, Debian's
// kannel as a client of our SMS centre. `smpp_tool` stands for either side of ours.
// MEKENJAI_BUILD names the build directory (default ../build beside tests/).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { afterEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import smpp from 'smpp';

const tests = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const build = path.resolve(tests, process.env.MEKENJAI_BUILD ?? '../build');
const tool = [path.join(build, 'src/smpp_tool'), path.join(build, 'smpp_tool')].find(existsSync);
assert.ok(tool, `smpp_tool is not in ${build}: build it, or set MEKENJAI_BUILD`);

const phone = '+77010000001';
const kazakh =
  'Айгерім С. Сіздің пәтеріңізге тұрақты тіркелмек: Абай даңғылы, 10 үй, 25 пәтер. Келісесіз бе? ' +
  'Жауап болмаса – жоқ деген сөз болады.';
assert.equal(kazakh.length, 131);

const cleanups = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Things that happen, and waiting for one of them: no test here sleeps. */
class Happenings {
  constructor() {
    this.all = [];
    this.waiting = [];
  }
  add(happening) {
    this.all.push(happening);
    this.waiting = this.waiting.filter((look) => !look());
  }
  /** The `count`-th happening that `matches`, whether it has come or is still to come. */
  until(matches, { count = 1, limit = 30_000, what = matches.toString() } = {}) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((one) => one !== look);
        reject(new Error(`never came: ${what}; so far ${JSON.stringify(this.all)}`));
      }, limit);
      const look = () => {
        const found = this.all.filter(matches);
        if (found.length < count) return false;
        clearTimeout(timer);
        resolve(found[count - 1]);
        return true;
      };
      if (!look()) this.waiting.push(look);
    });
  }
}

function run(command, args, options = {}) {
  const child = spawn(command, args, options);
  const ended = new Promise((resolve) => {
    child.on('exit', resolve);
    child.on('error', resolve);
  });
  cleanups.push(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  });
  return { child, ended };
}

/** One side of ours: JSON lines out are happenings, `say` writes a line in. */
function ours(...args) {
  const { child, ended } = run(tool, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const events = new Happenings();
  readline.createInterface({ input: child.stdout }).on('line', (line) => events.add(JSON.parse(line)));
  return {
    events,
    ended,
    say: (line) => child.stdin.write(`${JSON.stringify(line)}\n`),
    close: () => child.stdin.end(),
    event: (name, options) => events.until((e) => e.event === name, { what: name, ...options }),
  };
}

/** npm smpp as the SMS centre. `onSubmit(session, pdu)` answers; a default one accepts. */
async function foreignCentre(onSubmit) {
  const seen = new Happenings();
  const sockets = new Set();
  let ids = 0;
  const accept = (session, pdu, id = `m${++ids}`) => session.send(pdu.response({ message_id: id }));
  const server = smpp.createServer({}, (session) => {
    sockets.add(session.socket);
    session.on('error', () => {});
    session.on('bind_transceiver', (pdu) => {
      const good = pdu.system_id === 'mekenjai' && pdu.password === 'secret';
      session.send(pdu.response(good ? { system_id: 'foreign' } : { command_status: smpp.ESME_RINVPASWD }));
      if (good) seen.add({ name: 'bound', session });
    });
    session.on('submit_sm', (pdu) => {
      seen.add({ name: 'submit', pdu, session });
      if (onSubmit) onSubmit(session, pdu, accept);
      else accept(session, pdu);
    });
    session.on('enquire_link', (pdu) => session.send(pdu.response()));
    session.on('unbind', (pdu) => {
      seen.add({ name: 'unbind' });
      session.send(pdu.response());
      session.close();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  cleanups.push(stop);
  return { seen, stop, address: `127.0.0.1:${server.address().port}` };
}

const deliver = (session, fields) => new Promise((resolve) => session.deliver_sm(fields, resolve));
const fromPhone = (text) => ({
  source_addr_ton: 1,
  source_addr_npi: 1,
  source_addr: '77010000001',
  dest_addr_ton: 3,
  destination_addr: '1414',
  data_coding: 8,
  short_message: text,
});

test('a Kazakh text of two parts arrives whole, with both receipts', async () => {
  const centre = await foreignCentre();
  const client = ours('client', '--smpp', centre.address);
  await client.event('bound');
  client.say({ id: 7, to: phone, text: kazakh });

  const report = await client.event('submitted');
  assert.deepEqual(report, {
    event: 'submitted', id: 7, outcome: 'accepted', message_ids: ['m1', 'm2'], status: 0,
  });
  const parts = centre.seen.all.filter((s) => s.name === 'submit').map((s) => s.pdu);
  assert.equal(parts.length, 2);
  assert.equal(parts.map((pdu) => pdu.short_message.message).join(''), kazakh);
  for (const [i, pdu] of parts.entries()) {
    assert.equal(pdu.data_coding, 8);
    assert.equal(pdu.esm_class & 0x40, 0x40);
    assert.equal(pdu.source_addr, '1414');
    assert.equal(pdu.source_addr_ton, 3);
    assert.equal(pdu.destination_addr, '77010000001');
    const hour = pdu.validity_period - Date.now();  // smpp reads the relative form as a date
    assert.ok(hour > 3_540_000 && hour <= 3_600_000, `valid for ${hour} ms`);
    assert.equal(pdu.registered_delivery, 1);
    const [header] = pdu.short_message.udh;
    assert.deepEqual([...header].slice(-2), [2, i + 1]);
  }

  const { session } = centre.seen.all.find((s) => s.name === 'bound');
  const byTlv = await deliver(session, {
    esm_class: 4, receipted_message_id: 'm1', message_state: 2, short_message: 'id:nonsense',
  });
  assert.equal(byTlv.command_status, 0);
  const byText = await deliver(session, {
    esm_class: 4,
    short_message:
      'id:m2 sub:001 dlvrd:000 submit date:2611240900 done date:2611240901 stat:UNDELIV err:001 text:',
  });
  assert.equal(byText.command_status, 0);
  await client.event('receipt', { count: 2 });
  assert.deepEqual(client.events.all.filter((e) => e.event === 'receipt'), [
    { event: 'receipt', message_id: 'm1', state: 'delivered' },
    { event: 'receipt', message_id: 'm2', state: 'undeliverable' },
  ]);

  client.close();
  await client.event('stopped');
  await centre.seen.until((s) => s.name === 'unbind');
});

test('a reply is acknowledged only after it is stored', async () => {
  const centre = await foreignCentre();
  const client = ours('client', '--hold', '--smpp', centre.address);
  const { session } = await centre.seen.until((s) => s.name === 'bound');
  await client.event('bound');

  let answer;
  const answered = deliver(session, fromPhone('Иә 1')).then((pdu) => (answer = pdu));
  assert.deepEqual(await client.event('inbound'), {
    event: 'inbound', from: phone, to: '1414', text: 'Иә 1',
  });
  // The link is alive and answers what comes after; the reply stays without an answer.
  await new Promise((resolve) => session.enquire_link({}, resolve));
  assert.equal(answer, undefined);
  client.say({ store: false });
  await answered;
  assert.equal(answer.command_status, smpp.ESME_RX_T_APPN);

  const again = deliver(session, fromPhone('Иә 1'));
  await client.event('inbound', { count: 2 });
  client.say({ store: true });
  assert.equal((await again).command_status, 0);
});

test('a throttled message waits and goes again', async () => {
  let refusals = 3;
  const centre = await foreignCentre((session, pdu, accept) => {
    if (refusals-- > 0) session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
    else accept(session, pdu);
  });
  const client = ours('client', '--smpp', centre.address);
  client.say({ id: 1, to: phone, text: 'Salem' });
  assert.equal((await client.event('submitted')).outcome, 'accepted');
  const times = centre.seen.all.filter((s) => s.name === 'submit').length;
  assert.equal(times, 4);
});

test('a wrong number and a wrong password are told', async () => {
  const centre = await foreignCentre((session, pdu) =>
    session.send(pdu.response({ command_status: smpp.ESME_RINVDSTADR })));
  const client = ours('client', '--smpp', centre.address);
  client.say({ id: 1, to: phone, text: 'Salem' });
  const report = await client.event('submitted');
  assert.equal(report.outcome, 'refused');
  assert.equal(report.status, smpp.ESME_RINVDSTADR);

  const stranger = ours('client', '--password', 'wrong', '--smpp', centre.address);
  const trouble = await stranger.event('trouble');
  assert.match(trouble.what, /0x0e/);
});

test('a centre that dies in the middle of a PDU is left for the second', async () => {
  const first = await foreignCentre((session, pdu) => {
    const answer = pdu.response({ message_id: 'never whole' }).toBuffer();
    session.socket.end(answer.subarray(0, answer.length / 2), () => first.stop());
  });
  const second = await foreignCentre();
  const client = ours('client', '--backoff-ms', '50', '--smpp', `${first.address},${second.address}`);
  await client.event('bound');
  client.say({ id: 1, to: phone, text: kazakh });
  assert.deepEqual(await client.event('submitted'), {
    event: 'submitted', id: 1, outcome: 'unsent', message_ids: [], status: 0,
  });
  await second.seen.until((s) => s.name === 'bound');
  client.say({ id: 1, to: phone, text: kazakh });
  const report = await client.event('submitted', { count: 2 });
  assert.equal(report.outcome, 'accepted');
  const text = second.seen.all
    .filter((s) => s.name === 'submit')
    .map((s) => s.pdu.short_message.message)
    .join('');
  assert.equal(text, kazakh);
});

async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** kannel's two boxes bound to `smscPort`; what reaches its callbacks are happenings. */
async function kannel(smscPort) {
  const callbacks = new Happenings();
  const listener = http.createServer((request, response) => {
    callbacks.add({ url: request.url });
    response.end();
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => {
    listener.close(resolve);
    listener.closeAllConnections?.();
  }));
  const callback = `http://127.0.0.1:${listener.address().port}`;
  const [admin, box, send] = [await freePort(), await freePort(), await freePort()];
  const folder = mkdtempSync(path.join(tmpdir(), 'smpp-peers-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  const groups = [
    { group: 'core', 'admin-port': admin, 'admin-interface': '127.0.0.1', 'admin-password': 'bar',
      'smsbox-port': box, 'smsbox-interface': '127.0.0.1', 'dlr-storage': 'internal',
      'box-allow-ip': '127.0.0.1' },
    { group: 'smsc', smsc: 'smpp', host: '127.0.0.1', port: smscPort, 'transceiver-mode': 'true',
      'smsc-username': 'mekenjai', 'smsc-password': 'secret', 'system-type': '""',
      'interface-version': 34, 'source-addr-ton': 3, 'source-addr-npi': 0, 'dest-addr-ton': 1,
      'dest-addr-npi': 1, 'enquire-link-interval': 5, 'max-pending-submits': 10, throughput: 20 },
    { group: 'smsbox', 'bearerbox-host': '127.0.0.1', 'sendsms-port': send,
      'sendsms-interface': '127.0.0.1' },
    { group: 'sendsms-user', username: 'u', password: 'p', 'max-messages': 10,
      concatenation: 'true' },
    { group: 'sms-service', keyword: 'default', 'catch-all': 'true', 'max-messages': 0,
      'get-url': `"${callback}/mo?from=%p&to=%P&coding=%c&charset=%C&text=%b"` },
  ];
  const file = path.join(folder, 'kannel.conf');
  writeFileSync(file, groups
    .map((group) => Object.entries(group).map(([k, v]) => `${k} = ${v}\n`).join(''))
    .join('\n'));
  const quiet = { cwd: folder, stdio: 'ignore' };
  const get = async (url) => (await fetch(url)).text();
  const status = `http://127.0.0.1:${admin}/status.txt?password=bar`;
  run('bearerbox', ['-v', '4', file], quiet);
  await eventually(async () => /online/.test(await get(status)), 'bearerbox is bound');
  run('smsbox', ['-v', '4', file], quiet);
  await eventually(async () => /smsbox/.test(await get(status)), 'smsbox is connected');
  const sendsms = (query) => eventually(
    () => get(`http://127.0.0.1:${send}/cgi-bin/sendsms?${new URLSearchParams({
      username: 'u', password: 'p', ...query })}`),
    'sendsms listens');
  return { callback, callbacks, sendsms };
}

/** A process that we did not write tells nothing: ask until it is so. */
async function eventually(question, what, limit = 30_000) {
  for (const end = Date.now() + limit; Date.now() < end;) {
    try {
      const answer = await question();
      if (answer) return answer;
    } catch { /* it does not listen yet */ }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never so: ${what}`);
}

/** A parameter's bytes; kannel writes UTF-16BE into addresses, which no URL class reads. */
function parameter(url, name) {
  const raw = new URL(url, 'http://x').search.slice(1).split('&')
    .find((pair) => pair.startsWith(`${name}=`)).slice(name.length + 1).replaceAll('+', ' ');
  return Buffer.from(
    raw.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
}
const utf16be = (bytes) => Buffer.from(bytes).swap16().toString('utf16le');

const hasKannel = ['/usr/sbin', '/usr/local/sbin', ...(process.env.PATH ?? '').split(':')]
  .some((folder) => existsSync(path.join(folder, 'bearerbox')));
process.env.PATH += ':/usr/sbin:/usr/local/sbin';

test('kannel sends through our centre and hears our phones',
  { skip: hasKannel ? false : 'kannel is not installed (no bearerbox)' }, async () => {
    const centre = ours('smsc', '--port', '0');
    const { port } = await centre.event('listening');
    const { callback, callbacks, sendsms } = await kannel(port);

    const accepted = await sendsms({
      from: '1414', to: '77010000001', coding: '2', charset: 'UTF-8', text: kazakh,
      'dlr-mask': '19', 'dlr-url': `${callback}/dlr?type=%d&answer=%A`,
    });
    assert.match(accepted, /Accepted|Queued/);
    const message = await centre.event('message');
    assert.equal(message.text, kazakh);
    assert.equal(message.from, '1414');
    assert.equal(message.to, phone);
    const receipt = await callbacks.until((c) => c.url.startsWith('/dlr?type=1&'));
    assert.match(decodeURIComponent(receipt.url), /stat:DELIVRD/);

    centre.say({ from: phone, to: '1414', text: 'Иә 1' });
    const reply = await callbacks.until((c) => c.url.startsWith('/mo?'));
    assert.equal(parameter(reply.url, 'from').toString(), phone);
    assert.equal(parameter(reply.url, 'to').toString(), '1414');
    assert.equal(parameter(reply.url, 'coding').toString(), '2');
    assert.equal(utf16be(parameter(reply.url, 'text')), 'Иә 1');
    assert.deepEqual(await centre.event('acknowledged'), { event: 'acknowledged', ok: true });

    centre.say({ from: phone, to: '1414', text: kazakh });  // two parts, which kannel joins
    const long = await callbacks.until((c) => c.url.startsWith('/mo?'), { count: 2 });
    assert.equal(utf16be(parameter(long.url, 'text')), kazakh);
    await centre.event('acknowledged', { count: 2 });
  });
