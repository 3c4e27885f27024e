// The decision table from outside: people and homes are imported, somebody signs in, drafts, signs, and the
// decision that he reads is the row's. Rows that cannot be reached by the API are named where they would stand.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';

import { almaty, astana, day, monthsLater } from '../lib/registers.mjs';
import { Service } from '../lib/service.mjs';

const statusOf = {
  register: 'registered', wait: 'waiting_for_consent', reject: 'rejected', no_separate_registration: 'rejected',
  other_service: 'rejected', psc: 'sent_to_psc', retry: 'retrying',
};
/** All that a stranger may be told of somebody else's dwelling before signing. */
const reduced = {
  register: { outcome: 'wait', code: 'needs_consent' },
  wait: { outcome: 'wait', code: 'needs_consent' },
  psc: { outcome: 'psc', code: 'needs_centre' },
  reject: { outcome: 'reject', code: 'cannot' },
  retry: { outcome: 'retry', code: 'register_unavailable' },
};

let service, town;
async function start() {
  service = await Service.started();
  town = service.registers;
}
const stop = () => service?.stop();

const brief = ({ outcome, code, row }) => ({ outcome, code, row });

/**
 * Files, reads the forecast, signs, reads the decision. `forecast`: 'whole' (his own dwelling, or a row of A to C),
 * 'reduced' (a stranger's), or what else it says.
 */
async function files(applicant, wish, outcome, code, row, { forecast = 'whole' } = {}) {
  await service.import();
  const citizen = applicant.service ? applicant : service.citizen(applicant);
  const draft = await citizen.draft(wish);
  assert.equal(draft.status, 'draft');
  if (forecast === 'whole') {
    assert.deepEqual(brief(draft.forecast), { outcome, code, row }, 'forecast');
  } else if (forecast === 'reduced') {
    assert.deepEqual(draft.forecast, reduced[outcome], 'forecast');
  } else {
    assert.deepEqual(brief(draft.forecast), forecast, 'forecast');
  }
  const application = await citizen.sign(draft);
  assert.deepEqual(brief(application.decision), { outcome, code, row }, 'decision');
  assert.equal(application.status, statusOf[outcome]);
  for (const field of ['text', 'policy_version', 'what_next']) assert.ok(application.decision[field], field);
  assert.ok(application.decision.basis.length > 0 || outcome === 'register', 'an act is named');
  return Object.defineProperty(application, 'citizen', { value: citizen, enumerable: false });
}
const stranger = { forecast: 'reduced' };

/** A flat of somebody else who must consent. */
function flatOf(owner = town.person({ age: 50 }), details = {}) {
  return Object.assign(town.dwelling({ owners: [owner], ...details }), { owner });
}
const waits = (applicant, wish) => files(applicant, wish, 'wait', 'owners', 'D6', stranger);

describe('A. Identity', () => {
  before(start);
  after(stop);

  test('A0: who files for others is alive, 16 or older and of full capacity', async () => {
    const child = town.person({ age: 15 });
    const home = town.dwelling();
    for (const parent of [
      town.person({ born: day(town.today, { years: -16, days: 1 }) }),
      town.person({ capacity: 'limited' }),
      town.person({ capacity: 'none' }),
      town.person({ died: day(town.today, { days: -3 }) }),
    ]) {
      town.relate(parent, 'parent', child);
      await files(parent, { at: home, who: [child] }, 'reject', 'applicant_not_capable', 'A0');
    }
    // On his sixteenth birthday he may; what comes next is another row.
    const sixteen = town.person({ born: day(town.today, { years: -16 }) });
    await files(sixteen, { at: home, who: [child] }, 'psc', 'authority_not_proved', 'B12');
  });

  test('A1: a number that is no IIN makes no application', async () => {
    const somebody = town.person();
    const home = flatOf(somebody);
    await service.import();
    const citizen = service.citizen(somebody);
    const wrong = somebody.iin.slice(0, 11) + ((Number(somebody.iin[11]) + 1) % 10);
    for (const iin of [wrong, '000000000000', '12345', 'abc', `${somebody.iin}0`]) {
      const { errors } = await citizen.expect(422, 'POST', '/applications', citizen.wish({ at: home, who: [iin] }));
      assert.deepEqual(errors.map(({ field, code }) => [field, code]), [['registrants[0]', 'bad_iin']]);
    }
    assert.deepEqual((await citizen.get('/applications')).items, []);
  });

  test('A2: the digits of an IIN may disagree with the register, which is what counts', async () => {
    // The number speaks of a boy of this century, the register of a woman of 40.
    const iin = town.newIin(day(town.today, { years: -5 }), 'm');
    const woman = town.person({ iin, born: day(town.today, { years: -40 }), sex: 'f' });
    await files(woman, { at: flatOf(woman) }, 'register', 'sole_owner', 'D4');
    // And the other way round: a number of an adult, a record of a child of 13.
    const child = town.person({ iin: town.newIin('1980-02-03', 'f'), born: day(town.today, { years: -13 }) });
    await files(child, { at: town.dwelling() }, 'no_separate_registration', 'under_14', 'B6');
  });

  // A3 (the applicant unknown in the register) cannot be reached: who is unknown cannot sign in.

  test('A4: a dead man is not registered', async () => {
    const dead = town.person({ died: '2024-01-01' });
    await files(dead, { at: town.dwelling() }, 'reject', 'person_dead', 'A4');
    const guardian = town.person();
    const ward = town.person({ age: 40, capacity: 'none', died: '2024-01-01' });
    town.relate(guardian, 'guardian', ward);
    await files(guardian, { at: town.dwelling(), who: [ward] }, 'reject', 'person_dead', 'A4');
  });

  // A5 (no way to sign) is for the service centre only: who has none cannot sign in here.

  test('A6: a signature that cannot be accepted leaves the draft as it was', async () => {
    const owner = town.person();
    const home = flatOf(owner);
    await service.import();
    const citizen = service.citizen(owner);
    const draft = await citizen.draft({ at: home });
    const { code } = await citizen.expect(422, 'POST', `/applications/${draft.id}/signature`, { method: 'eds', cms: 'MAA=' });
    assert.ok(['method_unavailable', 'bad_signature'].includes(code), code);
    assert.equal((await citizen.application(draft)).status, 'draft');
    assert.equal((await citizen.sign(draft)).status, 'registered');
  });

  test('A7: the third wrong code blocks', async () => {
    const owner = town.person();
    const home = flatOf(owner);
    await service.import();
    const citizen = service.citizen(owner);
    const draft = await citizen.draft({ at: home });
    await citizen.expect(202, 'POST', `/applications/${draft.id}/sms-code`);
    const right = await service.codeOf(owner);
    const wrong = right === '000000' ? '000001' : '000000';
    const signature = { method: 'sms', code: wrong };
    for (const left of [2, 1]) {
      const body = await citizen.expect(422, 'POST', `/applications/${draft.id}/signature`, signature);
      assert.equal(body.code, 'wrong_code');
      assert.equal(Number(body.attempts_left), left);
    }
    const third = await citizen.call('POST', `/applications/${draft.id}/signature`, signature);
    assert.equal(third.status, 429);
    assert.equal(third.body.code, 'blocked');
    const retryAfter = Number(third.headers['retry-after']);
    assert.ok(retryAfter > 14 * 60 && retryAfter <= 15 * 60, third.headers['retry-after']);
    // The right one comes too late.
    await citizen.expect(429, 'POST', `/applications/${draft.id}/signature`, { method: 'sms', code: right });
    assert.equal((await citizen.application(draft)).status, 'draft');
  });

  test('A8: without consent to the use of his data nothing is filed', async () => {
    const owner = town.person();
    const home = flatOf(owner);
    await service.import();
    const citizen = service.citizen(owner);
    for (const data_consent of [false, undefined, null, 'true', 1]) {
      const body = await citizen.expect(422, 'POST', '/applications', citizen.wish({ at: home, data_consent }));
      assert.equal(body.code, 'no_data_consent', JSON.stringify(body));
    }
  });

  test('A9: from 16 on a valid document is needed, and its last day is still good', async () => {
    const yesterday = day(town.today, { days: -1 });
    for (const details of [{ document: '' }, { documentExpires: yesterday }, { document: '', age: 16 }]) {
      await files(town.person(details), { at: town.dwelling() }, 'reject', 'bad_document', 'A9');
    }
    const lastDay = town.person({ documentExpires: town.today });
    await files(lastDay, { at: flatOf(lastDay) }, 'register', 'sole_owner', 'D4');
    // A child of 15 has none, his parent files.
    const parent = town.person({ age: 40 });
    const child = town.person({ age: 15, document: '' });
    town.relate(parent, 'parent', child);
    await files(parent, { at: flatOf(parent), who: [child] }, 'register', 'sole_owner', 'D4');
  });

  test('A10: one open application of a kind; its number is told to its own applicant only', async () => {
    const mother = town.person({ age: 40 });
    const father = town.person({ age: 41, sex: 'm' });
    const son = town.person({ age: 15, sex: 'm' });
    town.relate(mother, 'parent', son);
    town.relate(father, 'parent', son);
    const first = await waits(mother, { at: flatOf(), who: [son] });
    const again = await files(mother, { at: flatOf(), who: [son] }, 'reject', 'duplicate_application', 'A10');
    assert.match(again.decision.text, new RegExp(first.number));
    const other = await files(father, { at: flatOf(), who: [son] }, 'reject', 'duplicate_application', 'A10');
    assert.doesNotMatch(JSON.stringify(other), new RegExp(first.number));
    // The other kind is another matter.
    await waits(mother, { at: flatOf(), who: [son], until: monthsLater(town.today, 6) });
    // And withdrawn is no longer open.
    await first.citizen.withdraw(first);
    await waits(father, { at: flatOf(), who: [son] });
  });
});

describe('B. Applicant and registrant', () => {
  before(start);
  after(stop);

  test('B14: foreigners have another service', async () => {
    await files(town.person({ citizenship: 'UZB' }), { at: town.dwelling() }, 'other_service', 'foreigner', 'B14');
    const guardian = town.person();
    const child = town.person({ age: 15, citizenship: 'RUS' });
    town.relate(guardian, 'guardian', child);
    await files(guardian, { at: flatOf(guardian), who: [child] }, 'other_service', 'foreigner', 'B14');
  });

  test('B1, B2, B3, B6: eighteen, sixteen, fourteen, and the day before each', async () => {
    const aged = (years, days = 0) => town.person({ born: day(town.today, { years: -years, days }) });
    for (const person of [aged(18), aged(16), aged(18, 1)]) await waits(person, { at: flatOf() });
    for (const person of [aged(16, 1), aged(14)]) {
      await files(person, { at: flatOf() }, 'reject', 'parent_must_apply', 'B3');
    }
    await files(aged(14, 1), { at: flatOf() }, 'no_separate_registration', 'under_14', 'B6');
  });

  test('B4: parent, guardian and trustee file for a minor of 14 to 17', async () => {
    const grown = (years, days = 0) => town.person({ born: day(town.today, { years: -years, days }) });
    for (const relation of ['parent', 'guardian', 'trustee']) {
      for (const child of [grown(14), grown(15), grown(18, 1)]) {
        const adult = town.person({ age: 45 });
        town.relate(adult, relation, child);
        await files(adult, { at: flatOf(adult), who: [child] }, 'register', 'sole_owner', 'D4');
      }
    }
  });

  test('B6: a child under 14 is where its parents are', async () => {
    const mother = town.person({ age: 35 });
    const child = town.person({ age: 13 });
    town.relate(mother, 'parent', child);
    const refused = await files(mother, { at: flatOf(mother), who: [child] }, 'no_separate_registration', 'under_14', 'B6');
    assert.match(JSON.stringify(refused.decision.basis), /16/);
  });

  test('B8, B10: guardians and trustees of adults', async () => {
    const register = async (relation, capacity) => {
      const adult = town.person({ age: 45 });
      const ward = town.person({ age: 25, capacity });
      town.relate(adult, relation, ward);
      await files(adult, { at: flatOf(adult), who: [ward] }, 'register', 'sole_owner', 'D4');
    };
    await register('guardian', 'none');
    await register('guardian', 'limited');
    await register('trustee', 'limited');
  });

  test('B9, B11: they do not apply themselves', async () => {
    const home = flatOf();
    await files(town.person({ capacity: 'none' }), { at: home }, 'reject', 'guardian_must_apply', 'B9');
    await files(town.person({ capacity: 'limited' }), { at: home }, 'reject', 'representative_must_apply', 'B11');
  });

  test('B12: who is not shown to act for another goes to the centre', async () => {
    const yesterday = day(town.today, { days: -1 });
    const applicant = () => town.person({ age: 45 });
    const pairs = {
      'a parent of a grown-up child': ['parent', { age: 18 }],
      'a parent of an adult without capacity': ['parent', { age: 25, capacity: 'none' }],
      'a trustee of an adult without capacity': ['trustee', { age: 25, capacity: 'none' }],
      'a parent of an adult of limited capacity': ['parent', { age: 25, capacity: 'limited' }],
      'a guardian of an adult of full capacity': ['guardian', { age: 25 }],
      'a spouse': ['spouse', { age: 45 }],
      'a sibling of a minor': ['sibling', { age: 15 }],
      'a grandparent of a minor': ['grandparent', { age: 15 }],
      'a parent no more': ['parent', { age: 15 }, { to: yesterday }],
      'a guardian from tomorrow on': ['guardian', { age: 15 }, { from: day(town.today, { days: 1 }) }],
    };
    town.centre();
    for (const [what, [relation, details, span]] of Object.entries(pairs)) {
      const one = applicant();
      const other = town.person(details);
      town.relate(one, relation, other, span);
      const sent = await files(one, { at: flatOf(one), who: [other] }, 'psc', 'authority_not_proved', 'B12');
      assert.ok(sent.decision.contacts.length > 0, `${what}: the nearest centres are named`);
    }
    // "iin is the RELATION of related_iin": the child has no authority over its mother.
    const mother = town.person({ age: 45, capacity: 'none' });
    const daughter = town.person({ age: 20 });
    town.relate(mother, 'guardian', daughter);
    await files(daughter, { at: flatOf(daughter), who: [mother] }, 'psc', 'authority_not_proved', 'B12');
  });

  test('B12: a stranger learns nothing, not even that somebody exists', async () => {
    const home = flatOf();
    const nosy = town.person();
    const strangers = [
      town.person({ age: 30 }), town.person({ age: 15 }), town.person({ age: 5 }), town.person({ died: '2020-01-01' }),
      town.person({ citizenship: 'CHN' }), town.person({ document: '' }), town.person({ capacity: 'none' }),
      { iin: town.unknownIin() },
    ];
    town.live(strangers[0], home);
    await waits(strangers[1] = town.person(), { at: flatOf() }); // has an open application
    const seen = new Set();
    for (const one of strangers) {
      const answer = await files(nosy, { at: home, who: [one] }, 'psc', 'authority_not_proved', 'B12');
      assert.equal(answer.registrants[0].name, null);
      const { text, what_next, facts, contacts, basis } = answer.decision;
      seen.add(JSON.stringify([text, what_next, facts.map((fact) => [fact.register, fact.summary]), contacts, basis,
        answer.warnings, answer.consents, answer.history.map((entry) => entry.event)]));
    }
    assert.equal(seen.size, 1, [...seen].join('\n'));
  });

  test('B13: the tenant of a state home files for whom the lease names; an adult confirms', async () => {
    const body = town.organisation();
    const tenant = town.person({ age: 50 });
    const brother = town.person({ age: 45, sex: 'm' });
    const niece = town.person({ age: 16 });
    const home = town.dwelling({ owners: [body] });
    town.lease(home, tenant, { members: [brother, niece], body });
    const waiting = await files(tenant, { at: home, who: [brother] }, 'wait', 'tenant', 'E1');
    assert.deepEqual(waiting.consents, { required: 1, granted: 0 });
    const [request] = await service.citizen(brother).consents();
    assert.equal(request.application_number, waiting.number);
    assert.deepEqual(request.registrants, [`${brother.surname} ${brother.name}`]);
    await service.answerBySms(brother, 1);
    assert.equal((await waiting.citizen.application(waiting)).status, 'registered');
    // A minor named in it does not confirm.
    await files(tenant, { at: home, who: [niece] }, 'register', 'tenant', 'E1');
    // An adult refuses: nothing happens to him.
    const sister = town.person({ age: 44 });
    town.lease(home, tenant, { members: [sister], body, lease: 'Н-сестра', from: '2021-01-01' });
    const asked = await files(tenant, { at: home, who: [sister] }, 'wait', 'tenant', 'E1');
    await service.answerBySms(sister, 2);
    assert.deepEqual(brief((await asked.citizen.application(asked)).decision),
      { outcome: 'reject', code: 'owner_refused', row: 'G2' });
  });

  test('several registrants are entered together or not at all', async () => {
    const mother = town.person({ age: 45 });
    const [son, daughter, little] = [town.person({ age: 15, sex: 'm' }), town.person({ age: 17 }), town.person({ age: 6 })];
    for (const child of [son, daughter, little]) town.relate(mother, 'parent', child);
    const home = flatOf(mother);
    const refused = await files(mother, { at: home, who: [mother, son, little] }, 'no_separate_registration', 'under_14', 'B6');
    assert.match(refused.decision.text, new RegExp(little.name), 'the registrant is named');
    assert.equal((await refused.citizen.me()).residence, null);
    const together = await files(mother, { at: home, who: [mother, son, daughter] }, 'register', 'sole_owner', 'D4');
    const { items } = await together.citizen.get(`/dwellings/${home.rka}/residents`);
    assert.equal(items.length, 3);
  });
});

describe('C. Dwelling and kind of registration', () => {
  before(start);
  after(stop);

  test('C1: an address that is not there, or no longer', async () => {
    const person = town.person();
    await files(person, { at: '1999999999999999' }, 'reject', 'address_not_found', 'C1');
    await files(person, { at: town.dwelling({ owners: [person], actual: false }) }, 'reject', 'address_not_found', 'C1');
  });

  test('C3, C4, C5: where one lives and where not', async () => {
    for (const kind of ['house', 'flat', 'room', 'dacha', 'dormitory', 'hotel', 'rest_home', 'sanatorium', 'medical', 'boarding_home']) {
      const person = town.person();
      await files(person, { at: town.dwelling({ kind, owners: [person] }) }, 'register', 'sole_owner', 'D4');
    }
    const person = town.person();
    for (const kind of ['plot', 'non_residential']) {
      await files(person, { at: town.dwelling({ kind, owners: [person] }) }, 'reject', 'not_a_dwelling', 'C4');
    }
    await files(person, { at: town.dwelling({ kind: 'building' }) }, 'reject', 'choose_premises', 'C5');
  });

  test('C6, C8: at home already', async () => {
    const person = town.person();
    const home = flatOf(person);
    town.live(person, home);
    await files(person, { at: home }, 'reject', 'already_registered', 'C6');
    await files(person, { at: home, until: monthsLater(town.today, 3) }, 'reject', 'temporary_at_home', 'C8');
    // Moved out yesterday: may come back today.
    const back = town.person();
    const house = flatOf(back);
    town.live(back, house, { to: day(town.today, { days: -1 }) });
    await files(back, { at: house }, 'register', 'sole_owner', 'D4');
  });

  test('C9: a temporary registration lasts one to twelve calendar months', async () => {
    const person = town.person();
    const home = flatOf(person);
    await service.import();
    const citizen = service.citizen(person);
    const drafts = async (until, kind) => {
      const answer = await citizen.call('POST', '/applications', { ...citizen.wish({ at: home, kind }), ...(until !== undefined && { until }) });
      if (answer.status === 201) return 'drafted';
      assert.equal(answer.status, 422, answer.text);
      return answer.body.errors.map(({ field, code }) => `${field} ${code}`).join();
    };
    const [month, year] = [monthsLater(town.today, 1), monthsLater(town.today, 12)];
    assert.equal(await drafts(month, 'temporary'), 'drafted');
    assert.equal(await drafts(year, 'temporary'), 'drafted');
    assert.equal(await drafts(day(month, { days: -1 }), 'temporary'), 'until bad_term');
    assert.equal(await drafts(day(year, { days: 1 }), 'temporary'), 'until bad_term');
    assert.equal(await drafts(day(town.today, { days: -1 }), 'temporary'), 'until bad_term');
    assert.equal(await drafts(undefined, 'temporary'), 'until bad_term');
    assert.equal(await drafts(month, 'permanent'), 'until bad_term');
    assert.match(await drafts('2027-02-30', 'temporary'), /^until /);
    assert.match(await drafts('01.02.2027', 'temporary'), /^until /);
  });

  test('C10: two temporary registrations at one dwelling do not overlap', async () => {
    const until = monthsLater(town.today, 6);
    const guest = async (span, ...expected) => {
      const person = town.person();
      const home = flatOf(person);
      town.live(person, home, { kind: 'temporary', ...span });
      await files(person, { at: home, until }, ...expected);
      return [person, home];
    };
    const refused = ['reject', 'overlaps', 'C10'];
    const entered = ['register', 'sole_owner', 'D4'];
    await guest({ from: '2025-01-01', to: town.today }, ...refused); // its last day belongs to it
    await guest({ from: until, to: day(until, { days: 40 }) }, ...refused);
    await guest({ from: '2025-01-01', to: day(town.today, { days: -1 }) }, ...entered);
    await guest({ from: day(until, { days: 1 }), to: day(until, { days: 40 }) }, ...entered);
    const person = town.person();
    const home = flatOf(person);
    town.live(person, home, { kind: 'temporary', from: '2025-01-01', to: until });
    await files(person, { at: home }, ...entered); // to live there for good is no overlap
  });

  test('C11, C12: arrest and mortgage are told to owners only', async () => {
    const owner = town.person();
    const home = flatOf(owner);
    town.encumber(home, 'arrest', { from: '2025-01-01' });
    town.encumber(home, 'mortgage', { from: '2020-01-01' });
    const own = await files(owner, { at: home }, 'register', 'sole_owner', 'D4');
    assert.deepEqual([...own.warnings].sort(), ['arrest', 'encumbrance']);
    const guest = await waits(town.person(), { at: home });
    assert.deepEqual(guest.warnings, []);
    // The name of the register is the same for every home; nothing else speaks of it.
    const unseen = { ...guest, decision: { ...guest.decision, facts: [] } };
    assert.doesNotMatch(JSON.stringify(unseen), /arrest|арест|encumbrance|обременен/i);
    const plain = await waits(town.person(), { at: flatOf() });
    assert.deepEqual(guest.decision.facts.map(({ register, summary }) => [register, summary]),
      plain.decision.facts.map(({ register, summary }) => [register, summary]));
    const lifted = flatOf(owner);
    town.encumber(lifted, 'arrest', { from: '2020-01-01', to: day(town.today, { days: -1 }) });
    const free = await files(owner, { at: lifted }, 'register', 'sole_owner', 'D4');
    assert.deepEqual(free.warnings, []);
  });
});

describe('D. Owners', () => {
  before(start);
  after(stop);

  const ask = (home, ...expected) => files(town.person(), { at: home }, ...expected, stranger);

  test('D13: a home that nobody owns, or nobody any more', async () => {
    await ask(town.dwelling(), 'reject', 'owner_not_in_register', 'D13');
    const sold = town.dwelling();
    town.own(sold, town.person(), { to: day(town.today, { days: -1 }) });
    await ask(sold, 'reject', 'owner_not_in_register', 'D13');
  });

  test('D1, D2, D3, D11: the law sends this address to the centre, and the applicant sees one row for all', async () => {
    const adult = town.person({ age: 60 });
    const protectedOwners = [
      town.person({ age: 3 }),
      town.person({ born: day(town.today, { years: -18, days: 1 }) }),
      town.person({ capacity: 'none' }),
      town.person({ capacity: 'limited' }),
      { iin: town.unknownIin() },
    ];
    town.centre();
    const texts = new Set();
    for (const owner of protectedOwners) {
      const home = town.dwelling();
      town.own(home, adult, { share: '99/100' });
      town.own(home, owner, { share: '1/100' });
      const sent = await ask(home, 'psc', 'owner_needs_psc', 'D1-D3');
      texts.add(sent.decision.text + sent.decision.what_next);
      assert.ok(sent.decision.contacts.length > 0);
      if (owner.phone) assert.deepEqual(await service.inbox(owner), [], 'no SMS');
    }
    assert.equal(texts.size, 1, [...texts].join('\n'));
    assert.deepEqual(await service.inbox(adult), [], 'no SMS to the adult co-owner either');
    // His own minority sends the owner to the centre too.
    const young = town.person({ age: 17 });
    await files(young, { at: flatOf(young) }, 'psc', 'owner_needs_psc', 'D1-D3');
    // On the eighteenth birthday he is asked like anybody.
    await waits(town.person(), { at: flatOf(town.person({ born: day(town.today, { years: -18 }) })) });
  });

  test('D7: heirs register their right first; a minor beside the dead owner still means the centre', async () => {
    const dead = town.person({ age: 80, died: '2025-05-05' });
    await ask(town.dwelling({ owners: [dead] }), 'reject', 'owner_dead', 'D7');
    await ask(town.dwelling({ owners: [dead, town.person()] }), 'reject', 'owner_dead', 'D7');
    await ask(town.dwelling({ owners: [dead, town.person({ age: 8 })] }), 'psc', 'owner_needs_psc', 'D1-D3');
  });

  test('D8: a company owns it, or a BIN that no register knows', async () => {
    await ask(town.dwelling({ owners: [town.organisation({ kind: 'private' })] }), 'psc', 'owner_legal_entity', 'D8');
    await ask(town.dwelling({ owners: [{ bin: town.newBin() }] }), 'psc', 'owner_legal_entity', 'D8');
    await ask(town.dwelling({ owners: [town.person(), town.organisation({ kind: 'private' })] }), 'psc', 'owner_legal_entity', 'D8');
  });

  test('a state body together with a private holder is for the centre', async () => {
    for (const kind of ['state', 'housing_body']) {
      const home = town.dwelling({ owners: [town.person(), town.organisation({ kind })] });
      await files(town.person(), { at: home }, 'psc', 'owner_mixed', 'E0', stranger);
    }
  });

  test('D4: the sole owner needs nobody', async () => {
    const owner = town.person();
    const home = flatOf(owner);
    const entered = await files(owner, { at: home }, 'register', 'sole_owner', 'D4');
    assert.deepEqual(entered.consents, { required: 0, granted: 0 });
    assert.deepEqual(await service.requestsTo(owner), []);
    assert.equal((await entered.citizen.me()).residence.rka, home.rka);
    // Two purchases of two halves make a sole owner.
    const twice = town.person();
    const halves = town.dwelling();
    town.own(halves, twice, { share: '1/2', from: '2010-01-01' });
    town.own(halves, twice, { share: '1/2', from: '2015-01-01' });
    await files(twice, { at: halves }, 'register', 'sole_owner', 'D4');
  });

  test('D5: a co-owner asks every other owner', async () => {
    const [one, two, three] = [town.person(), town.person(), town.person({ citizenship: 'DEU' })];
    const home = town.dwelling({ owners: [one, two, three] });
    const waiting = await files(one, { at: home }, 'wait', 'co_owners', 'D5');
    assert.deepEqual(waiting.consents, { required: 2, granted: 0 });
    assert.deepEqual(await service.requestsTo(one), []);
    await service.answerBySms(two, 1);
    const half = await waiting.citizen.application(waiting);
    assert.equal(half.status, 'waiting_for_consent');
    assert.deepEqual(half.consents, { required: 2, granted: 1 });
    await service.answerBySms(three, 1); // a known foreign owner consents like anybody
    assert.equal((await waiting.citizen.application(waiting)).status, 'registered');
  });

  test('D6: somebody else asks every owner; D12: one without a number answers in the cabinet', async () => {
    const [reachable, silent] = [town.person(), town.person({ phone: null })];
    const home = town.dwelling({ owners: [reachable, silent] });
    const waiting = await waits(town.person(), { at: home });
    assert.deepEqual(waiting.consents, { required: 2, granted: 0 });
    assert.deepEqual(waiting.warnings, ['owner_without_phone']);
    assert.equal((await service.requestsTo(reachable)).length, 1);
    const both = await waits(town.person(), { at: flatOf() });
    assert.deepEqual(both.warnings, []);
  });
});

describe('E. State rental housing', () => {
  before(start);
  after(stop);

  test('E5, E4, E3: no lease, no lease any more, not named; the housing body is told, nobody is asked', async () => {
    const body = town.organisation({ contact: '+7 727 111 22 33' });
    const tenant = town.person({ age: 55 });
    const bare = town.dwelling({ owners: [body] });
    const applicant = town.person();
    const told = (answer) => assert.match(JSON.stringify(answer.decision.contacts), /111 22 33/);
    // The body of the dwelling's KATO, where there is no lease to name one.
    const none = await files(applicant, { at: bare }, 'reject', 'no_lease', 'E5', stranger);
    assert.ok(none.decision.contacts.length === 1 && none.decision.contacts[0].phone, JSON.stringify(none.decision.contacts));
    const tomorrow = town.dwelling({ owners: [body] });
    town.lease(tomorrow, applicant, { body, from: day(town.today, { days: 1 }) });
    await files(applicant, { at: tomorrow }, 'reject', 'no_lease', 'E5', stranger);

    const over = town.dwelling({ owners: [body] });
    town.lease(over, applicant, { body, from: '2010-01-01', to: day(town.today, { days: -1 }) });
    told(await files(applicant, { at: over }, 'reject', 'lease_ended', 'E4', stranger));

    const home = town.dwelling({ owners: [body] });
    town.lease(home, tenant, { body, from: '2015-01-01', members: [town.person()] });
    told(await files(applicant, { at: home }, 'reject', 'not_in_lease', 'E3', stranger));
    assert.deepEqual(await service.inbox(tenant), []);
    // The tenant's own child is not in the lease.
    const child = town.person({ age: 15 });
    town.relate(tenant, 'parent', child);
    told(await files(tenant, { at: home, who: [child] }, 'reject', 'not_in_lease', 'E3'));
  });

  test('E1: the tenant registers himself, on the last day of the lease too', async () => {
    for (const kind of ['state', 'housing_body']) {
      const body = town.organisation({ kind });
      const home = town.dwelling({ owners: [body] });
      const tenant = town.person();
      town.lease(home, tenant, { body, to: town.today });
      await files(tenant, { at: home }, 'register', 'tenant', 'E1');
    }
  });

  test('E2: who is named asks the tenant', async () => {
    const body = town.organisation();
    const [tenant, former, member] = [town.person(), town.person(), town.person()];
    const home = town.dwelling({ owners: [body] });
    town.lease(home, former, { body, from: '2010-01-01', to: '2019-12-31', members: [member] });
    town.lease(home, tenant, { body, from: '2020-01-01', members: [member] });
    const waiting = await files(member, { at: home }, 'wait', 'named_in_lease', 'E2', stranger);
    assert.deepEqual(await service.inbox(former), []);
    await service.answerBySms(tenant, 1);
    assert.equal((await waiting.citizen.application(waiting)).status, 'registered');
    const { items } = await service.citizen(tenant).get(`/dwellings/${home.rka}/residents`);
    assert.deepEqual(items.map((one) => one.name), [`${member.surname} ${member.name}`]);
  });
});

describe('F. Norm of floor area', () => {
  before(start);
  after(stop);

  /** A flat of a man in the capital with so many people in it besides. */
  function capitalFlat({ area, people = 0, kato = '711110000', owner = town.person({ age: 60, sex: 'm' }) }) {
    const home = flatOf(owner, { area, kato });
    for (let i = 0; i < people; ++i) town.live(town.person(), home);
    return home;
  }
  const asks = (person, home, ...expected) => files(person, { at: home }, ...expected, stranger);

  test('F1: no norm outside the capital', async () => {
    const home = flatOf(undefined, { area: 1 });
    town.live(town.person(), home);
    await waits(town.person(), { at: home });
  });

  test('F2, F5: as many as the area bears, and nobody counted twice', async () => {
    await waits(town.person(), { at: capitalFlat({ area: 45, people: 2 }) });
    await asks(town.person(), capitalFlat({ area: 44.99, people: 2 }), 'reject', 'norm_exceeded', 'F5');
    await asks(town.person(), capitalFlat({ area: 14.99 }), 'reject', 'norm_exceeded', 'F5');
    await waits(town.person(), { at: capitalFlat({ area: 15, kato: astana }) });
    // He lives there temporarily already and is counted once; so is a resident with two registrations.
    const guest = town.person();
    const home = capitalFlat({ area: 30, people: 1 });
    town.live(guest, home, { kind: 'temporary', from: '2025-01-01', to: monthsLater(town.today, 6) });
    await waits(guest, { at: home });
    // Who has left does not count; who stays for a time does.
    const left = capitalFlat({ area: 15 });
    town.live(town.person(), left, { to: day(town.today, { days: -1 }) });
    await waits(town.person(), { at: left });
    const visited = capitalFlat({ area: 15 });
    town.live(town.person(), visited, { kind: 'temporary', from: '2025-01-01', to: town.today });
    await asks(town.person(), visited, 'reject', 'norm_exceeded', 'F5');
  });

  test('F2: registrants and the children who follow them count together', async () => {
    const old = flatOf();
    const mother = town.person({ age: 35 });
    const [teenager, little] = [town.person({ age: 15 }), town.person({ age: 7 })];
    for (const one of [mother, teenager, little]) town.live(one, old);
    for (const child of [teenager, little]) town.relate(mother, 'parent', child);
    const wish = (area) => ({ at: capitalFlat({ area }), who: [mother, teenager] });
    await files(mother, wish(44), 'reject', 'norm_exceeded', 'F5', stranger);
    await files(mother, wish(45), 'wait', 'owners', 'D6', stranger);
  });

  test('F5: the counts are for owners only', async () => {
    const home = capitalFlat({ area: 30, people: 7 });
    const refused = await asks(town.person(), home, 'reject', 'norm_exceeded', 'F5');
    assert.doesNotMatch(refused.decision.text + refused.decision.what_next, /(?<!\d)[78](?!\d)/);
    const own = await files(home.owner, { at: home }, 'reject', 'norm_exceeded', 'F5');
    assert.match(own.decision.text, /(?<!\d)8(?!\d)/);
  });

  test('F3: the family of an owner is above the norm all the same', async () => {
    const related = (relation, direction, details = {}) => {
      const owner = town.person({ age: 60 });
      const one = town.person(details);
      direction === 'of owner' ? town.relate(one, relation, owner) : town.relate(owner, relation, one);
      return [one, capitalFlat({ area: 15, people: 2, owner })];
    };
    for (const [relation, direction] of [['spouse', 'of owner'], ['spouse', 'owner of'], ['parent', 'of owner'],
      ['parent', 'owner of'], ['sibling', 'of owner'], ['sibling', 'owner of'], ['grandparent', 'of owner']]) {
      const [one, home] = related(relation, direction);
      await waits(one, { at: home });
    }
    const [grandchild, home] = related('grandparent', 'owner of');
    await asks(grandchild, home, 'reject', 'norm_exceeded', 'F5');
    const owner = town.person({ age: 60 });
    const ward = town.person({ age: 30, capacity: 'none' });
    town.relate(owner, 'guardian', ward);
    await files(owner, { at: capitalFlat({ area: 15, people: 2, owner }), who: [ward] }, 'register', 'sole_owner', 'D4');
    const divorced = town.person();
    const former = town.person();
    town.relate(divorced, 'spouse', former, { to: day(town.today, { days: -1 }) });
    await asks(divorced, capitalFlat({ area: 15, people: 2, owner: former }), 'reject', 'norm_exceeded', 'F5');
  });

  test('F4: full-time students of that city', async () => {
    const student = (kato, span) => {
      const one = town.person({ age: 19 });
      town.study(one, kato, span);
      return one;
    };
    const home = () => capitalFlat({ area: 15, people: 1 });
    await waits(student('711110000', { from: '2025-09-01' }), { at: home() });
    await asks(student(almaty), home(), 'reject', 'norm_exceeded', 'F5');
    await asks(student(astana, { to: day(town.today, { days: -1 }) }), home(), 'reject', 'norm_exceeded', 'F5');
  });

  test('F6: an unknown area waits for the officer, then goes on', async () => {
    const owner = town.person();
    const home = capitalFlat({ area: '', owner });
    const waiting = await files(owner, { at: home }, 'retry', 'area_unknown', 'F6');
    await service.advance({ seconds: 61 });
    assert.equal((await waiting.citizen.application(waiting)).status, 'retrying');
    town.row('dwellings.csv', { rka: home.rka, kind: 'flat', kato: '711110000', region_kk: 'Астана', region_ru: 'Астана',
      locality_kk: 'Астана', locality_ru: 'Астана', street_kk: 'Абай', street_ru: 'Абая', house: 1, flat: 1, useful_area: 50, actual: 1 });
    await service.import();
    await service.advance({ minutes: 5 });
    assert.equal((await waiting.citizen.application(waiting)).status, 'registered');
  });

  test('F8: fifteen at one dwelling, or five within thirty days, is a warning', async () => {
    const crowd = async (people, from) => {
      const owner = town.person();
      const home = flatOf(owner, { area: 500 });
      for (let i = 0; i < people; ++i) town.live(town.person(), home, { from });
      return (await files(owner, { at: home }, 'register', 'sole_owner', 'D4')).warnings;
    };
    assert.deepEqual(await crowd(14, '2015-01-01'), ['density']);
    assert.deepEqual(await crowd(13, '2015-01-01'), []);
    assert.deepEqual(await crowd(4, day(town.today, { days: -29 })), ['density']);
    assert.deepEqual(await crowd(4, day(town.today, { days: -31 })), []);
    assert.deepEqual(await crowd(3, town.today), []);
  });
});

describe('G. Consent', () => {
  before(start);
  after(stop);
  afterEach(() => service.registersUp());

  const now = (waiting) => waiting.citizen.application(waiting);

  test('G1: granted by SMS or in the cabinet, in time', async () => {
    const [one, two] = [town.person(), town.person()];
    const home = town.dwelling({ owners: [one, two] });
    const waiting = await waits(town.person(), { at: home });
    const hour = Date.parse(waiting.deadline) - Date.parse(waiting.signed_at);
    assert.ok(Math.abs(hour - 3600_000) < 5_000, `${hour}`);
    await service.answerBySms(one, 1);
    await service.citizen(two).answerInCabinet('grant');
    const done = await now(waiting);
    assert.equal(done.status, 'registered');
    assert.deepEqual(brief(done.decision), { outcome: 'register', code: 'owners', row: 'D6' });
    assert.deepEqual(done.consents, { required: 2, granted: 2 });
  });

  test('G2: one refusal ends it; the others are told and need not answer', async () => {
    const [one, two] = [town.person(), town.person()];
    const home = town.dwelling({ owners: [one, two] });
    const waiting = await waits(town.person(), { at: home });
    await service.answerBySms(one, 2);
    const done = await now(waiting);
    assert.equal(done.status, 'rejected');
    assert.deepEqual(brief(done.decision), { outcome: 'reject', code: 'owner_refused', row: 'G2' });
    const { reference } = (await service.requestsTo(two))[0];
    assert.match(await service.lastSms(two), new RegExp(`(?<!R 3 )${reference}`), 'two is told that it is over');
    const [request] = await service.citizen(two).consents();
    assert.equal(request.status, 'void');
    await service.answerBySms(two, 1); // changes nothing any more
    assert.equal((await now(waiting)).status, 'rejected');
    // Who of the two refused is not shown.
    const shown = JSON.stringify(done);
    for (const owner of [one, two]) {
      for (const secret of [owner.iin, owner.surname, owner.phone]) assert.ok(!shown.includes(secret), secret);
    }
  });

  test('G3: the hour passes, and at its end the application is refused by itself', async () => {
    const waiting = await waits(town.person(), { at: flatOf() });
    await service.advanceTo(Date.parse(waiting.deadline) - 3000);
    assert.equal((await now(waiting)).status, 'waiting_for_consent');
    await service.advanceTo(Date.parse(waiting.deadline) + 1000);
    const done = await now(waiting);
    assert.equal(done.status, 'rejected');
    assert.deepEqual(brief(done.decision), { outcome: 'reject', code: 'no_consent_in_time', row: 'G3' });
    const late = Date.parse(done.history.at(-1).at) - Date.parse(waiting.deadline);
    assert.ok(late >= 0 && late < 2_000, `decided ${late} ms after the deadline`);
    assert.ok((await waiting.citizen.messages()).some((message) => message.application_id === waiting.id));
  });

  test('G4: a late answer and one from another number change nothing', async () => {
    const home = flatOf();
    const other = town.person();
    const waiting = await waits(town.person(), { at: home });
    const { reference } = (await service.requestsTo(home.owner))[0];
    await service.sendSms(other, `R 1 ${reference}`);
    await service.sendSms('+77779990000', `R 1 ${reference}`);
    assert.deepEqual((await now(waiting)).consents, { required: 1, granted: 0 });
    await service.advanceTo(Date.parse(waiting.deadline) + 1000);
    const replies = await service.answerBySms(home.owner, 1);
    assert.equal(replies.length, 1, 'a late one is answered');
    assert.equal((await now(waiting)).status, 'rejected');
    const [request] = await service.citizen(home.owner).consents();
    assert.equal(request.status, 'expired');
    const late = await service.citizen(home.owner).call('POST', `/consents/${request.id}/sms-code`);
    assert.equal(late.status, 409);
  });

  test('G7: the applicant takes it back, the owners are told', async () => {
    const home = flatOf();
    const waiting = await waits(town.person(), { at: home });
    const before = (await service.inbox(home.owner)).length;
    assert.equal((await waiting.citizen.withdraw(waiting)).status, 'withdrawn');
    assert.equal((await service.inbox(home.owner)).length, before + 1);
    assert.equal((await service.citizen(home.owner).consents())[0].status, 'void');
    await service.answerBySms(home.owner, 1);
    assert.equal((await now(waiting)).status, 'withdrawn');
    await waiting.citizen.expect(409, 'POST', `/applications/${waiting.id}/withdrawal`);
  });

  test('G8: "I know nothing of this" looks like a refusal and holds the next filing for the same dwelling', async () => {
    const applicant = town.person();
    const home = flatOf();
    const reported = await waits(applicant, { at: home });
    await service.answerBySms(home.owner, 3);
    const seen = await now(reported);
    assert.equal(seen.status, 'rejected');
    assert.deepEqual(brief(seen.decision), { outcome: 'reject', code: 'owner_refused', row: 'G2' });
    assert.doesNotMatch(JSON.stringify(seen), /fraud/);
    // The same as an ordinary refusal, word for word.
    const plainHome = flatOf();
    const plain = await waits(town.person(), { at: plainHome });
    await service.answerBySms(plainHome.owner, 2);
    const refused = await now(plain);
    assert.equal(seen.decision.text, refused.decision.text);
    assert.equal(seen.decision.what_next, refused.decision.what_next);
    assert.deepEqual(seen.history.map((entry) => [entry.event, entry.text.replace(/\d\d:\d\d/, '')]),
      refused.history.map((entry) => [entry.event, entry.text.replace(/\d\d:\d\d/, '')]));

    const citizen = service.citizen(applicant);
    const held = await citizen.apply({ at: home });
    assert.equal(held.status, 'on_hold');
    assert.equal((await service.requestsTo(home.owner)).length, 1, 'nobody is asked meanwhile');
    await citizen.withdraw(held);
    // Another dwelling is not held after one report.
    const elsewhere = flatOf();
    const second = await waits(citizen, { at: elsewhere });
    await service.citizen(elsewhere.owner).answerInCabinet('fraud');
    assert.equal((await now(second)).status, 'rejected');
    // After reports by two different owners every dwelling is.
    await service.import();
    const third = flatOf();
    await service.import();
    const waiting = await citizen.apply({ at: third });
    assert.equal(waiting.status, 'on_hold');
    await service.advance({ hours: 71, minutes: 50 });
    assert.equal((await citizen.application(waiting)).status, 'on_hold');
    assert.deepEqual(await service.requestsTo(third.owner), []);
    await service.advance({ minutes: 15 });
    assert.equal((await citizen.application(waiting)).status, 'waiting_for_consent');
    assert.equal((await service.requestsTo(third.owner)).length, 1);
  });

  test('G9: a number bound less than 24 hours ago neither consents nor signs', async () => {
    const fresh = town.person({ phoneSince: town.today });
    const home = flatOf(fresh);
    const waiting = await waits(town.person(), { at: home });
    const [reply] = await service.answerBySms(fresh, 1);
    assert.match(reply, /EDS|ESQ|ETsP|ЭЦП|ECP|ECQ/i);
    assert.deepEqual((await now(waiting)).consents, { required: 1, granted: 0 });
    const owner = service.citizen(fresh);
    const [request] = await owner.consents();
    assert.equal((await owner.expect(422, 'POST', `/consents/${request.id}/sms-code`)).code, 'phone_too_new');
    const draft = await owner.draft({ at: home });
    assert.equal((await owner.expect(422, 'POST', `/applications/${draft.id}/sms-code`)).code, 'phone_too_new');
    // Bound the day before yesterday is old enough.
    const older = town.person({ phoneSince: day(town.today, { days: -2 }) });
    await files(older, { at: flatOf(older) }, 'register', 'sole_owner', 'D4');
  });

  test('at most three requests from one applicant to one owner a day, ten from all', async () => {
    await service.startOfNextDay();
    const owner = town.person();
    const pest = town.person();
    for (let i = 0; i < 3; ++i) {
      const waiting = await waits(pest, { at: flatOf(owner) });
      await waiting.citizen.withdraw(waiting);
    }
    const fourth = flatOf(owner);
    await service.import();
    const citizen = service.citizen(pest);
    const draft = await citizen.draft({ at: fourth });
    const refused = await citizen.trySigning(draft);
    assert.equal(refused.status, 429, refused.text);
    assert.ok(Number(refused.headers['retry-after']) > 0);
    assert.equal((await service.requestsTo(owner)).length, 3);
    assert.equal((await citizen.application(draft)).status, 'draft');
    for (let i = 0; i < 7; ++i) await waits(town.person(), { at: flatOf(owner) });
    await service.import();
    const other = town.person();
    const eleventh = flatOf(owner);
    await service.import();
    const another = service.citizen(other);
    assert.equal((await another.trySigning(await another.draft({ at: eleventh }))).status, 429);
    assert.equal((await service.requestsTo(owner)).length, 10);
    // Tomorrow is another day.
    await service.startOfNextDay();
    await waits(other, { at: eleventh });
  });
});

describe('H. Entry', () => {
  before(start);
  after(stop);
  afterEach(() => service.registersUp());

  const now = (waiting) => waiting.citizen.application(waiting);

  test('H0: sold within the hour', async () => {
    const home = flatOf();
    const waiting = await waits(town.person(), { at: home });
    town.own(home, home.owner, { to: day(town.today, { days: -1 }) });
    town.own(home, town.person(), { from: town.today });
    await service.import();
    await service.answerBySms(home.owner, 1);
    assert.deepEqual(brief((await now(waiting)).decision), { outcome: 'reject', code: 'ownership_changed', row: 'H0' });
  });

  test('H0: half of it given away within the hour', async () => {
    const home = flatOf();
    const waiting = await waits(town.person(), { at: home });
    town.own(home, town.person(), { share: '1/2', from: town.today });
    await service.import();
    await service.answerBySms(home.owner, 1);
    assert.deepEqual(brief((await now(waiting)).decision), { outcome: 'reject', code: 'ownership_changed', row: 'H0' });
  });

  test('H0: a row that fires only now names the decision', async () => {
    const died = flatOf();
    const first = await waits(town.person(), { at: died });
    const second = await waits(town.person({ documentExpires: town.today }), { at: flatOf() });
    const applicant = town.person();
    const third = await waits(applicant, { at: died });
    town.persons(died.owner, { died: town.today });
    town.live(applicant, died, { from: town.today });
    await service.import();
    await service.sendSms(died.owner, `R 1 ${(await service.requestsTo(died.owner))[0].reference}`);
    assert.deepEqual(brief((await now(first)).decision), { outcome: 'reject', code: 'owner_dead', row: 'D7' });
    // C6 stands before D.
    await service.sendSms(died.owner, `R 1 ${(await service.requestsTo(died.owner))[1].reference}`);
    assert.deepEqual(brief((await now(third)).decision), { outcome: 'reject', code: 'already_registered', row: 'C6' });
    assert.equal((await now(second)).status, 'waiting_for_consent');
  });

  test('H1: the former permanent residence closes; person and owners are told', async () => {
    const [old, home] = [flatOf(), flatOf()];
    const mover = town.person();
    town.live(mover, old, { from: '2012-03-04' });
    const waiting = await waits(mover, { at: home });
    await service.answerBySms(home.owner, 1);
    assert.equal((await now(waiting)).status, 'registered');
    const me = await waiting.citizen.me();
    assert.equal(me.residence.rka, home.rka);
    assert.equal(me.residence.since, service.today);
    const residents = async (dwelling) =>
      (await service.citizen(dwelling.owner).get(`/dwellings/${dwelling.rka}/residents`)).items;
    assert.deepEqual(await residents(old), []);
    assert.deepEqual(await residents(home),
      [{ name: `${mover.surname} ${mover.name}`, kind: 'permanent', from: service.today, until: null }]);
    for (const person of [mover, home.owner]) {
      assert.ok((await service.citizen(person).messages()).some((message) => message.application_id === waiting.id));
    }
    assert.ok((await service.inbox(home.owner)).some(({ text }) => text.includes('1414')), 'the owner is told by SMS');
    // A later import of the old extract does not undo it.
    town.live(mover, old, { from: '2012-03-04' });
    await service.import();
    assert.equal((await waiting.citizen.me()).residence.rka, home.rka);
    assert.deepEqual(await residents(old), []);
    assert.equal((await service.call('GET', `/api/v1/dwellings/${home.rka}/residents`, undefined, { token: waiting.citizen.token })).status, 404);
  });

  test('H2: a temporary one leaves the permanent, reminds ten days before its end, and closes by itself', async () => {
    await service.startOfNextDay();
    const [old, home] = [flatOf(), flatOf()];
    const guest = town.person();
    town.live(guest, old);
    const until = monthsLater(town.today, 2);
    const waiting = await waits(guest, { at: home, until });
    await service.answerBySms(home.owner, 1);
    const citizen = waiting.citizen;
    let me = await citizen.me();
    assert.equal(me.residence.rka, old.rka);
    assert.deepEqual(me.temporary_residences.map(({ rka, from, until: to }) => [rka, from, to]), [[home.rka, service.today, until]]);
    const told = async () => (await citizen.messages()).length;
    const before = await told();
    await service.advanceTo(`${day(until, { days: -11 })}T23:59:00+05:00`);
    assert.equal(await told(), before);
    const sms = (await service.inbox(guest)).length;
    await service.advanceTo(`${day(until, { days: -10 })}T23:59:00+05:00`);
    assert.equal((await service.inbox(guest)).length, sms + 1, 'an SMS ten days before');
    assert.equal(await told(), before + 1);
    await service.advanceTo(`${until}T23:59:00+05:00`);
    assert.equal((await citizen.me()).temporary_residences.length, 1, 'its last day belongs to it');
    await service.advanceTo(`${day(until, { days: 1 })}T00:00:01+05:00`);
    me = await citizen.me();
    assert.deepEqual(me.temporary_residences, []);
    assert.equal(me.residence.rka, old.rka);
    const { items } = await service.citizen(home.owner).get(`/dwellings/${home.rka}/residents`);
    assert.deepEqual(items, []);
  });

  test('H3: small children follow the parent they lived with', async () => {
    const [old, home] = [flatOf(), flatOf()];
    const mother = town.person({ age: 35 });
    const [little, teenager, elsewhere] = [town.person({ age: 13, name: 'Аружан' }), town.person({ age: 14, name: 'Томирис' }), town.person({ age: 5, name: 'Жания' })];
    for (const child of [little, teenager, elsewhere]) town.relate(mother, 'parent', child);
    for (const one of [mother, little, teenager]) town.live(one, old);
    town.live(elsewhere, flatOf());
    const waiting = await waits(mother, { at: home });
    await service.answerBySms(home.owner, 1);
    assert.equal((await now(waiting)).status, 'registered');
    const names = async (dwelling) =>
      (await service.citizen(dwelling.owner).get(`/dwellings/${dwelling.rka}/residents`)).items.map((one) => one.name).sort();
    assert.deepEqual(await names(home), [mother, little].map((one) => `${one.surname} ${one.name}`).sort());
    assert.deepEqual(await names(old), [`${teenager.surname} ${teenager.name}`]);
    const notice = (await service.inbox(home.owner)).find(({ text }) => text.includes('1414'))?.text;
    assert.match(notice, /Аружан|Aruzhan|Arujan/, 'the follower is named in the SMS to the owner');
    assert.ok((await waiting.citizen.messages()).some((message) => message.kind === 'children_ask'), 'a message asks about the other child');
  });

  test('H3: where the other parent stays the child stays, and a message asks', async () => {
    const [old, home] = [flatOf(), flatOf()];
    const [mother, father] = [town.person({ age: 35 }), town.person({ age: 36, sex: 'm' })];
    const child = town.person({ age: 4 });
    for (const parent of [mother, father]) town.relate(parent, 'parent', child);
    for (const one of [mother, father, child]) town.live(one, old);
    const waiting = await waits(mother, { at: home });
    await service.answerBySms(home.owner, 1);
    const residents = async (dwelling) =>
      (await service.citizen(dwelling.owner).get(`/dwellings/${dwelling.rka}/residents`)).items.length;
    assert.equal(await residents(old), 2);
    assert.equal(await residents(home), 1);
    assert.ok((await waiting.citizen.messages()).some((message) => message.kind === 'children_ask'));
    // Then the father moves to her: the child follows him, for nobody stays.
    const second = await waits(father, { at: home });
    await service.answerBySms(home.owner, 1);
    assert.equal((await now(second)).status, 'registered');
    assert.equal(await residents(old), 0);
    assert.equal(await residents(home), 3);
  });

  test('H3: a temporary stay takes no children along', async () => {
    const [old, home] = [flatOf(), flatOf()];
    const mother = town.person({ age: 35 });
    const child = town.person({ age: 4 });
    town.relate(mother, 'parent', child);
    for (const one of [mother, child]) town.live(one, old);
    const waiting = await waits(mother, { at: home, until: monthsLater(town.today, 3) });
    await service.answerBySms(home.owner, 1);
    assert.equal((await now(waiting)).status, 'registered');
    assert.equal((await service.citizen(old.owner).get(`/dwellings/${old.rka}/residents`)).items.length, 2);
  });

  test('H4: the register of residences is silent at the entry; the consent is kept for a day', async () => {
    const home = flatOf();
    const waiting = await waits(town.person(), { at: home });
    await service.registerDown('residences');
    await service.answerBySms(home.owner, 1);
    assert.equal((await now(waiting)).status, 'retrying');
    await service.advance({ hours: 23 });
    assert.equal((await now(waiting)).status, 'retrying');
    await service.registersUp();
    await service.advance({ minutes: 6 });
    assert.equal((await now(waiting)).status, 'registered');
    assert.equal((await service.requestsTo(home.owner)).length, 1, 'asked once');
  });

  test('H4: after a day the owner is asked again', async () => {
    const [one, two] = [town.person(), town.person()];
    const home = town.dwelling({ owners: [one, two] });
    const waiting = await waits(town.person(), { at: home });
    await service.registerDown('residences');
    await service.answerBySms(one, 1);
    await service.answerBySms(two, 1);
    assert.equal((await now(waiting)).status, 'retrying');
    await service.advance({ hours: 24, minutes: 1 });
    assert.equal((await now(waiting)).status, 'retrying');
    await service.registersUp();
    await service.advance({ minutes: 6 });
    const again = await now(waiting);
    assert.equal(again.status, 'waiting_for_consent');
    assert.deepEqual(again.consents, { required: 2, granted: 0 });
    assert.equal((await service.requestsTo(one)).length, 2);
    await service.answerBySms(one, 1);
    assert.equal((await now(waiting)).status, 'waiting_for_consent');
    await service.answerBySms(two, 1);
    assert.equal((await now(waiting)).status, 'registered');
  });
});

describe('X. A register that does not answer', () => {
  before(start);
  after(stop);
  afterEach(() => service.registersUp());

  const now = (waiting) => waiting.citizen.application(waiting);
  const silence = { outcome: 'retry', code: 'register_unavailable', row: 'X' };
  const homes = {
    persons: () => flatOf(), dwellings: () => flatOf(), rights: () => flatOf(), phones: () => flatOf(), residences: () => flatOf(),
    leases: (member) => {
      const owner = town.person();
      const body = town.organisation();
      const home = Object.assign(town.dwelling({ owners: [body] }), { owner });
      town.lease(home, owner, { members: [member], body });
      return home;
    },
  };

  for (const register of Object.keys(homes)) {
    test(`${register} silent at the draft and at the signature: nobody is refused, nobody is asked`, async () => {
      const applicant = town.person();
      const home = homes[register](applicant);
      await service.import();
      const citizen = service.citizen(applicant);
      await citizen.signIn();
      await service.registerDown(register);
      const cloudy = await citizen.draft({ at: home });
      assert.equal(cloudy.forecast.outcome, 'retry');
      assert.equal(cloudy.forecast.code, 'register_unavailable');
      await service.registerDown(register, false);

      const draft = await citizen.draft({ at: home });
      await citizen.expect(202, 'POST', `/applications/${draft.id}/sms-code`);
      const code = await service.codeOf(applicant);
      await service.registerDown(register);
      const signed = await citizen.expect(200, 'POST', `/applications/${draft.id}/signature`, { method: 'sms', code });
      assert.equal(signed.status, 'retrying');
      assert.deepEqual(brief(signed.decision), silence);
      assert.equal(signed.deadline, null, 'the hour has not started');
      await service.advance({ seconds: 61 });
      assert.equal((await citizen.application(draft)).status, 'retrying');
      await service.registerDown(register, false);
      await service.advance({ minutes: 5 });
      const asked = await citizen.application(draft);
      assert.equal(asked.status, 'waiting_for_consent');
      assert.ok(Date.parse(asked.deadline) - (await service.readClock()) > 50 * 60_000, 'a whole hour from now');
      assert.equal((await service.requestsTo(home.owner)).length, 1);
      await service.answerBySms(home.owner, 1);
      assert.equal((await citizen.application(draft)).status, 'registered');
    });

    test(`${register} silent at the entry: the consent is kept`, async () => {
      const applicant = town.person();
      const home = homes[register](applicant);
      await service.import();
      const citizen = service.citizen(applicant);
      const waiting = await citizen.apply({ at: home });
      assert.equal(waiting.status, 'waiting_for_consent');
      const owner = service.citizen(home.owner);
      const [request] = await owner.consents();
      await owner.expect(202, 'POST', `/consents/${request.id}/sms-code`);
      const code = await service.codeOf(home.owner);
      await service.registerDown(register);
      const answered = await owner.call('POST', `/consents/${request.id}/answer`, { answer: 'grant', method: 'sms', code });
      if (answered.status !== 200) {
        // The answer cannot be taken without knowing whose number it is; nothing is lost.
        assert.equal(answered.status, 503, answered.text);
        assert.ok(['persons', 'phones'].includes(register), register);
        assert.equal((await citizen.application(waiting)).status, 'waiting_for_consent');
        await service.registersUp();
        await owner.expect(200, 'POST', `/consents/${request.id}/answer`, { answer: 'grant', method: 'sms', code });
      } else {
        const put = await citizen.application(waiting);
        assert.equal(put.status, 'retrying');
        assert.deepEqual(brief(put.decision), silence);
        await service.registersUp();
        await service.advance({ seconds: 61 });
      }
      assert.equal((await citizen.application(waiting)).status, 'registered');
      assert.equal((await service.requestsTo(home.owner)).length, 1);
    });
  }

  test('again after 60 seconds, then at least every 5 minutes, and a message after 3 working days', async () => {
    // From a Monday on, so that no weekend is in between.
    do await service.startOfNextDay();
    while (new Date(`${service.today}T00:00:00Z`).getUTCDay() !== 1);
    await service.advance({ hours: 10 });
    const owner = town.person();
    const home = flatOf(owner);
    await service.import();
    const citizen = service.citizen(owner);
    const draft = await citizen.draft({ at: home });
    await citizen.expect(202, 'POST', `/applications/${draft.id}/sms-code`);
    const code = await service.codeOf(owner);
    await service.registerDown('rights');
    await citizen.expect(200, 'POST', `/applications/${draft.id}/signature`, { method: 'sms', code });
    await service.advance({ seconds: 50 });
    const messages = (await citizen.messages()).length;
    await service.registerDown('rights', false);
    assert.equal((await citizen.application(draft)).status, 'retrying', 'not before 60 seconds');
    await service.registerDown('rights');
    await service.advance({ days: 2, hours: 23 });
    assert.equal((await citizen.messages()).length, messages);
    const sms = (await service.inbox(owner)).length;
    await service.advance({ hours: 1, minutes: 6 });
    assert.equal((await citizen.messages()).length, messages + 1);
    assert.equal((await service.inbox(owner)).filter(({ text }) => text.includes(draft.number)).length > 0, true);
    assert.ok((await service.inbox(owner)).length > sms);
    await service.advance({ hours: 8 });
    assert.equal((await citizen.messages()).length, messages + 1, 'once');
    assert.equal((await citizen.application(draft)).status, 'retrying', 'never a refusal');
    await service.registerDown('rights', false);
    await service.advance({ minutes: 5, seconds: 1 });
    assert.equal((await citizen.application(draft)).status, 'registered');
  });

  test('sign-in, /me and /addresses say 503 and when to come again; leases do not concern a private flat', async () => {
    const person = town.person();
    const home = flatOf(person);
    await service.import();
    const citizen = service.citizen(person);
    await citizen.signIn();
    await service.registerDown('persons');
    for (const [method, path, body] of [['GET', '/me'], ['POST', '/sign-in/sms', { iin: person.iin }]]) {
      const answer = await citizen.call(method, path, body);
      assert.equal(answer.status, 503, `${path}: ${answer.text}`);
      assert.equal(answer.body.code, 'register_unavailable');
      assert.ok(Number(answer.headers['retry-after']) > 0);
    }
    await service.registersUp();
    await service.registerDown('dwellings');
    assert.equal((await citizen.call('GET', '/addresses?q=Абай'.replace('Абай', encodeURIComponent('Абай')))).status, 503);
    await service.registersUp();
    await service.registerDown('leases');
    assert.equal((await citizen.apply({ at: home })).status, 'registered');
  });
});

describe('Ages around 29 February', () => {
  before(start);
  after(stop);

  test('born on 29 February one grows older on 1 March', async () => {
    let year = Number(town.today.slice(0, 4)) + 1;
    while (year % 4 !== 2) ++year;
    const teenager = town.person({ born: `${year - 14}-02-29` }); // 14 on 1 March
    const owner = town.person({ born: `${year - 18}-02-29` }); // 18 on 1 March
    const parent = town.person({ age: 40 });
    town.relate(parent, 'parent', teenager);
    const home = flatOf(owner);
    await service.import();
    await service.advanceTo(`${year}-02-28T23:59:00+05:00`);
    const mother = service.citizen(parent);
    const early = await mother.draft({ at: home, who: [teenager] });
    assert.equal(early.forecast.code, 'under_14');
    const me = service.citizen(owner);
    assert.equal((await me.draft({ at: home })).forecast.code, 'owner_needs_psc');
    await service.advanceTo(`${year}-03-01T00:00:00+05:00`);
    assert.deepEqual((await mother.draft({ at: home, who: [teenager] })).forecast, reduced.wait);
    assert.equal((await me.draft({ at: home })).forecast.code, 'sole_owner');
  });
});
