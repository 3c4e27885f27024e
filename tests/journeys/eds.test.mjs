// The digital signature: people sign in, apply and answer with a key in NCALayer, or with eGov Mobile by a QR code.
// Programs and phones are emulated; the signatures are real, made with keys of the sandbox's authority.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { EgovMobile } from '../lib/egov_mobile.mjs';
import { certificateDigest, NcaLayer } from '../lib/ncalayer.mjs';
import { SandboxKey } from '../lib/sandbox_key.mjs';
import { Portal, sizes } from './lib/portal.mjs';

const all = ['kk', 'en', 'ru'];

describe('digital signature', () => {
  let portal;
  let service;
  let people;
  let ncalayer;
  before(async () => {
    ncalayer = await new NcaLayer().start();
    portal = await Portal.open((registers) => {
      const household = ({ phone, owners = 1 } = {}) => {
        const old = registers.dwelling({ house: '5', street_ru: 'улица Абая', street_kk: 'Абай көшесі' });
        const hosts = Array.from({ length: owners }, () => registers.person({ phone, language: 'kk' }));
        const guest = registers.person();
        registers.live(guest, old);
        const home = registers.dwelling({ owners: hosts });
        registers.live(hosts[0], home);
        return { guest, home, owner: hosts[0] };
      };
      const owner = registers.person();
      const home = registers.dwelling({ house: '12', flat: '34', owners: [owner] });
      const another = registers.person();
      return { owner, home, another, anothers: registers.dwelling({ owners: [another] }),
        doubtful: household(), agrees: household({ phone: null }), refuses: household(), byPhone: household(), stranger: registers.person() };
    }, {
      // The page asks for the address that NCALayer has on every computer; where that is, only this browser knows.
      browserArguments: [`--host-resolver-rules=MAP 127.0.0.1:13579 127.0.0.1:${ncalayer.port}`,
        `--ignore-certificate-errors-spki-list=${certificateDigest()}`],
    });
    ({ service, people } = portal);
  });
  after(async () => {
    await portal?.close();
    await ncalayer?.stop();
  });

  const keys = new Map();
  async function keyOf(person, options) {
    const name = `${person.iin} ${options?.algorithm ?? 'gost'}`;
    if (!keys.has(name)) keys.set(name, await SandboxKey.issue(person, options));
    return keys.get(name);
  }

  /** The page in every language, from all sides; it is one that can be asked for again. */
  async function seenInAll(visitor, name) {
    const { language } = visitor;
    for (const other of [...all.filter((one) => one !== language), language]) {
      const address = new URL(visitor.page.url());
      address.searchParams.set('lang', other);
      await visitor.goto(address.href);
      visitor.language = other;
      await visitor.seen(name, { again: false });
    }
  }
  /** Presses the button and waits for what the page says. */
  async function chooseKey(visitor, key, said) {
    ncalayer.key = key;
    if (!said) return visitor.press('page.eds.choose');
    await visitor.button('page.eds.choose').click();
    return visitor.page.locator(`[data-say=${said}]`).waitFor();
  }
  async function signInByKey(visitor, person, options) {
    await visitor.goto('/sign-in/eds');
    await chooseKey(visitor, await keyOf(person, options));
    if (visitor.path.startsWith('/sign-in/code/')) await visitor.enterCode(person, 'page.nav.sign_in');
    visitor.person = person;
  }
  const picture = (visitor) => visitor.page.locator('.mk-qr__code').screenshot();
  const news = (visitor, key) => visitor.page.locator('[data-qr-news]', { hasText: visitor.text(key) }).waitFor();
  const cardSays = (visitor, key) => visitor.page.locator('section[aria-labelledby=sg]').getByText(visitor.text(key)).first().waitFor();

  /** Answers everything and comes to the page where the application is signed with a key. */
  async function applyByEds(visitor, at) {
    await visitor.answer({ at });
    await visitor.next();
    await visitor.choose(visitor.labelled('page.data.agree'));
    await visitor.press('page.draft.sign_eds');
    await visitor.expectHeading('page.eds.application.title');
  }

  test('signing in with a key in NCALayer, then the code by SMS; an application signed by it is decided', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.goto('/sign-in?next=/profile');
    await visitor.seen('sign-in-ways');
    await visitor.follow('page.way.eds');
    await visitor.expectHeading('page.eds.sign_in.title');
    await seenInAll(visitor, 'eds-sign-in');
    for (const [address, may] of [['/sign-in/eds', true], ['/sign-in', false], ['/', false]]) {
      const { headers: { 'content-security-policy': policy } } = await visitor.raw('GET', address);
      assert.equal(policy.includes("connect-src 'self' wss://127.0.0.1:13579;"), may, `${address}: ${policy}`);
    }
    await chooseKey(visitor, await keyOf(people.owner));
    assert.match(visitor.path, /^\/sign-in\/code\//, 'a code by SMS follows');
    const [, { args }] = ncalayer.asked.slice(-2);
    assert.deepEqual(args.signerParams.extKeyUsageOids, ['1.2.398.3.3.4.1.1'], 'any key of a person will do');
    assert.equal(args.locale, 'ru');
    await visitor.enterCode(people.owner, 'page.nav.sign_in');
    assert.equal(visitor.path, '/profile');
    assert.equal(await visitor.heading(), `${people.owner.surname} ${people.owner.name}`);

    const before = (await service.inbox(people.owner)).length;
    await applyByEds(visitor, people.home);
    await visitor.expectSaid('page.eds.application.hint');
    await visitor.seen('eds-application');
    await chooseKey(visitor, await keyOf(people.owner));
    await visitor.headingBecomes('page.registered.title');
    assert.equal((await service.inbox(people.owner)).slice(before).filter(({ text }) => /(?<!\d)\d{6}(?!\d)/.test(text)).length, 0,
      'no code was sent to sign');
    await cardSays(visitor, 'page.signature.by_eds');
    await visitor.page.locator('summary', { hasText: visitor.text('page.signature.more') }).click();
    await cardSays(visitor, 'page.signature.c_path');
    await visitor.expectSaid('page.signature.c_ocsp', { when: '' }).catch(() => visitor.expectSaid('page.signature.c_document'));
    await visitor.seen('signature-card', { again: false });
    await seenInAll(visitor, 'registered-by-eds');
    const container = await visitor.raw('GET', await visitor.page.locator('a[href^="/signatures/"]').getAttribute('href'));
    assert.equal(container.status, 200);
    assert.equal(container.headers['content-type'], 'application/zip');
    assert.ok(container.text.startsWith('PK'), 'a zip file');
    await visitor.leave();
  });

  test('an older NCALayer answers bare, a still older one has another module; an RSA pair signs in with its own key', async () => {
    const visitor = await portal.visitor({ language: 'en' });
    ncalayer.version = '1.2';
    await signInByKey(visitor, people.another, { algorithm: 'rsa' });
    assert.equal(visitor.path, '/profile');
    await visitor.press('page.profile.sign_out');
    ncalayer.modules = ['kz.gov.pki.knca.commonUtils'];
    await signInByKey(visitor, people.another);
    assert.equal(visitor.path, '/profile');
    await visitor.press('page.profile.sign_out');
    ncalayer.modules = [];
    await visitor.goto('/sign-in/eds');
    await chooseKey(visitor, null, 'old');
    await visitor.seen('eds-old', { again: false });
    ncalayer.modules = new NcaLayer().modules;
    ncalayer.version = '1.4';
    await visitor.leave();
  });

  test('the window closed, a signature that fails, NCALayer not running: each is said, nothing is lost', async () => {
    const visitor = await portal.visitor({ language: 'kk' });
    visitor.withoutNcaLayer = true;
    await visitor.goto('/sign-in/eds?next=/history');
    await chooseKey(visitor, null, 'cancelled');
    await visitor.expectSaid('page.eds.cancelled');
    await visitor.seen('eds-cancelled', { again: false });
    const broken = { ...(await keyOf(people.another)), sign: async () => '' };
    await chooseKey(visitor, broken, 'failed');
    await visitor.seen('eds-failed', { again: false });
    const { port } = ncalayer;
    await ncalayer.stop();
    await chooseKey(visitor, null, 'absent');
    await visitor.seen('eds-absent', { again: false });
    assert.equal(await visitor.page.locator('[data-say]:visible').count(), 1);
    await ncalayer.start(port);
    await chooseKey(visitor, await keyOf(people.another));
    await visitor.enterCode(people.another, 'page.nav.sign_in');
    assert.equal(visitor.path, '/history');
    await visitor.leave();
  });

  test('another person’s key, a revoked key: told why, then signed with the right one', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await signInByKey(visitor, people.another);
    await applyByEds(visitor, people.anothers);
    await chooseKey(visitor, await keyOf(people.stranger));
    await visitor.expectSaid('problem.bad_signature.reason.wrong_person');
    assert.equal(await visitor.page.evaluate(() => document.activeElement.getAttribute('role')), 'alert');
    await visitor.seen('eds-wrong-person', { again: false });
    const lost = await SandboxKey.issue(people.another);
    await service.expect(200, 'POST', `/sandbox/certificates/${lost.serial}`, { revoked: true, reason: 'key_compromise' });
    await chooseKey(visitor, lost);
    await visitor.expectSaid('problem.bad_signature.reason.revoked');
    await chooseKey(visitor, await keyOf(people.another));
    await visitor.headingBecomes('page.registered.title');
    await visitor.leave();
  });

  test('while the authority is silent the application waits for its certificate, and goes on by itself', async () => {
    const { guest, home, owner } = people.doubtful;
    const visitor = await portal.visitor({ language: 'ru' });
    await service.expect(200, 'POST', '/sandbox/authority', { ocsp_down: true, crl_down: true });
    await service.advance({ hours: 28 }); // the lists that there are have ended
    await visitor.goto('/sign-in/eds');
    await chooseKey(visitor, await keyOf(guest));
    await visitor.expectSaid('page.eds.unchecked');
    await visitor.seen('eds-unchecked', { again: false });
    await visitor.goto('/sign-in');
    await visitor.signIn(guest);
    await applyByEds(visitor, home);
    await chooseKey(visitor, await keyOf(guest));
    await visitor.expectHeading('page.checking.eds_title');
    await visitor.expectSaid('page.checking.eds_text');
    await cardSays(visitor, 'page.signature.checking');
    await seenInAll(visitor, 'checking-certificate');
    await service.expect(200, 'POST', '/sandbox/authority', { ocsp_down: false, crl_down: false });
    await service.advance({ minutes: 10 });
    await visitor.page.locator('main[data-state] .mk-dial').waitFor();
    await cardSays(visitor, 'page.signature.ok');
    await visitor.leave();
    assert.ok((await service.requestsTo(owner)).length > 0, 'now the owner is asked');
  });

  test('an owner without a phone agrees with his key', async () => {
    const { guest, home, owner } = people.agrees;
    const asking = await portal.visitor({ language: 'ru' });
    await asking.signIn(guest);
    await asking.apply({ at: home });
    const host = await portal.visitor({ language: 'kk' });
    await signInByKey(host, owner);
    assert.equal(host.path, '/profile', 'no code can be sent');
    await host.goto('/consents');
    await host.leads(() => host.page.locator('a[href^="/consents/"]').first().click());
    await host.seen('consent-ways');
    await host.press('page.consent.grant');
    await host.expectHeading('page.eds.consent.title');
    await host.expectSaid('problem.no_phone.detail');
    assert.equal(await host.main().getByRole('link', { name: host.text('page.way.sms') }).count(), 0, 'SMS is not offered');
    await host.expectSaid('page.consent_code.answer.grant');
    await seenInAll(host, 'eds-consent');
    await chooseKey(host, await keyOf(owner));
    await host.expectSaid('page.consent.state.granted');
    await cardSays(host, 'page.signature.by_eds');
    await host.seen('consent-by-eds');
    await host.leave();
    await asking.headingBecomes('page.registered.title');
    await cardSays(asking, 'page.signature.by_sms');
    await asking.leave();
  });

  test('an owner refuses with his key, though he has a phone', async () => {
    const { guest, home, owner } = people.refuses;
    const asking = await portal.visitor({ language: 'ru' });
    await asking.signIn(guest);
    await asking.apply({ at: home });
    const host = await portal.visitor({ language: 'ru' });
    await signInByKey(host, owner);
    await host.goto('/consents');
    await host.leads(() => host.page.locator('a[href^="/consents/"]').first().click());
    await host.follow('page.consent.to_eds');
    const before = (await service.inbox(owner)).length;
    await host.press('page.consent.refuse');
    await host.expectSaid('page.consent_code.answer.refuse');
    await chooseKey(host, await keyOf(owner));
    await host.expectSaid('page.consent.state.refused');
    assert.ok(!(await service.inbox(owner)).slice(before).some(({ text }) => /(?<!\d)\d{6}(?!\d)/.test(text)), 'no code was sent');
    await host.leave();
    await asking.page.locator('.mk-decision--no').waitFor();
    await asking.leave();
  });

  test('with eGov Mobile: signing in, an application and the owner’s answer', async () => {
    const { guest, home, owner } = people.byPhone;
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.goto('/sign-in?next=/apply');
    await visitor.follow('page.way.qr');
    await visitor.expectHeading('page.qr.sign_in.title');
    await seenInAll(visitor, 'qr-sign-in');
    const phone = new EgovMobile(service, await keyOf(guest));
    await phone.scan(await picture(visitor));
    await news(visitor, 'page.qr.opened');
    await visitor.seen('qr-opened');
    const other = await portal.visitor({ language: 'ru' });
    await other.goto(visitor.path);
    await other.expectSaid('page.qr.expired');
    await other.leave();
    assert.equal(await phone.sign(), 200);
    await visitor.page.waitForURL(/\/sign-in\/code\//);
    await visitor.enterCode(guest, 'page.nav.sign_in');
    visitor.person = guest;

    await applyByEds(visitor, home);
    await visitor.follow('page.way.qr');
    await visitor.expectHeading('page.qr.application.title');
    await visitor.seen('qr-application', { again: false });
    assert.match((await phone.scan(await picture(visitor))).names[0], /\d{12}/, 'the phone tells which application');
    assert.equal(await phone.sign(), 200);
    await visitor.page.waitForURL(/\/applications\/[^/]+$/);
    await visitor.expectWaiting();

    const host = await portal.visitor({ language: 'kk' });
    await host.goto('/sign-in/qr');
    const hosts = new EgovMobile(service, await keyOf(owner));
    // On the phone itself: the link in place of the camera.
    const link = new URL(await host.page.locator('.mk-qr__phone a').getAttribute('href'));
    assert.equal(link.origin + link.pathname, 'https://m.egov.kz/mobileSign/');
    await hosts.open(link.searchParams.get('link'));
    assert.equal(await hosts.sign(), 200);
    await host.page.waitForURL(/\/sign-in\/code\//);
    await host.enterCode(owner, 'page.nav.sign_in');
    await host.goto('/consents');
    await host.leads(() => host.page.locator('a[href^="/consents/"]').first().click());
    await host.follow('page.consent.to_eds');
    await host.press('page.consent.grant');
    await host.follow('page.way.qr');
    await host.expectHeading('page.qr.consent.title');
    await host.seen('qr-consent', { again: false });
    await hosts.scan(await picture(host));
    assert.equal(await hosts.sign(), 200);
    await host.page.waitForURL(/\/consents\/[^/]+$/);
    await host.expectSaid('page.consent.state.granted');
    await host.leave();
    await visitor.headingBecomes('page.registered.title');
    await visitor.leave();
  });

  test('a QR code that has ended, one signed by somebody else, one without script', async () => {
    const visitor = await portal.visitor({ language: 'en' });
    await visitor.goto('/sign-in/qr');
    const late = await picture(visitor);
    await service.advance({ minutes: 6 });
    await news(visitor, 'page.qr.expired');
    await seenInAll(visitor, 'qr-expired');
    const phone = new EgovMobile(service, await keyOf(people.stranger));
    assert.equal((await phone.scan(late)).status, 404);
    await visitor.follow('page.qr.new');
    await visitor.page.locator('.mk-qr__code').waitFor();
    await visitor.leave();

    const guest = people.refuses.guest;
    const applicant = await portal.visitor({ language: 'kk' });
    await signInByKey(applicant, guest);
    await applyByEds(applicant, people.refuses.home);
    await applicant.follow('page.way.qr');
    await phone.scan(await picture(applicant));
    assert.equal(await phone.sign(), 403);
    await news(applicant, 'page.qr.refused');
    await applicant.expectSaid('problem.bad_signature.reason.wrong_person');
    await seenInAll(applicant, 'qr-refused');
    await applicant.leave();

    const plain = await portal.visitor({ language: 'ru', script: false });
    await plain.goto('/sign-in/eds');
    await plain.expectSaid('page.eds.script');
    assert.equal(await plain.page.locator('[data-choose]:visible').count(), 0);
    await plain.seen('eds-no-script', { again: false });
    await plain.follow('page.way.qr');
    const own = new EgovMobile(service, await keyOf(people.another));
    await own.scan(await picture(plain));
    assert.equal(await own.sign(), 200);
    await plain.page.reload();
    await plain.press('page.nav.sign_in');
    await plain.enterCode(people.another, 'page.nav.sign_in');
    assert.equal(plain.path, '/profile');
    await plain.leave();
  });

  test('with a keyboard only, in the dark, at 320 pixels', async () => {
    const visitor = await portal.visitor({ language: 'ru', colorScheme: 'dark' });
    const { page } = visitor;
    for (const address of ['/sign-in/eds', '/sign-in/qr']) {
      await visitor.goto(address);
      await visitor.checkAccess(`${address} in the dark`, sizes.wide);
      await page.setViewportSize({ width: 320, height: 640 });
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320, `${address} is too wide`);
      await page.setViewportSize(sizes.wide);
    }
    // A code is black on white in the dark too: a camera reads it.
    assert.match(EgovMobile.read(await picture(visitor)), /^mobileSign:/);
    await visitor.goto('/sign-in/eds');
    ncalayer.key = await keyOf(people.stranger);
    for (let presses = 0; !(await page.evaluate(() => document.activeElement.matches('[data-choose]'))); ++presses) {
      assert.ok(presses < 30, 'no way by Tab to the button');
      await page.keyboard.press('Tab');
    }
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle), 'none');
    await visitor.leads(() => page.keyboard.press('Enter'));
    assert.match(visitor.path, /^\/sign-in\/code\//);
    await visitor.leave();
  });
});
