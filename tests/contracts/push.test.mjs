// Web Push, the whole way: a browser subscribes, something happens to a case, a push service that is not ours takes the
// push, and the browser that subscribed reads it. Nobody else can, and even he reads nothing about anybody.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import webpush from 'web-push';

import { claimsOf, PushService } from '../lib/push_service.mjs';
import { Service, temporaryFolder } from '../lib/service.mjs';

const subject = 'mailto:push@mekenjai.example';
const said = {
  news: {
    kk: ['Жаңалық бар', 'Өтінішіңіз немесе үйіңіз бойынша өзгеріс бар. Толығырағы хабарламаларда.'],
    ru: ['Есть новости', 'По вашему заявлению или жилью что-то изменилось. Подробности в сообщениях.'],
    en: ['There is news', 'Something has changed about your application or home. Your messages have the details.'],
  },
  consent: {
    kk: ['Сізден келісім сұрайды', 'Біреу жауабыңызды күтіп отыр. Қай уақытқа дейін екені сұрауда жазылған.'],
    ru: ['Вас просят о согласии', 'Кто-то ждёт вашего ответа. До какого часа, написано в запросе.'],
    en: ['You are asked for consent', 'Somebody is waiting for your answer. The request says until when.'],
  },
};

/** Waits are short, so that what is put off comes soon. */
function configured(more = '') {
  const config = path.join(temporaryFolder(), 'mekenjai.toml');
  writeFileSync(config, `[push]\non = true\nsubject = "${subject}"\nretry_min_seconds = 0.02\nretry_max_seconds = 0.1\n${more}`);
  return config;
}

/** A home with two owners, and somebody who moves in; all with a device. */
async function neighbours(service, pushes, { languages = ['ru', 'kk', 'en'] } = {}) {
  const town = service.registers;
  const people = [
    town.person({ surname: 'Сериков', name: 'Асхат', sex: 'm' }),
    town.person({ surname: 'Оспанова', name: 'Динара' }),
    town.person({ surname: 'Касымова', name: 'Мадина' }),
  ];
  const home = town.dwelling({ owners: people.slice(1), street_ru: 'улица Жандосова', street_kk: 'Жандосов көшесі' });
  await service.import();
  const [applicant, first, second] = await Promise.all(people.map((person) => service.citizen(person)));
  for (const [at, one] of [applicant, first, second].entries()) {
    one.browser = pushes.browser();
    one.device = await one.expect(201, 'POST', '/push/subscriptions',
      { ...one.browser.toJSON(), language: languages[at] });
  }
  return { applicant, first, second, home };
}

/** What must stand in no push, neither in its clear text nor around it. */
function secretsOf(people, home, application, consents) {
  const names = people.flatMap(({ person }) => [person.iin, person.surname, person.name, person.phone, person.phone.slice(1)]);
  return [...names, home.rka, 'Жандосов', application.id, application.number,
    ...consents.flatMap((consent) => [consent.id, consent.reference])];
}
function assertNothingPersonal(request, note, secrets) {
  const seen = [request.url, ...request.rawHeaders, JSON.stringify(note)].join('\n');
  for (const secret of secrets) assert.ok(!seen.includes(secret), `${secret} stands in a push`);
  assert.deepEqual(Object.keys(note).sort(), ['body', 'kind', 'lang', 'open', 'title']);
}

describe('devices', () => {
  let service, pushes;
  before(async () => {
    [service, pushes] = await Promise.all([Service.started({ config: configured('devices_a_person = 3\n') }), PushService.started()]);
  });
  after(() => Promise.all([service?.stop(), pushes?.stop()]));
  const someone = async () => {
    const person = service.registers.person();
    await service.import();
    return service.citizen(person);
  };
  const subscribe = (citizen, browser = pushes.browser()) =>
    citizen.expect(201, 'POST', '/push/subscriptions', browser.toJSON());
  const listed = async (citizen) => (await citizen.get('/push')).subscriptions.map((one) => one.id);

  test('a browser finds the key to subscribe to, and its owner sees the device without its secrets', async () => {
    const citizen = await someone();
    const { public_key: key, subscriptions } = await citizen.get('/push');
    assert.equal(Buffer.from(key, 'base64url').length, 65);
    assert.deepEqual(subscriptions, []);
    const browser = pushes.browser();
    const device = await citizen.expect(201, 'POST', '/push/subscriptions', browser.toJSON(), { language: 'en' });
    assert.deepEqual({ ...device, id: '', added_at: '' }, { id: '', host: '127.0.0.1', language: 'en', added_at: '', told_at: null });
    const { text } = await citizen.call('GET', '/push');
    for (const secret of [browser.endpoint, browser.p256dh, browser.auth]) assert.ok(!text.includes(secret));
    assert.equal((await service.call('GET', '/api/v1/push')).status, 401);
  });

  test('the same browser again is the same device; with another person it is his', async () => {
    const [one, other] = [await someone(), await someone()];
    const browser = pushes.browser();
    const { id } = await subscribe(one, browser);
    assert.equal((await subscribe(one, browser)).id, id);
    const moved = await subscribe(other, browser);
    assert.notEqual(moved.id, id);
    assert.deepEqual(await listed(one), []);
    assert.deepEqual(await listed(other), [moved.id]);
    // Whoever only learned the address takes it from nobody.
    const thief = { ...browser.toJSON(), keys: pushes.browser().toJSON().keys };
    const answer = await one.call('POST', '/push/subscriptions', thief);
    assert.equal(answer.status, 422);
    assert.deepEqual(answer.body.errors.map(({ field, code }) => `${field} ${code}`), ['endpoint bad_endpoint']);
    assert.deepEqual(await listed(other), [moved.id]);
  });

  test('a few a person: one more takes the place of the oldest that has never been told', async () => {
    const citizen = await someone();
    const ids = [];
    for (let i = 0; i < 4; ++i) ids.push((await subscribe(citizen)).id);
    assert.deepEqual((await listed(citizen)).sort(), ids.slice(1).sort());
  });

  test('given up one by one, or all at once, and never by others', async () => {
    const [citizen, stranger] = [await someone(), await someone()];
    const ids = [];
    for (let i = 0; i < 3; ++i) ids.push((await subscribe(citizen)).id);
    await stranger.expect(404, 'DELETE', `/push/subscriptions/${ids[0]}`);
    await stranger.expect(204, 'DELETE', '/push/subscriptions');
    await citizen.expect(204, 'DELETE', `/push/subscriptions/${ids[0]}`);
    await citizen.expect(404, 'DELETE', `/push/subscriptions/${ids[0]}`);
    assert.deepEqual((await listed(citizen)).sort(), ids.slice(1).sort());
    await citizen.expect(204, 'DELETE', '/push/subscriptions');
    assert.deepEqual(await listed(citizen), []);
  });

  test('a repeated key gives the same answer, brings nothing back, and is good for one body', async () => {
    const citizen = await someone();
    const body = pushes.browser().toJSON();
    const headers = { 'Idempotency-Key': 'once' };
    const device = await citizen.expect(201, 'POST', '/push/subscriptions', body, { headers });
    assert.deepEqual(await citizen.expect(201, 'POST', '/push/subscriptions', body, { headers }), device);
    await citizen.expect(204, 'DELETE', `/push/subscriptions/${device.id}`);
    assert.deepEqual(await citizen.expect(201, 'POST', '/push/subscriptions', body, { headers }), device);
    assert.deepEqual(await listed(citizen), [], 'a message that was late brings back nothing');
    const other = await citizen.expect(422, 'POST', '/push/subscriptions', pushes.browser().toJSON(), { headers });
    assert.equal(other.code, 'key_reused');
  });

  test('what no browser gives is refused in three languages', async () => {
    const citizen = await someone();
    const good = pushes.browser().toJSON();
    const wrong = {
      'endpoint bad_endpoint': [
        { ...good, endpoint: 'https://169.254.169.254/latest/meta-data/' }, { ...good, endpoint: 'https://db.internal/' },
        { ...good, endpoint: 'http://push.services.mozilla.com/x' }, { ...good, endpoint: 'https://example.com/push' },
        { ...good, endpoint: 'javascript:alert(1)' }, { ...good, endpoint: 'https://fcm.googleapis.com:8443/x' },
      ],
      'endpoint required': [{ ...good, endpoint: '' }, { keys: good.keys }],
      'endpoint too_long': [{ ...good, endpoint: `https://fcm.googleapis.com/${'x'.repeat(1024)}` }],
      'keys required': [{ endpoint: good.endpoint }, { ...good, keys: null }],
      'keys wrong_type': [{ ...good, keys: 'x' }, { ...good, keys: [] }],
      'keys.p256dh bad_push_key': [{ ...good, keys: { ...good.keys, p256dh: 'AAAA' } }],
      'keys.auth bad_push_key': [{ ...good, keys: { ...good.keys, auth: 'AAAA' } }],
      'keys.auth required': [{ ...good, keys: { p256dh: good.keys.p256dh } }],
      'keys.more unknown_field': [{ ...good, keys: { ...good.keys, more: 1 } }],
      'language unknown_value': [{ ...good, language: 'de' }],
      'name unknown_field': [{ ...good, name: 'x' }],
    };
    for (const [what, bodies] of Object.entries(wrong)) {
      for (const body of bodies) {
        const answer = await citizen.call('POST', '/push/subscriptions', body);
        assert.equal(answer.status, 422, JSON.stringify(body));
        assert.deepEqual(answer.body.errors.map(({ field, code }) => `${field} ${code}`), [what], JSON.stringify(body));
      }
    }
    const details = [];
    for (const language of ['kk', 'ru', 'en']) {
      const { body } = await citizen.call('POST', '/push/subscriptions', { ...good, endpoint: 'https://a/' }, { language });
      details.push(body.errors[0].detail);
    }
    assert.equal(new Set(details).size, 3, details.join());
    assert.deepEqual(await listed(citizen), []);
  });
});

describe('what happens to a case', () => {
  let service, pushes;
  before(async () => {
    [service, pushes] = await Promise.all([Service.started({ config: configured() }), PushService.started()]);
  });
  after(() => Promise.all([service?.stop(), pushes?.stop()]));

  /** The n-th push to somebody: its kind, as he reads it; and that it says nothing else. */
  async function told(citizen, n, kind, language) {
    const { request, note } = await pushes.push(citizen.browser, n);
    const [title, body] = said[kind][language];
    assert.deepEqual(note, { kind, lang: language, title, body, open: kind === 'consent' ? '/consents' : '/messages' });
    return { request, note };
  }

  test('every change of state and every request is told, in the words of each, and the SMS go out as ever', async () => {
    const { applicant, first, second, home } = await neighbours(service, pushes);
    const application = await applicant.apply({ at: home });
    assert.equal(application.status, 'waiting_for_consent');
    const pushed = [
      await told(applicant, 1, 'news', 'ru'), await told(first, 1, 'consent', 'kk'), await told(second, 1, 'consent', 'en'),
    ];
    // Push never takes the place of the SMS to an owner.
    for (const owner of [first, second]) assert.equal((await service.requestsTo(owner.phone)).length, 1);

    await service.answerBySms(first.phone, 1);
    await service.answerBySms(second.phone, 1);
    assert.equal((await applicant.application(application)).status, 'registered');
    pushed.push(await told(applicant, 2, 'news', 'ru'), await told(first, 2, 'news', 'kk'), await told(second, 2, 'news', 'en'));
    for (const one of [applicant, first, second]) {
      assert.equal(pushes.to(one.browser).length, 2, 'nothing is told twice');
      assert.ok((await service.inbox(one.phone)).length > 0);
    }

    const consents = [...(await first.consents()), ...(await second.consents())];
    const secrets = secretsOf([applicant, first, second], home, application, consents);
    const { public_key: key } = await applicant.get('/push');
    for (const { request, note } of pushed) {
      assertNothingPersonal(request, note, secrets);
      const { aud, sub, exp } = claimsOf(request.headers.authorization, key);
      assert.deepEqual({ aud, sub }, { aud: pushes.origin, sub: subject });
      assert.ok(exp > Date.now() / 1000 && exp <= Date.now() / 1000 + 24 * 3600);
    }
    assert.equal(new Set(pushed.map(({ request }) => request.body.length)).size, 1, 'the length tells nothing');
    for (const { browser } of [applicant, first, second]) assert.ok(!service.log.includes(pushes.pathOf(browser)), 'nor does the log');
  });

  test('the push service sees what npm web-push would send, a request as urgent and good for the hour', async () => {
    const { applicant, first, home } = await neighbours(service, pushes);
    await applicant.apply({ at: home });
    const { request } = await told(first, 1, 'consent', 'kk');
    const { headers } = webpush.generateRequestDetails(
      { endpoint: first.browser.endpoint, keys: first.browser.toJSON().keys }, 'x',
      { TTL: Number(request.headers.ttl), urgency: 'high', topic: 'consent', contentEncoding: 'aes128gcm' });
    for (const [name, value] of Object.entries(headers)) {
      if (name !== 'Content-Length') assert.equal(request.headers[name.toLowerCase()], String(value), name);
    }
    assert.ok(Number(request.headers.ttl) > 3500 && Number(request.headers.ttl) <= 3600, request.headers.ttl);
    const news = (await told(applicant, 1, 'news', 'ru')).request.headers;
    assert.deepEqual([news.urgency, news.topic, news.ttl], ['normal', 'news', String(3 * 24 * 3600)]);
  });

  test('a refusal, a withdrawal, the end of the hour: those who were asked hear that it is over', async () => {
    const refused = await neighbours(service, pushes);
    await refused.applicant.apply({ at: refused.home });
    await service.answerBySms(refused.first.phone, 2);
    await told(refused.applicant, 2, 'news', 'ru');
    await told(refused.second, 2, 'news', 'en');

    const withdrawn = await neighbours(service, pushes, { languages: ['ru', 'kk-Latn', 'en'] });
    await withdrawn.applicant.withdraw(await withdrawn.applicant.apply({ at: withdrawn.home }));
    await told(withdrawn.applicant, 2, 'news', 'ru');
    const { note } = await pushes.push(withdrawn.first.browser, 2);
    assert.deepEqual([note.kind, note.lang], ['news', 'kk-Latn']);
    assert.match(note.title + note.body, /^[^Ѐ-ӿ]{20,}$/, 'in Latin letters');

    const late = await neighbours(service, pushes);
    const application = await late.applicant.apply({ at: late.home });
    await service.advance({ hours: 1, seconds: 1 });
    assert.equal((await late.applicant.application(application)).status, 'rejected');
    await told(late.applicant, 2, 'news', 'ru');
  });

  test('a register that is silent, and then answers: both are news', async () => {
    const { applicant, home } = await neighbours(service, pushes);
    const draft = await applicant.draft({ at: home });
    await service.registerDown('rights');
    assert.equal((await applicant.sign(draft)).status, 'retrying');
    await told(applicant, 1, 'news', 'ru');
    await service.registersUp();
    await service.advance({ minutes: 6 });
    assert.equal((await applicant.application(draft)).status, 'waiting_for_consent');
    await told(applicant, 2, 'news', 'ru');
  });

  test('a browser that is gone is forgotten; messages and SMS come without it', async () => {
    const { applicant, first, home } = await neighbours(service, pushes);
    pushes.answers[pushes.pathOf(first.browser)] = [410];
    await applicant.apply({ at: home });
    await pushes.push(first.browser);
    while ((await first.get('/push')).subscriptions.length > 0);
    await service.answerBySms(first.phone, 2);
    await told(applicant, 2, 'news', 'ru');
    assert.equal(pushes.to(first.browser).length, 1, 'nothing is sent to it any more');
    assert.equal((await service.requestsTo(first.phone)).length, 1);
  });

  test('a push service that is busy or broken gets it again until it takes it', async () => {
    const { applicant, first, home } = await neighbours(service, pushes);
    const paths = [applicant, first].map((one) => pushes.pathOf(one.browser));
    pushes.answers[paths[0]] = [503];
    pushes.answers[paths[1]] = [429, { 'Retry-After': '0' }];
    await applicant.apply({ at: home });
    await Promise.all([told(applicant, 3, 'news', 'ru'), told(first, 3, 'consent', 'kk')]);
    for (const taken of paths) delete pushes.answers[taken];
    while (!(await applicant.get('/push')).subscriptions[0].told_at);
    while (!(await first.get('/push')).subscriptions[0].told_at);
  });
});

describe('restarts', () => {
  test('what a killed service could not hand over, the next one does; the key stays', async () => {
    const [service, pushes] = await Promise.all([Service.started({ config: configured() }), PushService.started()]);
    try {
      const { applicant, first, second, home } = await neighbours(service, pushes);
      const { public_key: key } = await applicant.get('/push');
      for (const one of [applicant, first, second]) pushes.answers[pushes.pathOf(one.browser)] = [503];
      await applicant.apply({ at: home });
      await Promise.all([applicant, first, second].map((one) => pushes.push(one.browser)));
      await service.kill();
      const before = [applicant, first].map((one) => pushes.to(one.browser).length);
      pushes.answers = {};
      await service.start();
      assert.equal((await applicant.get('/push')).public_key, key);
      const { note } = await pushes.push(applicant.browser, before[0] + 1);
      assert.equal(note.kind, 'news');
      assert.equal((await pushes.push(first.browser, before[1] + 1)).note.kind, 'consent');
    } finally {
      await Promise.all([service.stop(), pushes.stop()]);
    }
  });

  test('a push service that does not answer holds up neither the case nor the SMS', async () => {
    const service = await Service.started({ config: configured() });
    const pushes = await PushService.started();
    try {
      const { applicant, first, home } = await neighbours(service, pushes);
      await pushes.stop();
      const application = await applicant.apply({ at: home });
      assert.equal(application.status, 'waiting_for_consent');
      assert.equal((await service.requestsTo(first.phone)).length, 1);
    } finally {
      await service.stop();
    }
  });
});

describe('configuration', () => {
  test('switched off, the service says so, and nothing is kept', async () => {
    const config = path.join(temporaryFolder(), 'mekenjai.toml');
    writeFileSync(config, '[push]\non = false\n');
    const service = await Service.started({ config });
    try {
      const person = service.registers.person();
      await service.import();
      const citizen = service.citizen(person);
      for (const [method, target, body] of [['GET', '/push'], ['POST', '/push/subscriptions',
        { endpoint: 'https://fcm.googleapis.com/x', keys: { p256dh: 'x', auth: 'x' } }]]) {
        const answer = await citizen.call(method, target, body);
        assert.equal(answer.status, 422);
        assert.equal(answer.body.code, 'push_off');
      }
      await citizen.expect(204, 'DELETE', '/push/subscriptions');
    } finally {
      await service.stop();
    }
  });

  test('a key of the operator\'s own, in PEM, is the one that browsers subscribe to', async () => {
    const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
    const file = path.join(temporaryFolder(), 'push.pem');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const service = await Service.started({ config: configured(`key_file = "${file}"\n`) });
    try {
      const person = service.registers.person();
      await service.import();
      const { public_key: key } = await service.citizen(person).get('/push');
      const { x, y } = publicKey.export({ format: 'jwk' });
      assert.equal(key, Buffer.concat([Buffer.from([4]), ...[x, y].map((half) => Buffer.from(half, 'base64url'))]).toString('base64url'));
    } finally {
      await service.stop();
    }
  });

  test('what is wrong in [push] is named with its line', async () => {
    const started = (text) => {
      const config = path.join(temporaryFolder(), 'mekenjai.toml');
      writeFileSync(config, `[push]\n${text}`);
      return Service.started({ config });
    };
    await assert.rejects(started('on = true\n'), /line 1: \[push\] subject is missing/);
    await assert.rejects(started('on = true\nsubject = "me"\n'), /line 3: \[push\] subject is neither/);
    await assert.rejects(started('devices_a_person = 0\n'), /line 2: \[push\] devices_a_person is at least 1/);
    await assert.rejects(started(`on = true\nsubject = "${subject}"\nkey_file = "/nowhere.pem"\n`), /key_file \/nowhere.pem cannot be read/);
    await assert.rejects(started('host = []\n'), /unknown key \[push\] host/);
  });
});
