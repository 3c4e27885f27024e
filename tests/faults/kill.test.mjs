// What people were told has happened, has happened: the service is killed at random moments of about a thousand
// cases, its SMS centre dies in the middle of a PDU, it is asked to stop under load. Choices come from a seed that is
// printed; FAULTS_SEED repeats them. The moments are as the machine's threads fall, so a run is alike, not equal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';

import { Service, binary, mekenjai, sixDigits, temporaryFolder } from '../lib/service.mjs';
import { Centre } from './lib/centre.mjs';

const seed = Number(process.env.FAULTS_SEED ?? 20260323);
const cases = Number(process.env.FAULTS_CASES ?? 1000);
const kills = Number(process.env.FAULTS_KILLS ?? 30);
const clients = 12;
console.log(`seed ${seed}, ${cases} cases, ${kills} kills`);

/** mulberry32: small, and the same everywhere. */
function random(from) {
  let state = from >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const ends = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** A service whose SMS centre is ours and outlives it. */
class Mortal extends Service {
  static async with(centre, fill) {
    const folder = temporaryFolder();
    const config = path.join(folder, 'mekenjai.toml');
    writeFileSync(config, `[sms]\nsmpp = ["${centre.address}"]\nsystem_id = "mekenjai"\npassword = "secret"\n` +
      'backoff_min_seconds = 0.05\nbackoff_max_seconds = 0.2\n[log]\nlevel = "warn"\n[service]\nstop_seconds = 5\n');
    const service = new Mortal({ data: path.join(folder, 'data'), config });
    service.centre = centre;
    service.up = new Promise((resolve) => (service.isUp = resolve));
    fill(service.registers);
    await service.import();
    await service.start();
    ends.push(() => service.kill());
    return service;
  }
  async start() {
    await super.start();
    this.isUp();
    return this;
  }
  /** SIGKILL first, and only then does anybody notice. */
  async end(signal) {
    if (!this.child) return undefined;
    this.up = new Promise((resolve) => (this.isUp = resolve));
    this.child.kill(signal);
    const how = await this.ended;
    this.agent.destroy();
    this.child = undefined;
    return how;
  }
  /** A call whose answer may be lost with the service: then nothing. */
  async ask(method, target, body, options) {
    await this.up;
    try {
      return await this.call(method, target, body, options);
    } catch {
      return undefined;
    }
  }
  /** The same, over and over until there is an answer: for what may be asked twice. */
  async insist(method, target, body, options) {
    for (;;) {
      const answer = await this.ask(method, target, body, options);
      if (answer) return answer;
    }
  }
}

// --- people and their cases -------------------------------------------------------------------------------------

const stories = [
  'own', 'own', 'own temporary', 'grant', 'grant', 'grant temporary', 'two owners', 'refuse', 'fraud', 'withdraw',
  'withdraw draft', 'family', 'family grant',
];
const open = new Set(['draft', 'checking', 'waiting_for_consent', 'retrying', 'on_hold']);

class Case {
  constructor(number, story, registers) {
    this.number = number;
    this.story = story;
    const age = 24 + (number % 40); // birth dates differ, so that IINs do
    this.applicant = registers.person({ age });
    const own = story.startsWith('own') || story === 'family';
    const owners = own ? 0 : story === 'two owners' ? 2 : 1;
    this.owners = Array.from({ length: owners }, () => registers.person({ age: age + 1, sex: 'm' }));
    this.home = registers.dwelling({ owners: own ? [this.applicant] : this.owners });
    registers.live(this.applicant, registers.dwelling({ owners: [this.applicant] }));
    this.registrants = [this.applicant];
    if (story.startsWith('family')) {
      const child = registers.person({ age: 15, phone: null, document: null });
      registers.relate(this.applicant, 'parent', child);
      this.registrants.push(child);
    }
    this.tried = new Set(); // codes
    this.told = []; // what the service acknowledged
  }

  async run(service, { until } = {}) {
    this.service = service;
    await this.signIn();
    await this.draft();
    if (this.story === 'withdraw draft') return this.withdraw();
    await this.sign();
    if (until === 'signed') return undefined;
    return this.goOn();
  }

  acknowledge(step) {
    this.told.push(step);
    this.onStep?.(step);
  }

  /** A code that was not tried yet, the newest first. */
  async code() {
    const fresh = (text) => sixDigits(text) && !this.tried.has(sixDigits(text));
    const { centre } = this.service;
    const known = centre.inbox(this.applicant.phone).filter(fresh).at(-1);
    const code = sixDigits(known ?? (await centre.text(this.applicant.phone, fresh, { what: 'a code' })));
    this.tried.add(code);
    return code;
  }

  async signIn() {
    for (;;) {
      const asked = await this.service.insist('POST', '/api/v1/sign-in/sms', { iin: this.applicant.iin });
      assert.equal(asked.status, 202, asked.text);
      for (let i = 0; i < 2; ++i) {
        const answer = await this.service.ask('POST', `/api/v1/sign-in/sms/${asked.body.challenge}`, { code: await this.code() });
        if (!answer) break; // perhaps signed in, but the token is lost
        if (answer.status === 200) {
          this.token = answer.body.token;
          return this.acknowledge('signed in');
        }
        assert.equal(answer.body.code, 'wrong_code', answer.text);
      }
    }
  }

  async draft() {
    const until = new Date(Date.parse(this.service.today) + 100 * 86400_000).toISOString().slice(0, 10);
    const temporary = this.story.endsWith('temporary');
    const wish = { kind: temporary ? 'temporary' : 'permanent', ...(temporary && { until }), rka: this.home.rka,
      registrants: this.registrants.map((one) => one.iin), reason: 'family', data_consent: true };
    const options = { token: this.token, headers: { 'Idempotency-Key': `case-${this.number}` } };
    const answer = await this.service.insist('POST', '/api/v1/applications', wish, options);
    assert.equal(answer.status, 201, answer.text);
    this.id = answer.body.id;
    this.publicNumber = answer.body.number;
    this.acknowledge('drafted');
  }

  async read() {
    const answer = await this.service.insist('GET', `/api/v1/applications/${this.id}`, undefined, { token: this.token });
    assert.equal(answer.status, 200, `${this.name}: ${answer.text}`);
    return answer.body;
  }

  async sign() {
    for (;;) {
      const asked = await this.service.ask('POST', `/api/v1/applications/${this.id}/sms-code`, undefined, { token: this.token });
      if (!asked) continue;
      if (asked.status === 409) return this.acknowledge('signed'); // it was, but the answer was lost
      assert.equal(asked.status, 202, `${this.name}: ${asked.text}`);
      for (let i = 0; i < 2; ++i) {
        const signature = { method: 'sms', code: await this.code() };
        const answer = await this.service.ask('POST', `/api/v1/applications/${this.id}/signature`, signature, { token: this.token });
        if (!answer) break;
        if (answer.status === 200 || answer.status === 409) return this.acknowledge('signed');
        assert.equal(answer.body.code, 'wrong_code', `${this.name}: ${answer.text}`);
      }
    }
  }

  /** From the signature to the end; a case that is put off ends here and goes on later. */
  async goOn() {
    const now = await this.read();
    if (now.status === 'retrying') return;
    if (this.story === 'withdraw') await this.withdraw();
    else if (now.status === 'waiting_for_consent') for (const owner of this.owners) await this.answer(owner);
  }

  async answer(owner) {
    const what = { refuse: 2, fraud: 3 }[this.story] ?? 1;
    const request = await this.service.centre.text(owner.phone, (text) => /R 1 ([A-Z2-9]{6})/.test(text), { what: 'a request' });
    await this.service.centre.write(owner.phone, `R ${what} ${request.match(/R 1 ([A-Z2-9]{6})/)[1]}`);
    this.acknowledge(`answered ${what}`);
  }

  async withdraw() {
    for (;;) {
      const answer = await this.service.ask('POST', `/api/v1/applications/${this.id}/withdrawal`, undefined, { token: this.token });
      if (!answer) continue;
      // Withdrawn by the call whose answer was lost.
      if (answer.status === 409) assert.equal((await this.read()).status, 'withdrawn');
      else assert.equal(answer.status, 200, `${this.name}: ${answer.text}`);
      return this.acknowledge('withdrawn');
    }
  }

  get name() {
    return `case ${this.number} (${this.story}; ${this.told.join(', ')})`;
  }

  /** Everything that was acknowledged is there, once. */
  async check() {
    if (!this.id) return;
    const told = [...this.told]; // what comes while we look is another matter
    const found = await this.read();
    const happened = (event) => found.history.filter((one) => one.event === event).length;
    const say = `${this.name}: ${found.status}, ${found.history.map((one) => one.event).join(' ')}`;
    assert.equal(found.number, this.publicNumber, say);
    assert.equal(happened('drafted'), 1, say);
    if (told.includes('signed')) assert.equal(happened('signed'), 1, say);
    if (told.includes('signed')) assert.notEqual(found.status, 'draft', say);
    if (told.includes('withdrawn')) assert.equal(found.status, 'withdrawn', say);
    const granted = told.filter((step) => step === 'answered 1').length;
    assert.ok(happened('consent_granted') >= granted, say);
    assert.ok(happened('consent_granted') <= this.owners.length, say);
    if (told.includes('answered 2') || told.includes('answered 3')) assert.equal(found.status, 'rejected', say);
    if (this.final) assert.equal(found.status, this.final, `the end is the end; ${say}`);
    if (!open.has(found.status)) this.final = found.status;
    return found;
  }

  /** How it must have ended, with every SMS that was due. */
  async checkEnd() {
    const found = await this.check();
    const happened = (event) => found.history.filter((one) => one.event === event).length;
    const wanted = this.story.startsWith('withdraw') ? 'withdrawn' : ['refuse', 'fraud'].includes(this.story) ? 'rejected' : 'registered';
    const say = `${this.name}: ${found.status}, ${found.history.map((one) => one.event).join(' ')}`;
    assert.equal(found.status, wanted, say);
    assert.equal(happened('registered'), wanted === 'registered' ? 1 : 0, say);
    assert.equal(happened('consent_granted'), wanted === 'registered' ? this.owners.length : 0, say);
    if (wanted === 'rejected') assert.equal(happened('consent_refused'), 1, say);
    // Different texts: the same one twice is the same SMS, sent again.
    const due = (person, count, what) => {
      const notices = () => new Set(this.service.centre.inbox(person.phone).filter((text) => !sixDigits(text)));
      return this.service.centre.text(person.phone, () => notices().size >= count, { what: `${what} of ${say}` });
    };
    const asked = happened('consents_requested') > 0;
    if (wanted !== 'withdrawn') await due(this.applicant, 1, 'the outcome');
    for (const owner of this.owners) {
      if (wanted === 'registered') await due(owner, 3, 'request, receipt of the answer and entry');
      else if (asked) await due(owner, 2, 'request and what became of it');
    }
  }
}

const pool = async (items, work) => {
  const queue = [...items];
  await Promise.all(Array.from({ length: clients }, async () => {
    for (let item = queue.shift(); item; item = queue.shift()) await work(item);
  }));
};

/** The person's own residences: what he was promised, and nothing twice. */
async function checkResidence(one) {
  const me = (await one.service.insist('GET', '/api/v1/me', undefined, { token: one.token })).body;
  const temporary = one.story.endsWith('temporary');
  if (temporary) assert.deepEqual(me.temporary_residences.map((home) => home.rka), [one.home.rka], one.name);
  else assert.equal(me.residence.rka === one.home.rka, one.final === 'registered', one.name);
  if (one.final !== 'registered' || one.owners.length > 0) return;
  const list = await one.service.insist('GET', `/api/v1/dwellings/${one.home.rka}/residents`, undefined, { token: one.token });
  assert.equal(list.status, 200, `${one.name}: ${list.text}`);
  assert.equal(list.body.items.length, one.registrants.length, `${one.name}: ${list.text}`);
}

async function verified(service) {
  const { code, out, err } = await mekenjai('journal', 'verify', '--data', service.data);
  assert.equal(code, 0, out + err);
  return Number(out.split(' ')[0]);
}

test(`${kills} times killed in the middle of ${cases} cases`, { timeout: 110_000 }, async (t) => {
  const pick = random(seed);
  const centre = await Centre.started({ receipts: true });
  ends.push(() => centre.close());
  const all = [];
  const service = await Mortal.with(centre, (registers) => {
    for (let i = 0; i < cases; ++i) all.push(new Case(i, stories[pick(stories.length)], registers));
  });

  // A kill after so many acknowledged steps; a register falls silent now and then.
  let steps = 0, killed = 0, down = false;
  let head = 0;
  const busy = [];
  const touched = new Set();
  const average = Math.floor((cases * 3.6) / (kills + 1));
  const nextKill = () => steps + Math.floor(average / 2) + pick(average);
  let killAt = nextKill(), switchAt = 40;
  let failed;
  const guard = (what) => what.catch((error) => {
    failed ??= error;
    service.isUp();
  });
  const onStep = (one) => {
    touched.add(one);
    ++steps;
    if (steps >= killAt && killed < kills) {
      ++killed;
      killAt = Infinity;
      busy.push(guard((async () => {
        await service.kill();
        const now = await verified(service);
        assert.ok(now >= head, `the journal has lost records: ${now} after ${head}`);
        head = now;
        await service.start();
        down = false;
        await pool([...touched], (each) => each.check());
        touched.clear();
        killAt = nextKill();
      })()));
    } else if (steps >= switchAt && killAt !== Infinity) {
      switchAt = steps + 20 + pick(60);
      down = !down;
      const register = ['rights', 'residences', 'leases'][pick(3)];
      busy.push(guard((async (to) => {
        await service.ask('POST', `/sandbox/registers/${register}`, { down: to });
        if (to) return;
        for (const each of ['rights', 'residences', 'leases']) await service.ask('POST', `/sandbox/registers/${each}`, { down: to });
      })(down)));
    }
  };
  const start = Date.now();
  await pool(all, async (one) => {
    if (failed) return;
    one.onStep = () => onStep(one);
    await one.run(service);
  });
  await Promise.all(busy);
  if (failed) throw failed;
  const lived = Date.now() - start;

  // What was put off goes on: the first try after a minute, the next after five. Nobody dies any more.
  all.forEach((one) => (one.onStep = undefined));
  await service.registersUp();
  let left = all;
  for (let round = 0; round < 5 && left.length > 0; ++round) {
    if (round > 0) await service.advance({ seconds: 301 });
    const still = [];
    await pool(left, async (one) => {
      if (!open.has((await one.read()).status)) return;
      await one.goOn();
      if (open.has((await one.read()).status)) still.push(one);
    });
    left = still;
  }
  assert.deepEqual(left.map((one) => one.name), [], 'every case has ended');
  await pool(all, (one) => one.checkEnd());
  await pool(all.filter((one) => one.final === 'registered'), checkResidence);
  const records = await verified(service);
  assert.ok(killed >= Math.min(kills, 3), `killed ${killed} times`);

  // The journal alone makes the same state again.
  assert.deepEqual(await service.stop(), { code: 0, signal: null });
  const rebuilt = await mekenjai('journal', 'rebuild', '--data', service.data);
  assert.equal(rebuilt.code, 0, rebuilt.err);
  await service.start();
  await pool(all.filter((_, i) => i % 5 === 0), async (one) => {
    await one.check();
    if (one.final === 'registered') await checkResidence(one);
  });
  t.diagnostic(`killed ${killed} times among ${steps} acknowledged steps, ${(lived / 1000).toFixed(1)} s; ` +
    `${records} records, ${centre.accepted} SMS parts`);
  await service.stop();
});

test('the SMS centre dies in the middle of a PDU and comes back', { timeout: 30_000 }, async () => {
  const centre = await Centre.started();
  ends.push(() => centre.close());
  let one;
  const service = await Mortal.with(centre, (registers) => (one = new Case(1, 'grant', registers)));

  // Half an answer to the code, then nothing: the service cannot know, so it sends again.
  const cut = new Promise((resolve) => {
    centre.onSubmit = (_, pdu) => {
      centre.onSubmit = undefined;
      resolve(centre.die(pdu.response({ message_id: 'lost' }).toBuffer().subarray(0, 7)));
      return true;
    };
  });
  const running = one.run(service, { until: 'signed' });
  await cut;
  assert.equal(centre.inbox(one.applicant.phone).length, 0);
  await centre.revive();
  await running;

  // Half a reply of the owner, then nothing; whole after the centre is back: it counts once.
  const owner = one.owners[0];
  const request = await centre.text(owner.phone, (text) => /R 1 [A-Z2-9]{6}/.test(text));
  const reply = request.match(/R 1 [A-Z2-9]{6}/)[0];
  const { PDU } = (await import('smpp')).default;
  const half = new PDU('deliver_sm', { source_addr_ton: 1, source_addr_npi: 1, source_addr: owner.phone.slice(1),
    destination_addr: '1414', short_message: reply });
  half.sequence_number = 77;
  await centre.die(half.toBuffer().subarray(0, 30));
  assert.equal((await one.read()).status, 'waiting_for_consent');
  await centre.revive();
  await Promise.all([centre.write(owner.phone, reply), centre.write(owner.phone, reply)]);
  one.acknowledge('answered 1');
  await one.checkEnd();
  await service.stop();
});

test('SIGTERM under load: every acknowledged step is there, every SMS goes out', { timeout: 40_000 }, async () => {
  const pick = random(seed + 1);
  const centre = await Centre.started();
  ends.push(() => centre.close());
  const all = [];
  const service = await Mortal.with(centre, (registers) => {
    for (let i = 0; i < 120; ++i) all.push(new Case(i, stories[pick(stories.length)], registers));
  });
  let steps = 0, stops = 0;
  let busy = Promise.resolve();
  const log = [];
  const run = pool(all, (one) => {
    one.onStep = () => {
      if (++steps < 80 * (stops + 1) || stops >= 4) return;
      ++stops;
      busy = busy.then(async () => {
        log.push(await service.stop());
        await verified(service);
        await service.start();
      });
    };
    return one.run(service);
  });
  await run;
  await busy;
  assert.deepEqual(log, Array(stops).fill({ code: 0, signal: null }));
  assert.ok(stops >= 3);
  await pool(all, (one) => one.checkEnd());
  await verified(service);
  await service.stop();
});

test('two services on one data folder: the second is refused', { timeout: 20_000 }, async () => {
  const service = await Service.started();
  ends.push(() => service.kill());
  const second = spawn(binary, ['serve', '--sandbox', '--data', service.data, '--listen', '127.0.0.1:0']);
  let said = '', listening = '';
  second.stderr.on('data', (bytes) => (said += bytes));
  second.stdout.on('data', (bytes) => (listening += bytes));
  const [code] = await once(second, 'close');
  assert.equal(code, 1);
  assert.match(said, /in use by another/);
  assert.equal(listening, '');
  await service.expect(200, 'GET', '/health/live');

  // A killed one leaves no lock behind.
  await service.kill();
  await service.start();
  await service.stop();
});
