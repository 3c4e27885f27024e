// The digital signature through the API, over the whole service: its own authority answers OCSP, lists and time-stamps on real
// sockets, with GOST and RSA keys. What is signed counts; what nobody can tell about waits; what is wrong changes nothing.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Key } from '../lib/keys.mjs';
import { Service, mekenjai, temporaryFolder } from '../lib/service.mjs';

let service, town;
async function start() {
  service = await Service.started();
  town = service.registers;
}
const stop = () => service?.stop();

async function citizen(details, algorithm) {
  const person = town.person(details);
  await service.import();
  const one = service.citizen(person);
  one.key = await Key.of(person, algorithm);
  return one;
}
async function homeOf(owner) {
  const home = town.dwelling({ owners: [owner.person] });
  await service.import();
  return home;
}

function assertProblem(answer, status, code, reason) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  assert.equal(answer.body.code, code, answer.text);
  if (reason) assert.equal(answer.body.reason, reason, answer.text);
  return answer.body;
}

const challenge = () => service.expect(201, 'POST', '/api/v1/sign-in/eds', {});
const answerChallenge = (asked, body) => service.call('POST', `/api/v1/sign-in/eds/${asked.challenge}`, body);
const trySigning = async (who, draft, body) => who.call('POST', `/applications/${draft.id}/signature`, { method: 'eds', ...body });

/** A session by EDS, with the code by SMS where the policy asks for one. */
async function signInBy(who, body, asked) {
  const answer = await answerChallenge(asked, body);
  if (answer.status === 200) return answer.body;
  assert.equal(answer.status, 202, answer.text);
  assert.equal(answer.body.next, 'sms');
  const code = await service.codeOf(who.phone);
  return service.expect(200, 'POST', `/api/v1/sign-in/sms/${answer.body.challenge}`, { code });
}

/** Nobody answers any more, and the lists at hand are too old to be believed. */
async function silence() {
  await service.expect(200, 'POST', '/sandbox/authority', { ocsp_down: true, crl_down: true });
  await service.advance({ days: 3 });
}
const speech = () => service.expect(200, 'POST', '/sandbox/authority', { ocsp_down: false, crl_down: false });

describe('Signing in by EDS', () => {
  before(start);
  after(stop);

  for (const algorithm of ['gost', 'rsa']) {
    test(`${algorithm}: the challenge as CMS and as XML, a code by SMS, a session`, async () => {
      const me = await citizen({}, algorithm);
      const one = await challenge();
      assert.match(one.content, /^<login><nonce>[0-9a-f]{32,}<\/nonce><origin>http:\/\/127\.0\.0\.1:\d+<\/origin><issued>[^<]+\+05:00<\/issued><\/login>$/);
      const session = await signInBy(me, { cms: await me.key.loginCms(one.content) }, one);
      assert.equal(session.person.iin, me.iin);
      await service.expect(200, 'GET', '/api/v1/me', undefined, { token: session.token });
      const two = await challenge();
      const signed = await me.key.loginXml(two.content);
      assert.equal((await signInBy(me, { xml: signed }, two)).person.iin, me.iin);
      assertProblem(await answerChallenge(two, { xml: signed }), 422, 'bad_signature', 'bad_challenge');
    });
  }

  test('somebody without a phone gets in by signature alone', async () => {
    const me = await citizen({ phone: null });
    const asked = await challenge();
    const answer = await answerChallenge(asked, { cms: await me.key.loginCms(asked.content) });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.person.iin, me.iin);
  });

  test('and somebody whose number is new', async () => {
    const me = await citizen({ phoneSince: service.today });
    const asked = await challenge();
    assert.equal((await answerChallenge(asked, { cms: await me.key.loginCms(asked.content) })).status, 200);
  });

  test('another challenge, an old one, a document, rubbish: nobody gets in', async () => {
    const me = await citizen({ phone: null });
    const [one, two] = [await challenge(), await challenge()];
    const other = await answerChallenge(one, { cms: await me.key.loginCms(two.content) });
    assert.equal(other.status, 422, other.text);
    assert.ok(['bad_challenge', 'content_mismatch'].includes(other.body.reason), other.text);
    assertProblem(await answerChallenge(one, { cms: 'AAAA' }), 422, 'bad_signature', 'malformed');
    assertProblem(await answerChallenge({ challenge: '01926b3e-7a00-7000-8000-000000000001' }, { cms: 'AAAA' }), 404, 'challenge_not_found');
    const late = await me.key.loginCms(one.content);
    await service.advance({ minutes: 5, seconds: 1 });
    assertProblem(await answerChallenge(one, { cms: late }), 422, 'bad_signature', 'bad_challenge');
  });

  test('strangers with his IIN and wrong codes neither close it nor switch the code off', async () => {
    const me = await citizen({});
    await service.startOfNextDay();  // so that the rounds are of one day
    for (let round = 0; round < 4; ++round) {  // three wrong codes a round, ten a day
      const asked = await service.expect(202, 'POST', '/api/v1/sign-in/sms', { iin: me.iin });
      const wrong = (await service.codeOf(me.phone)) === '000000' ? '000001' : '000000';
      for (let i = 0; i < 3; ++i) await service.call('POST', `/api/v1/sign-in/sms/${asked.challenge}`, { code: wrong });
      await service.advance({ minutes: 16 });
    }
    assertProblem(await service.call('POST', '/api/v1/sign-in/sms', { iin: me.iin }), 429, 'blocked');
    const one = await challenge();
    const answer = await answerChallenge(one, { cms: await me.key.loginCms(one.content) });
    assert.equal(answer.status, 202, answer.text);
    const code = await service.codeOf(me.phone);
    await service.expect(200, 'POST', `/api/v1/sign-in/sms/${answer.body.challenge}`, { code });
  });

  test('an RSA key for signing does not sign in', async () => {
    const me = await citizen({}, 'rsa');
    const asked = await challenge();
    assertProblem(await answerChallenge(asked, { cms: await me.key.cms(asked.content) }), 422, 'bad_signature', 'wrong_key_use');
  });

  test('a revoked certificate opens nothing', async () => {
    const me = await citizen({ phone: null });
    await service.expect(200, 'POST', `/sandbox/certificates/${me.key.serial}`, { revoked: true, reason: 'key_compromise' });
    const asked = await challenge();
    assertProblem(await answerChallenge(asked, { cms: await me.key.loginCms(asked.content) }), 422, 'bad_signature', 'revoked');
  });
});

describe('An application signed by EDS', () => {
  before(start);
  after(stop);

  for (const [algorithm, make] of [
    ['gost', (key, document) => key.cms(document.content).then((cms) => ({ cms }))],
    ['gost', (key, document) => key.cms(document.content, { detached: true }).then((cms) => ({ cms }))],
    ['gost', (key, document) => key.xml(document.xml).then((xml) => ({ xml }))],
    ['rsa', (key, document) => key.cms(document.content).then((cms) => ({ cms }))],
    ['rsa', (key, document) => key.xml(document.xml).then((xml) => ({ xml }))],
  ]) {
    test(`${algorithm}: ${String(make).match(/key\.\w+\([^)]*\)/)[0]}`, async () => {
      const me = await citizen({}, algorithm);
      const draft = await me.draft({ at: await homeOf(me) });
      assert.equal(draft.document.xml, `<application number="${draft.number}" sha256="${draft.document.sha256}"/>`);
      const answer = await trySigning(me, draft, await make(me.key, draft.document));
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.body.status, 'registered');
      const { signature } = answer.body;
      assert.equal(signature.method, 'eds');
      assert.equal(signature.status, 'valid');
      assert.equal(signature.serial, me.key.serial);
      assert.equal(signature.revocation_by, 'ocsp');
      assert.ok(signature.signer && signature.issuer && signature.not_after && signature.checked_at, answer.text);
    });
  }

  test('the signer takes his container home and checks it there; nobody else gets it', async () => {
    const me = await citizen();
    const draft = await me.draft({ at: await homeOf(me) });
    const { signature } = (await trySigning(me, draft, { cms: await me.key.cms(draft.document.content) })).body;
    const answer = await me.call('GET', `/signatures/${signature.id}/container`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/zip');
    assert.match(answer.headers['content-disposition'], new RegExp(`application-${draft.number}\\.zip`));
    for (const name of ['document.json', 'signature.cms', 'report.json', 'certificate.cer', 'ocsp.der']) {
      assert.ok(answer.text.includes(name), name);
    }
    assert.ok(answer.text.includes(draft.document.content), 'stored as it is');
    const stranger = await citizen();
    assertProblem(await stranger.call('GET', `/signatures/${signature.id}/container`), 404, 'not_found');
  });

  test('what is wrong leaves the draft: another person, another application, a login, other bytes', async () => {
    const [me, other] = [await citizen(), await citizen()];
    const [one, two] = [await me.draft({ at: await homeOf(me) }), await me.draft({ at: await homeOf(me) })];
    const foreign = await me.key.cms(one.document.content);
    assertProblem(await trySigning(me, two, { cms: foreign }), 422, 'bad_signature', 'content_mismatch');
    assertProblem(await trySigning(me, two, { cms: await other.key.cms(two.document.content) }), 422, 'bad_signature', 'wrong_person');
    assertProblem(await trySigning(me, two, { xml: await me.key.xml(one.document.xml) }), 422, 'bad_signature', 'content_mismatch');
    const asked = await challenge();
    assertProblem(await trySigning(me, two, { cms: await me.key.loginCms(asked.content) }), 422, 'bad_signature', 'content_mismatch');
    assertProblem(await trySigning(me, two, { cms: await me.key.cms(asked.content) }), 422, 'bad_signature', 'content_mismatch');
    assertProblem(await answerChallenge(asked, { cms: await me.key.cms(two.document.content) }), 422, 'bad_signature');
    assertProblem(await trySigning(me, two, { xml: '<application/>' }), 422, 'bad_signature', 'no_signature');
    assertProblem(await trySigning(me, two, {}), 422, 'required');
    const detached = await me.key.cms(one.document.content, { detached: true });
    assertProblem(await trySigning(me, two, { cms: detached }), 422, 'bad_signature');
    assert.equal((await me.application(two)).status, 'draft');
    assert.deepEqual((await me.application(two)).history.map(({ event }) => event), ['drafted']);
    assert.equal((await trySigning(me, one, { cms: foreign })).body.status, 'registered', 'it was good for what it was made for');
  });

  test('an RSA key for signing in signs no document', async () => {
    const me = await citizen({}, 'rsa');
    const draft = await me.draft({ at: await homeOf(me) });
    assertProblem(await trySigning(me, draft, { cms: await me.key.loginCms(draft.document.content) }), 422, 'bad_signature', 'wrong_key_use');
  });

  test('a revoked certificate is a refusal of the signature and not of the application', async () => {
    const me = await citizen();
    const draft = await me.draft({ at: await homeOf(me) });
    await service.expect(200, 'POST', `/sandbox/certificates/${me.key.serial}`, { revoked: true });
    const signed = await me.key.cms(draft.document.content);
    assertProblem(await trySigning(me, draft, { cms: signed }), 422, 'bad_signature', 'revoked');
    assert.equal((await me.application(draft)).status, 'draft');
  });
});

describe('An owner answers by EDS', () => {
  before(start);
  after(stop);

  const asking = async (owner, details) => {
    const home = await homeOf(owner);
    const applicant = await citizen(details);
    const application = await applicant.apply({ at: home });
    assert.equal(application.status, 'waiting_for_consent');
    return { applicant, application };
  };
  /** Signed in by EDS, where there is no phone. */
  const signedIn = async (owner) => {
    const asked = await challenge();
    const { token } = await signInBy(owner, { cms: await owner.key.loginCms(asked.content) }, asked);
    owner.token = token;
    return owner;
  };
  const answer = (owner, consent, what, body) =>
    owner.call('POST', `/consents/${consent.id}/answer`, { answer: what, method: 'eds', ...body });

  test('one without a phone consents', async () => {
    const owner = await citizen({ phone: null, age: 50 });
    const { applicant, application } = await asking(owner);
    assert.ok(application.warnings.includes('owner_without_phone'));
    await signedIn(owner);
    const [consent] = await owner.consents();
    const document = consent.documents.grant;
    assert.equal(JSON.parse(document.content).application_number, application.number);
    assert.equal(JSON.parse(document.content).answer, 'grant');
    assert.ok(!document.content.includes(applicant.iin));
    const granted = await answer(owner, consent, 'grant', { cms: await owner.key.cms(document.content) });
    assert.equal(granted.status, 200, granted.text);
    assert.equal(granted.body.status, 'granted');
    assert.equal(granted.body.signature.status, 'valid');
    assert.equal((await applicant.application(application)).status, 'registered');
  });

  test('one refuses by XML; what he signed for another answer is not taken', async () => {
    const owner = await citizen({ age: 50 }, 'rsa');
    const { applicant, application } = await asking(owner);
    const [consent] = await owner.consents();
    const refusal = await owner.key.xml(consent.documents.refuse.xml);
    assertProblem(await answer(owner, consent, 'grant', { xml: refusal }), 422, 'bad_signature', 'content_mismatch');
    assert.equal((await answer(owner, consent, 'refuse', { xml: refusal })).body.status, 'refused');
    const done = await applicant.application(application);
    assert.equal(done.status, 'rejected');
    assert.equal(done.decision.code, 'owner_refused');
  });

  test('while nobody can tell, the hour does not end, and it is no refusal', async () => {
    const owner = await citizen({ age: 50 });
    await silence();
    const { applicant, application } = await asking(owner);
    const [consent] = await owner.consents();
    const received = await answer(owner, consent, 'grant', { cms: await owner.key.cms(consent.documents.grant.content) });
    assert.equal(received.status, 200, received.text);
    assert.equal(received.body.status, 'pending');
    assert.equal(received.body.signature.status, 'checking');
    await service.advance({ hours: 3 });
    const waits = await applicant.application(application);
    assert.equal(waits.status, 'waiting_for_consent');
    assert.ok(!waits.history.some(({ event }) => event.startsWith('answer')), 'who answers is not told');
    await speech();
    await service.advance({ minutes: 6 });
    assert.equal((await applicant.application(application)).status, 'registered');
  });

  test('nor does anybody get in meanwhile, and his challenge stays good', async () => {
    const owner = await citizen({ phone: null });
    await silence();
    const asked = await challenge();
    const signed = { cms: await owner.key.loginCms(asked.content) };
    const unchecked = await answerChallenge(asked, signed);
    assertProblem(unchecked, 503, 'signature_unchecked');
    assert.match(unchecked.headers['retry-after'], /^[1-9]\d*$/);
    await speech();
    assert.equal((await answerChallenge(asked, signed)).status, 200);
  });
});

describe('When the authority is silent', () => {
  before(start);
  after(stop);

  const waiting = async () => {
    const me = await citizen();
    const draft = await me.draft({ at: await homeOf(me) });
    const answer = await trySigning(me, draft, { cms: await me.key.cms(draft.document.content) });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.body.status, 'checking', answer.text);
    assert.equal(answer.body.signature.status, 'checking');
    return { me, draft };
  };

  test('the application waits, over a restart, and goes on when it speaks again', async () => {
    await silence();
    const { me, draft } = await waiting();
    await service.advance({ minutes: 30 });
    assert.equal((await me.application(draft)).status, 'checking');
    await service.restart();
    await service.expect(200, 'POST', '/sandbox/authority', { ocsp_down: true, crl_down: true });
    await service.advance({ minutes: 6 });
    await speech();
    await service.advance({ minutes: 6 });
    const done = await me.application(draft);
    assert.equal(done.status, 'registered');
    assert.equal(done.signature.status, 'valid');
    assert.ok(Date.parse(done.signed_at) < Date.parse(done.signature.checked_at));
  });

  test('what turns out to be revoked is a draft again, and he is told', async () => {
    await silence();
    const { me, draft } = await waiting();
    await service.expect(200, 'POST', `/sandbox/certificates/${me.key.serial}`, { revoked: true });
    await speech();
    await service.advance({ minutes: 6 });
    const back = await me.application(draft);
    assert.equal(back.status, 'draft');
    assert.equal(back.signature.reason, 'revoked');
    assert.ok(back.history.some(({ event, text }) => event === 'signature_refused' && text !== event));
    const [message] = await me.messages();
    assert.equal(message.kind, 'signature_refused');
    assert.ok(message.text.includes(draft.number));
    assert.ok((await service.lastSms(me.phone)).includes(draft.number));
  });

  test('he can take it back meanwhile', async () => {
    await silence();
    const { me, draft } = await waiting();
    assert.equal((await me.withdraw(draft)).status, 'withdrawn');
    await speech();
    await service.advance({ minutes: 10 });
    assert.equal((await me.application(draft)).status, 'withdrawn');
  });

  test('and the journal of all this holds, and is rebuilt to the same', async () => {
    const { me, draft } = await (async () => { await silence(); return waiting(); })();
    const before = await me.application(draft);
    await service.stop();
    for (const command of ['verify', 'rebuild', 'verify']) {
      const { code, err } = await mekenjai('journal', command, '--data', service.data);
      assert.equal(code, 0, err);
    }
    await service.start();
    assert.deepEqual(await me.application(draft), before);
  });
});

describe('eGov Mobile', () => {
  before(start);
  after(stop);

  test('a code that nobody drew is no code', async () => {
    assertProblem(await service.call('GET', '/egov-mobile/AAAA'), 404, 'not_found');
    assertProblem(await service.call('GET', '/egov-mobile/AAAA/documents', undefined, { token: 'x' }), 404, 'not_found');
    const body = { signMethod: 'XML', version: 1, documentsToSign: [{ id: 1, documentXml: '<login/>' }] };
    assertProblem(await service.call('PUT', '/egov-mobile/AAAA/documents', body, { token: 'x' }), 404, 'not_found');
    assert.equal((await service.call('PUT', '/egov-mobile/AAAA/documents', {}, { token: 'x' })).status, 403);
  });
});

test('without --sandbox and without [eds] there is no such way', async () => {
  const config = path.join(temporaryFolder(), 'mekenjai.toml');
  writeFileSync(config, '[sms]\nsmpp = ["127.0.0.1:9"]\n[metrics]\nlisten = ""\n');
  const plain = await new Service({ sandbox: false, config }).start({ bound: false });
  try {
    assertProblem(await plain.call('POST', '/api/v1/sign-in/eds', {}), 422, 'method_unavailable');
  } finally {
    await plain.stop();
  }
});
