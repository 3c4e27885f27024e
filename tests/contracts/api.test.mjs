// The JSON API: what every call answers, what it refuses and how, and what it never tells.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import smpp from 'smpp';

import { day, monthsLater } from '../lib/registers.mjs';
import { Service, mekenjai, sixDigits, temporaryFolder } from '../lib/service.mjs';

let service, town;
async function start() {
  service = await Service.started();
  town = service.registers;
}
const stop = () => service?.stop();

/** People are imported at once, so that a test reads as a story. */
async function citizen(details) {
  const person = town.person(details);
  await service.import();
  return service.citizen(person);
}
async function flatOf(owner, details = {}) {
  const home = town.dwelling({ owners: [owner.person ?? owner], ...details });
  await service.import();
  return Object.assign(home, { owner });
}
/** A stranger's application that waits for the owner. */
async function waiting() {
  const owner = await citizen({ age: 50 });
  const home = await flatOf(owner);
  const applicant = await citizen();
  const application = await applicant.apply({ at: home });
  assert.equal(application.status, 'waiting_for_consent');
  return { owner, home, applicant, application };
}
const other = (code) => (code === '000000' ? '000001' : '000000');
const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+05:00$/;

function assertProblem(answer, status, code) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  assert.equal(answer.body.status, status);
  assert.ok(answer.body.title && answer.body.detail, answer.text);
  if (code) assert.equal(answer.body.code, code, answer.text);
  if (status === 429 || status === 503) assert.match(answer.headers['retry-after'] ?? '', /^[1-9]\d*$/);
  return answer.body;
}

describe('Signing in', () => {
  before(start);
  after(stop);

  const challengeFor = async (iin, options) => {
    const answer = await service.call('POST', '/api/v1/sign-in/sms', { iin }, options);
    assert.equal(answer.status, 202, answer.text);
    assert.deepEqual(Object.keys(answer.body), ['challenge']);
    return answer.body.challenge;
  };
  const tryCode = (challenge, code, options) => service.call('POST', `/api/v1/sign-in/sms/${challenge}`, { code }, options);

  test('a code by SMS, a token for twelve hours, and the end of a session', async () => {
    const me = await citizen();
    const challenge = await challengeFor(me.iin);
    const text = await service.lastSms(me.phone);
    const signedIn = await tryCode(challenge, sixDigits(text));
    assert.equal(signedIn.status, 200);
    const { token, expires_at, person } = signedIn.body;
    assert.ok(token.length >= 32);
    assert.match(expires_at, rfc3339);
    const life = Date.parse(expires_at) - (await service.readClock());
    assert.ok(life > 11.9 * 3600_000 && life <= 12 * 3600_000, `${life}`);
    assert.equal(person.iin, me.iin);
    // A code is good once.
    assertProblem(await tryCode(challenge, sixDigits(text)), 422);
    assert.equal((await service.call('GET', '/api/v1/me', undefined, { token })).status, 200);
    await service.advance({ hours: 11, minutes: 59 });
    assert.equal((await service.call('GET', '/api/v1/me', undefined, { token })).status, 200);
    await service.advance({ minutes: 2 });
    assertProblem(await service.call('GET', '/api/v1/me', undefined, { token }), 401, 'not_signed_in');

    const again = (await me.signIn()).token;
    const gone = await service.call('DELETE', '/api/v1/session', undefined, { token: again });
    assert.equal(gone.status, 204);
    assert.equal(gone.text, '');
    assertProblem(await service.call('GET', '/api/v1/me', undefined, { token: again }), 401);
  });

  test('a session outlives a restart, its end too', async () => {
    const me = await citizen();
    await me.signIn();
    const ended = (await me.signIn(), me.token);
    const kept = (await me.signIn()).token;
    await service.expect(204, 'DELETE', '/api/v1/session', undefined, { token: ended });
    await service.restart();
    assert.equal((await service.call('GET', '/api/v1/me', undefined, { token: kept })).status, 200);
    assert.equal((await service.call('GET', '/api/v1/me', undefined, { token: ended })).status, 401);
  });

  test('an IIN that nobody has meets the same answers and limits', async () => {
    const known = town.person().iin;
    await service.import();
    const walk = async (iin) => {
      const seen = [];
      const note = (answer) => {
        const { challenge, ...rest } = answer.body;
        seen.push([answer.status, challenge === undefined ? undefined : uuid7.test(challenge), rest,
          Object.keys(answer.headers).sort(), answer.headers['content-type'],
          answer.headers['retry-after'] && Math.round(Number(answer.headers['retry-after']) / 30)]);
        return challenge;
      };
      const ask = async () => note(await service.call('POST', '/api/v1/sign-in/sms', { iin }));
      const first = await ask();
      await ask();
      for (let i = 0; i < 4; ++i) note(await tryCode(first, '123456'));
      await ask();
      await service.advance({ minutes: 15, seconds: 1 });
      const expired = await ask();
      await service.advance({ minutes: 5, seconds: 1 });
      note(await tryCode(expired, '123456'));
      for (let i = 0; i < 20; ++i) await ask();
      return seen;
    };
    const [one, two] = [await walk(known), await walk(town.unknownIin())];
    assert.deepEqual(one, two);
    assert.deepEqual(one.map(([status]) => status).slice(0, 9), [202, 202, 422, 422, 429, 429, 429, 202, 422]);
    assert.equal(one.at(-1)[0], 429, '20 codes an hour');
  });

  test('and takes the same time', async () => {
    const known = Array.from({ length: 24 }, () => town.person().iin);
    await service.import();
    const median = (times) => times.sort((a, b) => a - b)[times.length / 2];
    const took = { known: [], unknown: [] };
    for (const [turn, iin] of known.entries()) {
      // Each goes first in turn: whoever comes second meets the SMS that the other has caused.
      const pair = [['known', iin], ['unknown', town.unknownIin()]];
      for (const [who, number] of turn % 2 ? pair.reverse() : pair) {
        const begin = performance.now();
        await challengeFor(number);
        took[who].push(performance.now() - begin);
      }
    }
    const ratio = median(took.known) / median(took.unknown);
    assert.ok(ratio > 0.5 && ratio < 2, `known ${median(took.known)} ms, unknown ${median(took.unknown)} ms`);
  });

  test('a code lives five minutes', async () => {
    const me = await citizen();
    const first = await challengeFor(me.iin);
    const code = await service.codeOf(me.phone);
    await service.advance({ minutes: 4, seconds: 55 });
    assert.equal((await tryCode(first, code)).status, 200);
    const second = await challengeFor(me.iin);
    const late = await service.codeOf(me.phone);
    await service.advance({ minutes: 5, seconds: 1 });
    assertProblem(await tryCode(second, late), 422, 'code_expired');
  });

  test('three wrong codes block the person from that source for 15 minutes, and from no other', async () => {
    const me = await citizen();
    const challenge = await challengeFor(me.iin);
    const right = await service.codeOf(me.phone);
    for (const left of [2, 1]) {
      assert.equal(assertProblem(await tryCode(challenge, other(right)), 422, 'wrong_code').attempts_left, left);
    }
    assertProblem(await tryCode(challenge, other(right)), 429, 'blocked');
    assertProblem(await service.call('POST', '/api/v1/sign-in/sms', { iin: me.iin }), 429, 'blocked');
    const elsewhere = { source: '127.0.0.2' };
    const second = await challengeFor(me.iin, elsewhere);
    assert.equal((await tryCode(second, await service.codeOf(me.phone), elsewhere)).status, 200);
    await service.advance({ minutes: 14, seconds: 50 });
    assertProblem(await service.call('POST', '/api/v1/sign-in/sms', { iin: me.iin }), 429, 'blocked');
    await service.advance({ seconds: 11 });
    await challengeFor(me.iin);
  });

  test('ten wrong codes a day block codes until tomorrow, wherever they come from', async () => {
    await service.startOfNextDay();
    const me = await citizen();
    await me.signIn();
    for (let i = 0; i < 10; ++i) {
      const source = `127.0.0.${10 + Math.floor(i / 2)}`;
      const challenge = await challengeFor(me.iin, { source });
      const answer = await tryCode(challenge, other(await service.codeOf(me.phone)), { source });
      assertProblem(answer, i < 9 ? 422 : 429, i < 9 ? 'wrong_code' : 'blocked');
    }
    const blocked = await service.call('POST', '/api/v1/sign-in/sms', { iin: me.iin }, { source: '127.0.0.99' });
    assertProblem(blocked, 429, 'blocked');
    assert.ok(Number(blocked.headers['retry-after']) > 23 * 3600);
    assert.equal((await me.call('GET', '/me')).status, 200, 'the session goes on');
    await service.startOfNextDay();
    await challengeFor(me.iin);
  });

  test('a code is bound to one purpose, and the SMS names it', async () => {
    const me = await citizen();
    const [one, two] = [await flatOf(me), await flatOf(me)];
    const [first, second] = [await me.draft({ at: one }), await me.draft({ at: two })];
    const signInChallenge = await challengeFor(me.iin);
    const signInSms = await service.lastSms(me.phone);
    await me.expect(202, 'POST', `/applications/${first.id}/sms-code`);
    const firstSms = await service.lastSms(me.phone);
    await me.expect(202, 'POST', `/applications/${second.id}/sms-code`); // no pause between purposes
    const secondSms = await service.lastSms(me.phone);
    assert.ok(firstSms.includes(first.number) && secondSms.includes(second.number));
    assert.notEqual(signInSms.replace(/\d+/g, ''), firstSms.replace(/\d+/g, ''));
    const codes = [signInSms, firstSms, secondSms].map((text) => sixDigits(text.replaceAll(/\d{12}/g, '')));
    if (new Set(codes).size < 3) return; // one in a third of a million
    const sign = (draft, code) => me.call('POST', `/applications/${draft.id}/signature`, { method: 'sms', code });
    assertProblem(await sign(first, codes[0]), 422, 'wrong_code');
    assertProblem(await sign(first, codes[2]), 422, 'wrong_code');
    assertProblem(await tryCode(signInChallenge, codes[1]), 422, 'wrong_code');
    assert.equal((await sign(first, codes[1])).status, 200);
    assert.equal((await sign(second, codes[2])).status, 200);
    assert.equal((await tryCode(signInChallenge, codes[0])).status, 200);
  });

  test('a signature needs a code that was asked for', async () => {
    const me = await citizen();
    const draft = await me.draft({ at: await flatOf(me) });
    assertProblem(await me.call('POST', `/applications/${draft.id}/signature`, { method: 'sms', code: '123456' }), 422);
    assertProblem(await me.call('POST', `/applications/${draft.id}/signature`, { method: 'sms', code: '12345' }), 422, 'bad_code');
    assertProblem(await me.call('POST', `/applications/${draft.id}/signature`, { method: 'sms' }), 422);
    assertProblem(await me.call('POST', `/applications/${draft.id}/signature`, { method: 'pigeon', code: '123456' }), 422);
    assert.equal((await me.application(draft)).status, 'draft');
  });

  test('only numbers that can be an IIN are asked about; a challenge that is none is not there', async () => {
    for (const iin of ['123', '000000000000', 'abcdefghijkl', '']) {
      assertProblem(await service.call('POST', '/api/v1/sign-in/sms', { iin }), 422);
    }
    for (const challenge of ['x', '00000000-0000-7000-8000-000000000000', '%20', 'a'.repeat(500)]) {
      assertProblem(await tryCode(challenge, '123456'), 404);
    }
  });

  test('who has no phone gets no SMS and the same answer', async () => {
    const silent = await citizen({ phone: null });
    await challengeFor(silent.iin);
  });
});

describe('What is refused, and how', () => {
  before(start);
  after(stop);

  const post = (me, body, options) => me.call('POST', '/applications', body, options);

  test('problems speak Kazakh, Russian and English; Kazakh where none fits', async () => {
    const titles = {};
    for (const language of ['kk', 'ru', 'en']) {
      titles[language] = assertProblem(await service.call('GET', '/api/v1/me', undefined, { language }), 401, 'not_signed_in');
    }
    assert.equal(new Set(Object.values(titles).map((body) => body.title)).size, 3);
    assert.equal(new Set(Object.values(titles).map((body) => body.detail)).size, 3);
    for (const [language, means] of [['fr', 'kk'], ['', 'kk'], ['*', 'kk'], ['ru-RU,ru;q=0.9,en;q=0.8', 'ru'], ['fr, en;q=0.5, ru;q=0.2', 'en'],
      ['en;q=0, ru', 'ru'], ['KK-kz', 'kk']]) {
      const { body } = await service.call('GET', '/api/v1/me', undefined, { language });
      assert.equal(body.title, titles[means].title, `Accept-Language: ${language}`);
    }
  });

  test('400: what is no JSON, no UTF-8, or says a field twice', async () => {
    const me = await citizen();
    const good = JSON.stringify(me.wish({ at: await flatOf(me) }));
    assertProblem(await post(me, '{"kind":'), 400);
    assertProblem(await post(me, ''), 400);
    assertProblem(await post(me, `${good} x`), 400);
    assertProblem(await post(me, `${good}${good}`), 400);
    assertProblem(await post(me, good.replace('{', '{,')), 400);
    assertProblem(await post(me, "{'kind': 'permanent'}"), 400);
    assertProblem(await post(me, '{"a": NaN}'), 400);
    assertProblem(await post(me, '['.repeat(5000) + ']'.repeat(5000)), 400);
    for (const bytes of [[0xff], [0xc3, 0x28], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
      const broken = Buffer.concat([Buffer.from('{"kind": "'), Buffer.from(bytes), Buffer.from('"}')]);
      assertProblem(await post(me, broken), 400);
    }
    assertProblem(await post(me, good.replace('{', '{"kind":"temporary",')), 400);
    assertProblem(await post(me, good.replace('{', '{"ki\\u006ed":"temporary",')), 400);
    assert.deepEqual((await me.get('/applications')).items, []);
  });

  test('401: every call about a person needs a session', async () => {
    const id = '01900000-0000-7000-8000-000000000000';
    const calls = [['GET', '/me'], ['POST', '/applications'], ['GET', '/applications'], ['GET', `/applications/${id}`],
      ['POST', `/applications/${id}/sms-code`], ['POST', `/applications/${id}/signature`],
      ['POST', `/applications/${id}/withdrawal`], ['GET', '/consents'], ['POST', `/consents/${id}/sms-code`],
      ['POST', `/consents/${id}/answer`], ['GET', '/messages'], ['POST', `/messages/${id}/read`],
      ['GET', '/dwellings/1000000000000001/residents'], ['DELETE', '/session']];
    for (const [method, target] of calls) {
      for (const token of [undefined, 'x', 'A'.repeat(43)]) {
        assertProblem(await service.call(method, `/api/v1${target}`, method === 'POST' ? {} : undefined, { token }), 401, 'not_signed_in');
      }
    }
  });

  test('404: what is not there and what is not yours look the same', async () => {
    const { applicant, owner, application } = await waiting();
    const nosy = await citizen();
    const [consent] = await owner.consents();
    const message = (await owner.messages())[0];
    const nowhere = application.id.replace(/.$/, (c) => (c === '0' ? '1' : '0'));
    const answer = { answer: 'grant', method: 'sms', code: '123456' };
    const foreign = [
      ['GET', (id) => `/applications/${id}`, application.id],
      ['POST', (id) => `/applications/${id}/sms-code`, application.id],
      ['POST', (id) => `/applications/${id}/signature`, application.id, { method: 'sms', code: '123456' }],
      ['POST', (id) => `/applications/${id}/withdrawal`, application.id],
      ['POST', (id) => `/consents/${id}/sms-code`, consent.id],
      ['POST', (id) => `/consents/${id}/answer`, consent.id, answer],
      ['POST', (id) => `/messages/${id}/read`, message.id],
    ];
    for (const [method, target, id, body] of foreign) {
      const theirs = await nosy.call(method, target(id), body);
      assertProblem(theirs, 404, 'not_found');
      for (const other of [nowhere, 'x', '..', '%2e%2e', `${id}0`, "'", '%20']) {
        const none = await nosy.call(method, target(other), body);
        assert.equal(none.status, 404, `${target(other)}: ${none.text}`);
      }
      assert.deepEqual((await nosy.call(method, target(nowhere), body)).body, theirs.body);
    }
    // The owner does not see the application, the applicant not the request.
    assertProblem(await owner.call('GET', `/applications/${application.id}`), 404);
    assertProblem(await applicant.call('POST', `/consents/${consent.id}/answer`, answer), 404);
    assertProblem(await service.call('GET', '/api/v1/nothing'), 404);
    assertProblem(await service.call('GET', '/api/v2/me'), 404);
    assert.ok([404, 405].includes((await service.call('DELETE', '/api/v1/me')).status));
  });

  test('409: a second signature, and whatever comes too late', async () => {
    const me = await citizen();
    const done = await me.apply({ at: await flatOf(me) });
    assert.equal(done.status, 'registered');
    for (const [target, body] of [['signature', { method: 'sms', code: '123456' }], ['sms-code'], ['withdrawal']]) {
      assertProblem(await me.call('POST', `/applications/${done.id}/${target}`, body), 409, 'wrong_state');
    }
    const { owner, application } = await waiting();
    const [request] = await owner.consents();
    await owner.answerInCabinet('grant', request);
    assertProblem(await owner.call('POST', `/consents/${request.id}/answer`, { answer: 'refuse', method: 'sms', code: '123456' }), 409);
    assertProblem(await owner.call('POST', `/consents/${request.id}/sms-code`), 409);
    assert.ok(application.id);
  });

  test('two signatures at the same time make one', async () => {
    const me = await citizen();
    const draft = await me.draft({ at: await flatOf(me) });
    await me.expect(202, 'POST', `/applications/${draft.id}/sms-code`);
    const code = await service.codeOf(me.phone);
    const answers = await Promise.all(Array.from({ length: 6 }, () =>
      me.call('POST', `/applications/${draft.id}/signature`, { method: 'sms', code })));
    const statuses = answers.map((answer) => answer.status).sort();
    assert.deepEqual(statuses, [200, 409, 409, 409, 409, 409]);
    const { history } = await me.application(draft);
    assert.equal(history.filter((entry) => entry.event === 'signed').length, 1);
  });

  test('413: a body that nobody needs', async () => {
    const me = await citizen();
    const body = me.wish({ at: '1'.repeat(16) });
    assertProblem(await post(me, { ...body, reason_text: 'я'.repeat(600_000) }), 413);
    assertProblem(await service.call('POST', '/api/v1/sign-in/sms', { iin: '1'.repeat(1_000_000) }), 413);
  });

  test('415: only JSON', async () => {
    const me = await citizen();
    const body = JSON.stringify(me.wish({ at: await flatOf(me) }));
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x',
      'application/json; charset=windows-1251', 'application/jsonx', null]) {
      assertProblem(await post(me, body, { type }), 415);
    }
    for (const type of ['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON;charset="UTF-8"']) {
      assert.equal((await post(me, body, { type })).status, 201, type);
    }
  });

  test('422: every wrong field is named', async () => {
    const me = await citizen();
    const good = me.wish({ at: await flatOf(me) });
    const wrong = async (change, ...fields) => {
      const body = assertProblem(await post(me, { ...good, ...change }), 422);
      assert.deepEqual(body.errors.map((error) => error.field).sort(), fields.sort(), JSON.stringify(body));
      assert.ok(body.errors.every((error) => error.code && error.detail));
      return body;
    };
    const unknown = await wrong({ colour: 'red', 'ключ': 1 }, 'colour', 'ключ');
    assert.deepEqual(unknown.errors.map((error) => error.code), ['unknown_field', 'unknown_field']);
    await wrong({ kind: 'forever' }, 'kind');
    await wrong({ kind: undefined }, 'kind');
    await wrong({ kind: 1 }, 'kind');
    await wrong({ rka: '123' }, 'rka');
    await wrong({ rka: 1234567890123456 }, 'rka');
    await wrong({ rka: '١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦' }, 'rka');
    await wrong({ registrants: [] }, 'registrants');
    await wrong({ registrants: me.iin }, 'registrants');
    await wrong({ registrants: [me.iin, me.iin] }, 'registrants[1]');
    await wrong({ registrants: Array.from({ length: 11 }, () => town.unknownIin()) }, 'registrants');
    await wrong({ registrants: [me.iin, 5, null, {}] }, 'registrants[1]', 'registrants[2]', 'registrants[3]');
    await wrong({ reason: 'fun' }, 'reason');
    await wrong({ reason_text: 'a\u0000b' }, 'reason_text');
    await wrong({ reason_text: 'x'.repeat(501) }, 'reason_text');
    await wrong({ kind: 'temporary', until: '2027-13-01' }, 'until');
    await wrong({ kind: 'temporary', until: 20270101 }, 'until');
    await wrong({ kind: 'x', rka: 'y', reason: 'z', colour: 1 }, 'kind', 'rka', 'reason', 'colour');
    for (const body of ['[]', '"x"', 'null', '5']) assertProblem(await post(me, body), 422);
    assert.equal((await post(me, { ...good, reason_text: 'ы'.repeat(500) })).status, 201);
    const ten = await me.call('POST', '/applications', { ...good, registrants: Array.from({ length: 10 }, () => town.unknownIin()) });
    assert.equal(ten.status, 201);
  });

  test('nothing is told of the machine', async () => {
    for (const target of ['/api/v1/me', '/nothing', '/api/v1/applications/../../etc/passwd', '/health/ready']) {
      const { headers, text } = await service.call('GET', target);
      assert.doesNotMatch(JSON.stringify(headers), /beast|boost|openssl|sqlite/i);
      assert.doesNotMatch(text, /sqlite|\.cpp|exception/i);
    }
  });
});

describe('Applications', () => {
  before(start);
  after(stop);

  test('a draft has the form of the contract', async () => {
    const me = await citizen({ patronymic: 'Ерлановна' });
    const home = await flatOf(me);
    const answer = await me.call('POST', '/applications', me.wish({ at: home, reason: 'purchase', reason_text: 'Купила квартиру' }));
    assert.equal(answer.status, 201);
    assert.match(answer.headers['content-type'], /^application\/json; charset=utf-8$/i);
    const draft = answer.body;
    assert.equal(answer.headers.location, `/api/v1/applications/${draft.id}`);
    for (const field of ['id', 'number', 'kind', 'until', 'status', 'applicant', 'registrants', 'rka', 'address', 'reason', 'created_at',
      'signed_at', 'deadline', 'forecast', 'consents', 'warnings', 'history', 'document']) {
      assert.ok(field in draft, field);
    }
    assert.ok(!('decision' in draft));
    assert.match(draft.id, uuid7);
    assert.match(draft.created_at, rfc3339);
    assert.deepEqual([draft.kind, draft.until, draft.status, draft.rka, draft.reason], ['permanent', null, 'draft', home.rka, 'purchase']);
    assert.deepEqual(draft.registrants, [{ iin: me.iin, name: `${me.person.surname} ${me.person.name} Ерлановна` }]);
    assert.deepEqual([draft.signed_at, draft.deadline], [null, null]);
    assert.deepEqual(draft.consents, { required: 0, granted: 0 });
    const { forecast } = draft;
    for (const field of ['outcome', 'code', 'row', 'basis', 'text', 'policy_version', 'facts', 'what_next', 'contacts']) assert.ok(field in forecast, field);
    assert.match(forecast.policy_version, /^kz-\d{4}-\d\d-\d\d$/);
    assert.ok(forecast.basis.every((basis) => basis.act && typeof basis.article === 'string'));
    assert.ok(forecast.facts.every((fact) => fact.register && rfc3339.test(fact.read_at) && fact.summary));
    const entered = await me.sign(draft);
    assert.match(entered.signed_at, rfc3339);
    for (const entry of entered.history) {
      assert.ok(entry.event && entry.actor && entry.text && rfc3339.test(entry.at), JSON.stringify(entry));
      assert.notEqual(entry.text, entry.event, 'a history entry is a text, not a key');
      assert.doesNotMatch(entry.text, /[{}]/);
    }
    assert.deepEqual(entered.document, draft.document);
    assert.ok(!('forecast' in entered) || entered.forecast === null || entered.status !== 'draft');
  });

  test('numbers are never mistaken for an IIN', async () => {
    const me = await citizen();
    const home = await flatOf(me);
    const luhn = (digits) => [...digits].reverse().reduce((sum, c, i) => {
      const d = Number(c) * (i % 2 ? 2 : 1);
      return sum + (d > 9 ? d - 9 : d);
    }, 0) % 10;
    const seen = new Set();
    for (let i = 0; i < 20; ++i) {
      const { number } = await me.draft({ at: home });
      assert.match(number, /^\d{12}$/);
      assert.ok(Number(number.slice(2, 4)) > 12, number);
      assert.equal(luhn(number), 0, number);
      seen.add(number);
    }
    assert.equal(seen.size, 20);
  });

  test('what is signed: canonical bytes and their digest', async () => {
    const mother = await citizen({ age: 45 });
    const child = town.person({ age: 15 });
    town.relate(mother.person, 'parent', child);
    const home = await flatOf(mother);
    const until = monthsLater(service.today, 5);
    for (const wish of [{ at: home }, { at: home, who: [mother, child], until, reason: 'study', reason_text: 'учёба "в\tгороде"'.replace('\t', ' ') }]) {
      const draft = await mother.draft(wish);
      const { content, sha256, media_type } = draft.document;
      assert.equal(createHash('sha256').update(content, 'utf8').digest('hex'), sha256);
      assert.match(media_type, /json/);
      const value = JSON.parse(content);
      const sorted = Object.fromEntries(Object.keys(value).sort().map((key) => [key, value[key]]));
      assert.equal(JSON.stringify(sorted), content, 'RFC 8785');
      assert.deepEqual(Object.keys(value).sort(), ['applicant', 'application_number', 'created_at', 'data_consent', 'kind', 'reason', 'registrants',
        'rka', 'service', 'until'].sort());
      assert.deepEqual([value.application_number, value.applicant, value.rka, value.kind, value.reason, value.data_consent, value.created_at],
        [draft.number, mother.iin, home.rka, draft.kind, draft.reason, true, draft.created_at]);
      assert.deepEqual(value.registrants, draft.registrants.map((one) => one.iin));
      assert.equal(value.until, wish.until ?? '');
      // eslint-disable-next-line no-control-regex
      assert.doesNotMatch(content, /[\u0000-\u001f]/);
      assert.deepEqual((await mother.application(draft)).document, draft.document);
    }
  });

  test('a key makes a request that may be sent twice', async () => {
    const me = await citizen();
    const home = await flatOf(me);
    const wish = me.wish({ at: home });
    const send = (body, key, who = me) => who.call('POST', '/applications', body, { headers: { 'Idempotency-Key': key } });
    const first = await send(wish, 'once');
    assert.equal(first.status, 201);
    const again = await send(wish, 'once');
    assert.equal(again.status, 201);
    assert.deepEqual(again.body, first.body);
    assertProblem(await send({ ...wish, reason: 'work' }, 'once'), 422, 'key_reused');
    assert.notEqual((await send(wish, 'twice')).body.id, first.body.id);
    // In parallel.
    const many = await Promise.all(Array.from({ length: 12 }, () => send(wish, 'storm')));
    assert.deepEqual([...new Set(many.map((answer) => answer.status))], [201]);
    assert.equal(new Set(many.map((answer) => answer.body.id)).size, 1);
    assert.equal((await me.get('/applications')).items.length, 3);
    // Signed in between: the answer is still the same.
    await me.sign(first.body);
    assert.deepEqual((await send(wish, 'once')).body, first.body);
    // A key is a person's own.
    const neighbour = await citizen();
    const theirs = await send(neighbour.wish({ at: home }), 'once', neighbour);
    assert.equal(theirs.status, 201);
    assert.notEqual(theirs.body.id, first.body.id);
    for (const key of ['', ' ', 'x'.repeat(65), 'a b', 'ключ'].map((text) => Buffer.from(text).toString('latin1'))) {
      assertProblem(await send(wish, key), 422);
    }
    assert.equal((await send(wish, 'x'.repeat(64))).status, 201);
  });

  test('a key is kept for 24 hours, whatever the day does to the request', async () => {
    const me = await citizen();
    const home = await flatOf(me);
    await service.startOfNextDay();
    await service.advance({ hours: 20 });
    // Good today, too short tomorrow: the answer of today is repeated.
    const wish = me.wish({ at: home, until: monthsLater(service.today, 1) });
    const send = () => me.call('POST', '/applications', wish, { headers: { 'Idempotency-Key': 'night' } });
    const first = await send();
    assert.equal(first.status, 201, first.text);
    await service.advance({ hours: 23 });
    const repeated = await send();
    assert.equal(repeated.status, 201, repeated.text);
    assert.deepEqual(repeated.body, first.body);
    await service.advance({ hours: 1, minutes: 1 });
    assertProblem(await send(), 422);
  });

  test('lists come newest first, in pages', async () => {
    const me = await citizen();
    const home = await flatOf(me);
    const made = [];
    for (let i = 0; i < 7; ++i) made.unshift((await me.draft({ at: home })).id);
    const seen = [];
    let next = null;
    do {
      const page = await me.get(`/applications?limit=3${next ? `&cursor=${encodeURIComponent(next)}` : ''}`);
      assert.ok(page.items.length <= 3);
      seen.push(...page.items.map((one) => one.id));
      next = page.next;
    } while (next);
    assert.deepEqual(seen, made);
    assert.equal((await me.get('/applications')).next, null);
    for (const query of ['limit=0', 'limit=x', 'limit=-1', 'limit=100000', 'cursor=x', 'cursor=']) {
      assertProblem(await me.call('GET', `/applications?${query}`), 422);
    }
  });

  test('names are shown of relatives only', async () => {
    const me = await citizen({ age: 45 });
    const [child, sibling, stranger] = [town.person({ age: 15 }), town.person(), town.person()];
    town.relate(me.person, 'parent', child);
    town.relate(sibling, 'sibling', me.person);
    const home = await flatOf(me);
    const draft = await me.draft({ at: home, who: [me, child, sibling, stranger, town.unknownIin()] });
    assert.deepEqual(draft.registrants.map((one) => one.name !== null), [true, true, true, false, false]);
    const signed = await me.sign(draft);
    assert.ok(!JSON.stringify(signed).includes(stranger.surname + ' ' + stranger.name));
  });

  test('the forecast tells a stranger nothing, asks nobody and stores nothing', async () => {
    const nosy = await citizen();
    const [one, two, three] = [await citizen(), await citizen(), await citizen()];
    const homes = [await flatOf(one), await flatOf(two, { area: 20 })];
    const shared = town.dwelling({ owners: [one.person, two.person, three.person] });
    const body = town.organisation();
    const leased = town.dwelling({ owners: [body] });
    town.lease(leased, three.person, { members: [nosy.person], body });
    town.live(three.person, homes[0]);
    await service.import();
    const told = new Set();
    for (const home of [...homes, shared, leased]) told.add(JSON.stringify((await nosy.draft({ at: home })).forecast));
    assert.deepEqual([...told], ['{"outcome":"wait","code":"needs_consent"}']);
    for (const owner of [one, two, three]) assert.deepEqual(await service.inbox(owner.phone), []);
    const refused = new Set();
    const company = town.dwelling({ owners: [town.organisation({ kind: 'private' })] });
    const minor = town.dwelling({ owners: [town.person({ age: 7 })] });
    const mixed = town.dwelling({ owners: [body, one.person] });
    await service.import();
    for (const home of [company, minor, mixed]) refused.add(JSON.stringify((await nosy.draft({ at: home })).forecast));
    assert.deepEqual([...refused], ['{"outcome":"psc","code":"needs_centre"}']);
    const dead = town.dwelling({ owners: [town.person({ died: '2024-01-01' })] });
    await service.import();
    assert.deepEqual((await nosy.draft({ at: dead })).forecast, { outcome: 'reject', code: 'cannot' });
  });

  test('at most ten dwellings of others a day are foretold', async () => {
    await service.startOfNextDay();
    const nosy = await citizen();
    const owner = town.person();
    const homes = Array.from({ length: 11 }, () => town.dwelling({ owners: [owner] }));
    const own = await flatOf(nosy);
    for (const home of homes.slice(0, 10)) assert.ok((await nosy.draft({ at: home })).forecast);
    const untold = await nosy.draft({ at: homes[10] });
    assert.ok(!untold.forecast, JSON.stringify(untold.forecast));
    assert.ok(!(await nosy.application(untold)).forecast);
    assert.ok((await nosy.draft({ at: homes[3] })).forecast, 'one that was told already');
    assert.equal((await nosy.draft({ at: own })).forecast.code, 'sole_owner', 'his own');
    await service.startOfNextDay();
    assert.ok((await nosy.draft({ at: homes[10] })).forecast);
  });

  test('who of several owners answered what stays between them and us', async () => {
    const owners = [await citizen({ surname: 'Абзалова' }), await citizen({ surname: 'Бекетова' }), await citizen({ surname: 'Галиева' })];
    const home = town.dwelling({ owners: owners.map((owner) => owner.person) });
    await service.import();
    const me = await citizen();
    const application = await me.apply({ at: home });
    await service.answerBySms(owners[0].phone, 1);
    await owners[1].answerInCabinet('refuse');
    const shown = JSON.stringify([await me.application(application), await me.messages(), await me.get('/applications')]);
    for (const owner of owners) {
      for (const secret of [owner.iin, owner.person.surname, owner.phone, owner.phone.slice(1)]) assert.ok(!shown.includes(secret), secret);
    }
    assert.ok(!(await service.inbox(me.phone)).some(({ text }) => /Абзал|Abzal|Бекет|Beket/.test(text)));
  });

  test('facts name registers, never another person', async () => {
    const { applicant, application, owner } = await waiting();
    const { facts } = (await applicant.application(application)).decision;
    assert.ok(facts.length > 0);
    const text = JSON.stringify(facts);
    for (const secret of [owner.iin, owner.person.surname, owner.phone]) assert.ok(!text.includes(secret));
  });

  test('withdrawn from a draft, from waiting and from retrying', async () => {
    const me = await citizen();
    const home = await flatOf(me);
    assert.equal((await me.withdraw(await me.draft({ at: home }))).status, 'withdrawn');
    const { applicant, application } = await waiting();
    assert.equal((await applicant.withdraw(application)).status, 'withdrawn');
    const draft = await me.draft({ at: home });
    await me.expect(202, 'POST', `/applications/${draft.id}/sms-code`);
    const code = await service.codeOf(me.phone);
    await service.registerDown('rights');
    assert.equal((await me.expect(200, 'POST', `/applications/${draft.id}/signature`, { method: 'sms', code })).status, 'retrying');
    assert.equal((await me.withdraw(draft)).status, 'withdrawn');
    await service.registersUp();
    await service.advance({ minutes: 10 });
    assert.equal((await me.application(draft)).status, 'withdrawn');
    assert.equal((await me.apply({ at: home })).status, 'registered', 'a withdrawn one is not open');
  });
});

describe('Consents, messages, homes', () => {
  before(start);
  after(stop);
  afterEach(() => service.registersUp());

  test('a request as its owner sees it', async () => {
    const { owner, home, applicant, application } = await waiting();
    const [request] = await owner.consents();
    assert.match(request.id, uuid7);
    assert.match(request.reference, /^[A-Z2-9]{6}$/);
    assert.equal(request.application_number, application.number);
    assert.deepEqual(request.registrants, [`${applicant.person.surname} ${applicant.person.name}`]);
    assert.equal(request.status, 'pending');
    assert.deepEqual([request.kind, request.until, request.deadline], ['permanent', null, application.deadline]);
    assert.equal(request.address, application.address);
    const byReference = await owner.get(`/consents?ref=${request.reference.toLowerCase()}`);
    assert.deepEqual(byReference.items.map((one) => one.id), [request.id]);
    assert.deepEqual((await owner.get('/consents?ref=AAAAAA')).items, []);
    assert.deepEqual((await applicant.get(`/consents?ref=${request.reference}`)).items, [], 'a reference opens nothing to others');
    assert.ok(home.rka);
  });

  test('an answer in the cabinet needs its own code', async () => {
    const { owner, applicant, application } = await waiting();
    const [request] = await owner.consents();
    const signIn = await service.codeOf(owner.phone);
    const answer = (body) => owner.call('POST', `/consents/${request.id}/answer`, body);
    assertProblem(await answer({ answer: 'grant', method: 'sms', code: signIn }), 422);
    await owner.expect(202, 'POST', `/consents/${request.id}/sms-code`);
    const code = sixDigits((await service.lastSms(owner.phone)).replace(request.reference, ''));
    assertProblem(await answer({ answer: 'maybe', method: 'sms', code }), 422);
    assertProblem(await answer({ method: 'sms', code }), 422);
    assertProblem(await answer({ answer: 'grant', method: 'sms', code: other(code) }), 422, 'wrong_code');
    assertProblem(await answer({ answer: 'grant', method: 'eds', cms: 'MAA=' }), 422);
    const given = await answer({ answer: 'grant', method: 'sms', code });
    assert.equal(given.status, 200, given.text);
    assert.equal(given.body.status, 'granted');
    assert.equal((await applicant.application(application)).status, 'registered');
  });

  test('messages: newest first, read once, only mine', async () => {
    const { owner, applicant, application } = await waiting();
    await owner.answerInCabinet('grant');
    const messages = await applicant.messages();
    assert.ok(messages.length >= 1);
    assert.deepEqual(messages.map((one) => one.at), messages.map((one) => one.at).sort().reverse());
    const [newest] = messages;
    assert.equal(newest.application_id, application.id);
    assert.equal(newest.read, false);
    for (const message of [...messages, ...(await owner.messages())]) {
      assert.ok(message.title && message.text, JSON.stringify(message));
      assert.doesNotMatch(message.title + message.text, /[{}]|message\./);
      assert.match(message.at, rfc3339);
    }
    for (let i = 0; i < 2; ++i) assert.ok([200, 204].includes((await applicant.call('POST', `/messages/${newest.id}/read`)).status));
    assert.equal((await applicant.messages())[0].read, true);
    assertProblem(await owner.call('POST', `/messages/${newest.id}/read`), 404);
    const first = await owner.get('/messages?limit=1');
    assert.equal(first.items.length, 1);
    const rest = await owner.get(`/messages?limit=100&cursor=${first.next}`);
    assert.ok(rest.items.every((one) => one.id !== first.items[0].id));
  });

  test('who is registered at a home of mine, and 404 for everybody else', async () => {
    const { owner, home, applicant } = await waiting();
    const [adult, child] = [town.person(), town.person({ age: 3 })];
    town.live(adult, home, { from: '2019-02-03' });
    town.live(child, home, { kind: 'temporary', from: '2026-01-01', to: monthsLater(service.today, 2) });
    town.live(town.person(), home, { to: day(service.today, { days: -1 }) });
    await service.import();
    const { items } = await owner.get(`/dwellings/${home.rka}/residents`);
    assert.deepEqual(items.map(({ name, kind, from, until }) => [name, kind, from, until]).sort(), [
      [`${adult.surname} ${adult.name}`, 'permanent', '2019-02-03', null],
      [`${child.surname} ${child.name}`, 'temporary', '2026-01-01', monthsLater(service.today, 2)],
    ].sort());
    for (const rka of [home.rka, '1999999999999999', 'x', '1']) {
      assertProblem(await applicant.call('GET', `/dwellings/${rka}/residents`), 404, 'not_found');
    }
    // Who lives there is no owner, who sold it is one no more.
    assertProblem(await service.citizen(adult).call('GET', `/dwellings/${home.rka}/residents`), 404);
    const seller = await citizen();
    const sold = town.dwelling();
    town.own(sold, seller.person, { to: day(service.today, { days: -1 }) });
    await service.import();
    assertProblem(await seller.call('GET', `/dwellings/${sold.rka}/residents`), 404);
  });

  test('/me: residence, stays, dependants and homes', async () => {
    const me = await citizen({ age: 45, patronymic: 'Маратовна' });
    const home = await flatOf(me);
    const dacha = town.dwelling({ kind: 'dacha' });
    town.own(dacha, me.person, { share: '1/3' });
    town.own(dacha, town.person(), { share: '2/3' });
    town.live(me.person, home, { from: '2011-06-07' });
    const until = monthsLater(service.today, 4);
    town.live(me.person, dacha, { kind: 'temporary', from: '2026-05-01', to: until });
    const child = (age, details = {}) => {
      const one = town.person({ age, ...details });
      town.relate(me.person, 'parent', one);
      return one;
    };
    const [teenager, little, grown, dead] = [child(15), child(6), child(25), child(10, { died: '2020-01-01' })];
    const ward = town.person({ age: 50, capacity: 'none' });
    town.relate(me.person, 'guardian', ward);
    await service.import();
    const seen = await me.me();
    assert.deepEqual(seen.person, { iin: me.iin, name: `${me.person.surname} ${me.person.name} Маратовна`, birth_date: me.person.born });
    assert.equal(seen.residence.rka, home.rka);
    assert.equal(seen.residence.since, '2011-06-07');
    assert.ok(seen.residence.address);
    assert.deepEqual(seen.temporary_residences.map(({ rka, from, until: to }) => [rka, from, to]), [[dacha.rka, '2026-05-01', until]]);
    assert.deepEqual(seen.dwellings.map(({ rka, share }) => [rka, share]).sort(), [[dacha.rka, '1/3'], [home.rka, '1/1']].sort());
    const dependants = Object.fromEntries(seen.dependants.map((one) => [one.iin, one]));
    assert.deepEqual(Object.keys(dependants).sort(), [teenager.iin, little.iin, ward.iin].sort());
    assert.ok(!dependants[grown.iin] && !dependants[dead.iin]);
    assert.deepEqual([dependants[teenager.iin].can_register, dependants[teenager.iin].age], [true, 15]);
    assert.deepEqual([dependants[little.iin].can_register, dependants[little.iin].relation], [false, 'parent']);
    assert.deepEqual([dependants[ward.iin].can_register, dependants[ward.iin].relation], [true, 'guardian']);
    for (const one of seen.dependants) assert.ok(one.name && one.why, JSON.stringify(one));
    const nobody = await (await citizen()).me();
    assert.deepEqual([nobody.residence, nobody.temporary_residences, nobody.dependants, nobody.dwellings, nobody.roles], [null, [], [], [], []]);
  });

  test('/addresses: Kazakh, Russian or Latin, with typing errors; nothing about owners', async () => {
    const owner = town.person({ surname: 'Ескендирова' });
    const home = town.dwelling({ owners: [owner], house: '25', flat: '14', street_ru: 'проспект Жибек Жолы', street_kk: 'Жібек Жолы даңғылы' });
    const many = Array.from({ length: 30 }, (_, i) => town.dwelling({ house: i + 1, flat: '', kind: 'house', street_ru: 'улица Тимирязева', street_kk: 'Тимирязев көшесі' }));
    await service.import();
    const me = await citizen();
    const find = async (q) => (await me.get(`/addresses?q=${encodeURIComponent(q)}`)).items;
    for (const q of ['Жибек Жолы 25 14', 'жібек жолы 25', 'Zhibek Zholy 25', 'жибек жолы 25 кв 14', 'жибик жолы 25']) {
      const found = await find(q);
      assert.ok(found.some((one) => one.rka === home.rka), `${q}: ${JSON.stringify(found)}`);
      for (const one of found) assert.deepEqual(Object.keys(one).sort(), ['address', 'kind', 'rka']);
      assert.ok(!JSON.stringify(found).includes(owner.surname));
    }
    assert.ok((await find('Тимирязева')).length <= 20);
    assert.ok(many.length > 20);
    assert.deepEqual(await find('Ескендирова'), []);
    assert.deepEqual(await find('щщщщщщщщ'), []);
    assert.deepEqual(await find(''), []);
    assertProblem(await me.call('GET', `/addresses?q=${'x'.repeat(300)}`), 422);
    assert.ok([400, 422].includes((await me.call('GET', '/addresses?q=%ff%fe')).status));
  });
});

describe('Around the API', () => {
  before(start);
  after(stop);

  test('health says live and ready', async () => {
    assert.equal((await service.call('GET', '/health/live')).status, 200);
    assert.equal((await service.call('GET', '/health/ready')).status, 200);
  });

  test('openapi.json describes every call of the contract', async () => {
    const api = await service.expect(200, 'GET', '/api/v1/openapi.json');
    assert.match(api.openapi, /^3\./);
    const calls = {
      '/sign-in/sms': ['post'], '/sign-in/sms/{challenge}': ['post'], '/sign-in/eds': ['post'], '/sign-in/eds/{challenge}': ['post'],
      '/session': ['delete'], '/me': ['get'], '/addresses': ['get'], '/applications': ['get', 'post'], '/applications/{id}': ['get'],
      '/applications/{id}/sms-code': ['post'], '/applications/{id}/signature': ['post'], '/applications/{id}/withdrawal': ['post'],
      '/consents': ['get'], '/consents/{id}/sms-code': ['post'], '/consents/{id}/answer': ['post'], '/messages': ['get'],
      '/messages/{id}/read': ['post'], '/dwellings/{rka}/residents': ['get'],
    };
    const base = api.servers?.[0]?.url?.endsWith('/api/v1') ? '' : '/api/v1';
    for (const [target, methods] of Object.entries(calls)) {
      const described = api.paths[base + target] ?? assert.fail(`${target} is not described`);
      for (const method of methods) assert.ok(described[method]?.responses, `${method} ${target}`);
    }
    const text = JSON.stringify(api);
    for (const [, name] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      assert.ok(name.split('/').reduce((at, key) => at?.[key.replaceAll('~1', '/')], api), `#/${name} leads nowhere`);
    }
  });

  test('the sandbox answers in its own forms', async () => {
    assert.deepEqual((await service.call('GET', '/sandbox/phones/%2B77019998877/messages')).body, []);
    const me = await citizen();
    await me.signIn();
    const [sms] = await service.inbox(me.phone);
    assert.deepEqual(Object.keys(sms).sort(), ['at', 'from', 'id', 'text']);
    assert.equal(sms.from, '1414');
    assert.match(sms.at, rfc3339);
    assert.equal((await service.call('POST', '/sandbox/registers/nothing', { down: true })).status, 404);
    assert.equal((await service.call('POST', '/sandbox/clock', { advance_seconds: -1 })).status, 422);
    const people = await service.expect(200, 'GET', '/sandbox/people');
    assert.ok(Array.isArray(people));
  });

  test('ready means ready: a code that is asked for at once is on the phone', async () => {
    const me = await citizen();
    for (let i = 0; i < 3; ++i) {
      await service.stop();
      await service.start({ bound: false });
      await service.expect(202, 'POST', '/api/v1/sign-in/sms', { iin: me.iin });
      assert.equal((await service.inbox(me.phone)).length, 1);
    }
  });

  test('the clock keeps its offset over a restart', async () => {
    await service.advance({ days: 40 });
    const before = await service.readClock();
    await service.restart();
    const moved = (await service.readClock()) - before;
    assert.ok(moved >= 0 && moved < 60_000, `${moved}`);
  });
});

describe('Without --sandbox', () => {
  /** An SMS centre that we did not write. */
  let centre, port, received;
  before(async () => {
    received = [];
    centre = smpp.createServer({}, (session) => {
      session.on('error', () => {});
      session.on('bind_transceiver', (pdu) => session.send(pdu.response({ system_id: 'SMSC' })));
      session.on('enquire_link', (pdu) => session.send(pdu.response()));
      session.on('unbind', (pdu) => session.send(pdu.response()));
      session.on('submit_sm', (pdu) => {
        session.send(pdu.response({ message_id: String(received.length + 1) }));
        received.push({ to: `+${pdu.destination_addr}`, text: String(pdu.short_message.message ?? pdu.short_message) });
        waiters.splice(0).forEach((wake) => wake());
      });
    });
    await new Promise((resolve) => centre.listen(0, '127.0.0.1', resolve));
    port = centre.address().port;
    const config = path.join(temporaryFolder(), 'mekenjai.toml');
    writeFileSync(config, `[sms]\nsmpp = ["127.0.0.1:${port}"]\nsystem_id = "mekenjai"\npassword = "secret"\n[metrics]\nlisten = ""\n`);
    service = new Service({ sandbox: false, config });
    town = service.registers;
    // Register extracts first: the folder need not have been served before.
    town.person();
    await service.import();
    await service.start();
  });
  after(async () => {
    await stop();
    await new Promise((resolve) => centre.close(resolve));
  });
  const waiters = [];
  async function smsTo(phone) {
    for (;;) {
      const sms = received.find((one) => one.to === phone);
      if (sms) return sms.text;
      await new Promise((resolve) => waiters.push(resolve));
    }
  }

  test('the sandbox is not there', async () => {
    for (const [method, target, body] of [['GET', '/sandbox'], ['GET', '/sandbox/people'], ['GET', '/sandbox/clock'], ['POST', '/sandbox/clock', { advance_seconds: 1 }],
      ['GET', '/sandbox/registers'], ['POST', '/sandbox/registers/persons', { down: true }], ['GET', '/sandbox/phones/%2B77010000001/messages'],
      ['POST', '/sandbox/phones/%2B77010000001/messages', { to: '1414', text: 'R 1' }]]) {
      const answer = await service.call(method, target, body);
      const nothing = await service.call(method, target.replace('sandbox', 'nothing'), body);
      assert.equal(answer.status, 404, `${method} ${target}`);
      assert.equal(answer.text.replaceAll('sandbox', 'nothing'), nothing.text);
    }
  });

  test('codes go through the SMS centre of the configuration, and the limits by address hold', async () => {
    const me = town.person();
    await service.import();
    const { challenge } = await service.expect(202, 'POST', '/api/v1/sign-in/sms', { iin: me.iin });
    const code = sixDigits(await smsTo(me.phone));
    const { token } = await service.expect(200, 'POST', `/api/v1/sign-in/sms/${challenge}`, { code });
    assert.equal((await service.expect(200, 'GET', '/api/v1/me', undefined, { token })).person.iin, me.iin);
    let refused;
    for (let i = 0; i < 300 && !refused; ++i) {
      const answer = await service.call('POST', '/api/v1/sign-in/sms', { iin: town.unknownIin() });
      if (answer.status !== 202) refused = answer;
    }
    assertProblem(refused, 429);
    // Another address is not concerned.
    await service.expect(202, 'POST', '/api/v1/sign-in/sms', { iin: town.unknownIin() }, { source: '127.0.0.7' });
  });

  test('--sandbox is for loopback only', async () => {
    for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
      const { code, out, err } = await mekenjai('serve', '--sandbox', '--data', path.join(temporaryFolder(), 'd'), '--listen', listen);
      assert.equal(code, 2, err);
      assert.equal(out, '');
      assert.match(err, /loopback/);
    }
  });
});
