// What phones read and what they may answer (contract, section 4), in both scripts and both languages.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { day, monthsLater } from '../lib/registers.mjs';
import { Service, temporaryFolder } from '../lib/service.mjs';

const gsm = '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extension = '^{}\\[~]|€';

/** Parts of an SMS by 3GPP 23.038. */
function parts(text) {
  if ([...text].every((c) => gsm.includes(c) || extension.includes(c))) {
    const septets = [...text].reduce((sum, c) => sum + (extension.includes(c) ? 2 : 1), 0);
    return septets <= 160 ? 1 : Math.ceil(septets / 153);
  }
  return text.length <= 70 ? 1 : Math.ceil(text.length / 67);
}
const hourAndMinute = (instant) => new Date(Date.parse(instant) + 5 * 3600_000).toISOString().slice(11, 16);

async function start(script) {
  const config = path.join(temporaryFolder(), 'mekenjai.toml');
  writeFileSync(config, `[sms]\nscript = "${script}"\n`);
  return Service.started({ config });
}
/** Codes say to tell them to nobody; nothing else may look like one. */
const isCode = (text) => /govor|aitpa|айтпа|говор/i.test(text);
async function assertNoStrayCodes(service, people) {
  let codes = 0;
  for (const phone of new Set(people.map((person) => person.phone))) {
    for (const { text } of await service.inbox(phone)) {
      const groups = text.match(/(?<!\d)\d{6}(?!\d)/g) ?? [];
      assert.equal(groups.length, isCode(text) ? 1 : 0, text);
      assert.ok(parts(text) <= 4, text);
      codes += groups.length;
    }
  }
  assert.ok(codes > 0);
}

for (const script of ['latin', 'cyrillic']) {
  describe(`Consent requests, ${script}`, () => {
    let service, town;
    const people = [];
    before(async () => {
      service = await start(script);
      town = service.registers;
    });
    after(() => service?.stop());
    const person = (details) => {
      people.push(town.person(details));
      return people.at(-1);
    };

    const places = {
      'a short address': { street_ru: 'улица Абая', street_kk: 'Абай көшесі', house: '1', flat: '2' },
      'a very long address': {
        street_ru: 'проспект Гвардейцев-Панфиловцев имени Бауыржана Момышулы', house: '1234/56 корпус 7', flat: '1001',
        street_kk: 'Бауыржан Момышұлы атындағы гвардияшыл-панфиловшылар даңғылы',
      },
      'a house with a number like a code': { street_ru: 'переулок Тихий', street_kk: 'Тынық тұйық көшесі', house: '100200', flat: '' },
    };
    for (const [what, place] of Object.entries(places)) {
      for (const language of ['kk', 'ru']) {
        test(`${language}, ${what}: who, where, what, until when, and three answers, in two parts`, async () => {
          const owner = person({ language });
          const longest = what !== 'a short address';
          const applicant = person(longest ? { name: 'Нұрсұлтанбек', surname: 'Қожахметов', sex: 'm' } : { name: 'Дана', surname: 'Омарова' });
          const home = town.dwelling({ owners: [owner], ...place });
          await service.import();
          const citizen = service.citizen(applicant);
          for (const until of [undefined, monthsLater(service.today, 11)]) {
            const application = await citizen.apply({ at: home, until });
            const requests = await service.requestsTo(owner);
            const { text, reference } = requests.at(-1);
            assert.match(reference, /^[A-Z2-9]{6}$/);
            assert.doesNotMatch(reference, /[OILQ01]/);
            for (const answer of [1, 2, 3]) assert.ok(text.includes(`R ${answer} ${reference}`), text);
            assert.ok(text.includes(hourAndMinute(application.deadline)), `${application.deadline}: ${text}`);
            assert.ok(parts(text) <= 2, `${parts(text)} parts: ${text}`);
            if (script === 'latin') assert.match(text, /^[\x20-\x7e\n]*$/);
            assert.ok(!text.includes(applicant.surname) && !/Qojahmetov|Kozhahmetov|Omarova/i.test(text), text);
            // A given name may be cut where two parts are not enough; the letter of the surname stays.
            assert.match(text, longest ? /Nur\w*\.? Q\.|Нұр\p{L}*\.? Қ\./u : /Dana O\.|Дана О\./);
            if (until) assert.match(text, new RegExp(until.split('-').reverse().join('\\.').replace(/(\d\d)(\d\d)$/, '($1)?$2')), text);
          }
        });
      }
    }

    test('the answers, the outcomes and the notices', async () => {
      const texts = [];
      for (const language of ['kk', 'ru']) {
        const [one, two] = [person({ language }), person({ language })];
        const home = town.dwelling({ owners: [one, two], street_ru: 'улица Абая', street_kk: 'Абай көшесі' });
        const minor = town.dwelling({ owners: [person({ age: 5 })] });
        const applicants = Array.from({ length: 3 }, () => service.citizen(person({ language })));
        await service.import();
        await applicants[0].apply({ at: home });
        await service.answerBySms(one, 1);
        await service.answerBySms(two, 1);
        await applicants[1].apply({ at: home });
        await service.sendSms(one, 'что это?');
        await service.answerBySms(one, 2);
        await service.answerBySms(two, 1);
        await applicants[2].apply({ at: home, until: monthsLater(service.today, 1) });
        await service.answerBySms(one, 3);
        await applicants[2].apply({ at: minor });
        texts.push(...(await service.inbox(one)), ...(await service.inbox(applicants[1].phone)));
      }
      for (const { text } of texts) {
        assert.doesNotMatch(text, /[{}]|sms\./, text);
        if (script === 'latin') assert.match(text, /^[\x20-\x7e\n]*$/);
      }
    });

    test('no SMS but a code holds an isolated group of six digits', () => assertNoStrayCodes(service, people));
  });
}

describe('Answers by SMS', () => {
  let service, town;
  before(async () => {
    service = await Service.started();
    town = service.registers;
  });
  after(() => service?.stop());

  /** A stranger asks one owner; `ref` is what the owner's phone shows. */
  async function request({ owner = town.person(), home } = {}) {
    const flat = home ?? town.dwelling({ owners: [owner] });
    const applicant = town.person();
    await service.import();
    const citizen = service.citizen(applicant);
    const application = await citizen.apply({ at: flat });
    assert.equal(application.status, 'waiting_for_consent');
    const ref = (await service.requestsTo(owner)).at(-1).reference;
    const now = async () => citizen.application(application);
    return { owner, citizen, application, ref, now, status: async () => (await now()).status };
  }

  const forms = {
    registered: ['R 1 REF', 'r 1 ref', 'Р 1 REF', 'р1ref', 'R1REF', '1 REF', '  R   1  R E F ', 'ИӘ REF', 'иә ref', 'ИЯ REF', 'Да REF',
      'YES REF', 'yes ref', 'IA REF', 'DA REF', 'R DA REF', 'R 1', '1', 'да', 'Иә'],
    refused: ['R 2 REF', 'r2ref', 'Р 2 REF', '2 REF', 'ЖОҚ REF', 'жоқ ref', 'НЕТ REF', 'нет', 'NO REF', 'JOQ REF', 'NET REF', 'Р2'],
    reported: ['R 3 REF', 'р 3 REF', '3 REF', 'r3', 'R 3'],
  };
  for (const [meaning, texts] of Object.entries(forms)) {
    test(`${meaning}: ${texts.join(' | ')}`, async () => {
      for (const form of texts) {
        const asked = await request();
        const ref = /R E F/.test(form) ? asked.ref.split('').join(' ') : asked.ref;
        const text = form.replace(/REF|R E F/, ref).replace('ref', ref.toLowerCase());
        const replies = await service.sendSms(asked.owner, text);
        const { status, decision } = await asked.now();
        assert.equal(status, meaning === 'registered' ? 'registered' : 'rejected', text);
        if (meaning !== 'registered') assert.equal(decision.code, 'owner_refused');
        assert.ok(replies.length >= 1, 'the answer is acknowledged');
      }
    });
  }

  test('nonsense gets one help SMS and the hour goes on', async () => {
    const asked = await request();
    for (const text of ['привет', 'R', 'R 4 REF', 'R 1 XXXXXX', 'R 12 REF', 'R 1 REF спасибо', '123456', '', '👍', 'x'.repeat(500)]) {
      if (text === '') continue; // an empty SMS cannot be written
      const replies = await service.sendSms(asked.owner, text.replace('REF', asked.ref));
      assert.ok(replies.length <= 1, `${text}: ${replies.length} replies`);
    }
    const fresh = await request();
    const [help, ...more] = await service.sendSms(fresh.owner, 'кто это?');
    assert.deepEqual(more, []);
    for (const answer of [1, 2, 3]) assert.ok(help.includes(`R ${answer} ${fresh.ref}`), help);
    for (const one of [asked, fresh]) {
      const { status, deadline, consents } = await one.now();
      assert.deepEqual([status, deadline, consents.granted], ['waiting_for_consent', one.application.deadline, 0]);
    }
    await service.sendSms(fresh.owner, 'R 1');
    assert.equal(await fresh.status(), 'registered');
  });

  test('the reference may be left out only where one request went to the phone in 24 hours', async () => {
    const owner = town.person();
    const first = await request({ owner });
    const second = await request({ owner });
    const [which] = await service.sendSms(owner, 'R 1');
    assert.ok(which.includes(first.ref) && which.includes(second.ref), which);
    assert.deepEqual([await first.status(), await second.status()], ['waiting_for_consent', 'waiting_for_consent']);
    await service.sendSms(owner, `R 1 ${second.ref}`);
    assert.deepEqual([await first.status(), await second.status()], ['waiting_for_consent', 'registered']);
    // The other one is now the only open one, but two went to the phone today.
    await service.sendSms(owner, 'R 1');
    assert.equal(await first.status(), 'waiting_for_consent');
    await service.advance({ hours: 24, minutes: 1 });
    const third = await request({ owner });
    await service.sendSms(owner, 'да');
    assert.equal(await third.status(), 'registered');
  });

  test('another number, an unknown number and somebody else\'s reference change nothing', async () => {
    const asked = await request();
    const neighbour = await request();
    const unknown = '+77771112233';
    for (const phone of [neighbour.owner, asked.citizen.phone, unknown]) {
      for (const answer of [1, 2, 3]) await service.sendSms(phone, `R ${answer} ${asked.ref}`);
    }
    assert.deepEqual(await service.inbox(unknown), [], 'an unknown number is not answered');
    assert.equal(await asked.status(), 'waiting_for_consent');
    assert.equal(await neighbour.status(), 'waiting_for_consent');
  });

  test('a number that is the owner\'s no longer, and his new one of today', async () => {
    const asked = await request();
    const old = asked.owner.phone;
    town.bind(asked.owner, '+77015550001', service.today);
    await service.import();
    await service.sendSms(old, `R 1 ${asked.ref}`);
    assert.equal(await asked.status(), 'waiting_for_consent');
    const [reply] = await service.sendSms(asked.owner, `R 1 ${asked.ref}`);
    assert.ok(reply, 'he is told what to do');
    assert.equal(await asked.status(), 'waiting_for_consent');
  });

  test('two owners with one phone answer each for himself', async () => {
    const husband = town.person({ sex: 'm' });
    const wife = town.person({ phone: husband.phone });
    const home = town.dwelling({ owners: [husband, wife] });
    const applicant = town.person();
    await service.import();
    const citizen = service.citizen(applicant);
    const application = await citizen.apply({ at: home });
    const requests = await service.requestsTo(husband);
    assert.equal(requests.length, 2);
    assert.notEqual(requests[0].reference, requests[1].reference);
    await service.sendSms(husband, 'R 1');
    assert.equal((await citizen.application(application)).consents.granted, 0);
    await service.sendSms(husband, `R 1 ${requests[0].reference}`);
    assert.deepEqual((await citizen.application(application)).consents, { required: 2, granted: 1 });
    await service.sendSms(husband, `R 1 ${requests[1].reference}`);
    assert.equal((await citizen.application(application)).status, 'registered');
  });

  test('an answer counts once', async () => {
    const asked = await request();
    await service.sendSms(asked.owner, `R 1 ${asked.ref}`);
    assert.equal(await asked.status(), 'registered');
    for (const answer of [2, 3, 1]) await service.sendSms(asked.owner, `R ${answer} ${asked.ref}`);
    const { status, history } = await asked.now();
    assert.equal(status, 'registered');
    assert.equal(history.filter((entry) => entry.event === 'consent_granted').length, 1);
    assert.equal(history.filter((entry) => entry.event === 'registered').length, 1);
    // Yes, no and yes at the same moment: one of them.
    const torn = await request();
    await Promise.all([1, 2, 1, 2].map((answer) => service.call('POST',
      `/sandbox/phones/${encodeURIComponent(torn.owner.phone)}/messages`, { to: '1414', text: `R ${answer} ${torn.ref}` })));
    const end = await torn.now();
    const answers = end.history.filter((entry) => /^consent_(granted|refused)$/.test(entry.event));
    assert.equal(answers.length, 1, JSON.stringify(end.history));
    assert.equal(end.status, answers[0].event === 'consent_granted' ? 'registered' : 'rejected');
  });

  test('an SMS that arrives while БМГ is silent is not lost', async () => {
    const asked = await request();
    await service.registerDown('phones');
    await service.call('POST', `/sandbox/phones/${encodeURIComponent(asked.owner.phone)}/messages`, { to: '1414', text: `R 1 ${asked.ref}` });
    assert.equal(await asked.status(), 'waiting_for_consent');
    await service.registersUp();
    const end = Date.now() + 20_000;
    // The SMS centre delivers again by itself; each look is a request, not a nap.
    while ((await asked.status()) === 'waiting_for_consent' && Date.now() < end);
    assert.equal(await asked.status(), 'registered');
  });

  test('an SMS to another number is not for us', async () => {
    const asked = await request();
    await service.call('POST', `/sandbox/phones/${encodeURIComponent(asked.owner.phone)}/messages`, { to: '1415', text: `R 1 ${asked.ref}` });
    assert.equal(await asked.status(), 'waiting_for_consent');
    assert.ok(day(service.today));
  });
});
