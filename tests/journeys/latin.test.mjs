// Kazakh in Latin letters, chosen on the first page: the whole way of an application, its owner's answer, and what
// comes after, all of it in those letters.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { issue, switchedOn } from './lib/kiosk.mjs';
import { Portal } from './lib/portal.mjs';

describe('in the Latin letters of 2021', () => {
  let portal;
  let service;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const street = { street_ru: 'проспект Кабанбай батыра', street_kk: 'Қабанбай батыр даңғылы' };
      const owner = registers.person({ surname: 'Жүнісова', name: 'Әйгерім', patronymic: 'Ғалымқызы', language: 'kk' });
      const guest = registers.person({ surname: 'Щербакова', name: 'Яна', patronymic: 'Игорьевна', language: 'ru' });
      const child = registers.person({ surname: 'Щербаков', name: 'Ілияс', age: 9, phone: null });
      registers.relate(guest, 'parent', child);
      const old = registers.dwelling({ house: '5', street_ru: 'улица Сатпаева', street_kk: 'Сәтбаев көшесі' });
      registers.live(guest, old);
      const home = registers.dwelling({ house: '60А', flat: '12', owners: [owner], ...street });
      registers.live(owner, home);
      const alone = registers.person({ surname: 'Өтегенұлы', name: 'Үсен', language: 'kk' });
      const own = registers.dwelling({ house: '7', flat: '3', owners: [alone], ...street });
      const minor = registers.person({ age: 12, phone: null });
      const shared = registers.dwelling({ house: '9', owners: [alone, minor], ...street });
      const centre = registers.centre();
      const officer = registers.person({ surname: 'Ахметова', name: 'Ботагөз' });
      registers.staff(officer, 'psc_receptionist', { kato: '750000000' });
      return { owner, guest, child, old, home, alone, own, shared, centre, officer };
    });
    ({ service, people } = portal);
    portal.names = []; // of registers: a page in Latin letters shows them in Latin letters
  });
  after(() => portal?.close());

  test('a browser that asks for it, the switch, the place that is kept', async () => {
    const asked = await portal.visitor({ language: 'kk-Latn', choose: false });
    await asked.goto('/');
    await asked.expectHeading('page.home.title');
    await asked.leave();

    const visitor = await portal.visitor({ language: 'kk' });
    await visitor.goto('/help/false-sms');
    await visitor.leads(() => visitor.page.getByRole('link', { name: 'Qaz' }).click());
    visitor.language = 'kk-Latn';
    assert.equal(visitor.path, '/help/false-sms');
    const cookies = await visitor.context.cookies(portal.origin.replace('http:', 'https:'));
    assert.equal(cookies.find(({ name }) => name === '__Host-lang').value, 'kk-Latn');
    const current = visitor.page.locator('.mk-lang [aria-current]');
    assert.equal((await current.textContent()).replace(/\s+/g, ' '), 'Qaz Qazaqşa (latyn)');
    assert.equal(await current.getAttribute('hreflang'), 'kk-Latn');
    await visitor.leave();
  });

  test('pages for everybody', async () => {
    const visitor = await portal.visitor({ language: 'kk-Latn' });
    for (const [name, address] of [['home', '/'], ['service', '/services/residence'], ['category', '/citizens/migration'],
      ['statistics', '/statistics'], ['help', '/help'], ...['steps', 'owners', 'centre', 'digital-signature', 'bmg', 'false-sms',
        'my-data', 'accessibility', 'no-sms', 'no-address', 'no-person'].map((one) => [`help-${one}`, `/help/${one}`])]) {
      assert.equal((await visitor.goto(address)).status(), 200);
      await visitor.seen(name);
    }
    assert.equal((await visitor.goto('/no/such/page')).status(), 404);
    await visitor.seen('error-404');
    await visitor.leave();
  });

  test('its letters come from fonts that nobody else loads', async () => {
    for (const language of ['kk', 'kk-Latn', 'en']) {
      const visitor = await portal.visitor({ language });
      const asked = [];
      visitor.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await visitor.page.goto('/', { waitUntil: 'networkidle' });
      const own = asked.filter((one) => /golos-latin-(kk|ext)|kk-latn/.test(one)).length;
      assert.equal(own, language === 'kk-Latn' ? 3 : 0, `${language}: ${asked}`);
      if (language === 'kk-Latn') {
        await visitor.page.evaluate(() => document.fonts.ready);
        assert.ok(await visitor.page.evaluate(() => document.fonts.check('18px "Golos Text Variable"', 'äğıñöşūüİÄĞIÑÖŞŪÜ')));
      }
      await visitor.leave();
    }
  });

  test('from the sign-in to the certificate', async () => {
    const { alone, own } = people;
    const visitor = await portal.visitor({ language: 'kk-Latn' });
    const { page } = visitor;
    await visitor.goto('/apply?new=1');
    await visitor.seen('sign-in');
    await page.locator('#iin').fill('12345');
    await visitor.press('page.sign_in.get_code');
    await visitor.seen('sign-in-error', { again: false });
    await visitor.signIn(alone);
    await visitor.expectHeading('page.who.title');
    assert.match(await page.locator('header').innerText(), /Üsen/);
    await visitor.seen('who');
    await visitor.answerWho([alone]);
    await page.locator('#q').fill('qabanbai dañğyly 7');
    await visitor.press('page.where.find');
    assert.match(await visitor.said(), /Qabanbai batyr dañğyly, 7, 3-päter/);
    await visitor.seen('where-found');
    await visitor.choose(visitor.option('rka', own.rka));
    await visitor.next();
    await visitor.seen('kind');
    await visitor.answerKind();
    await visitor.seen('reason');
    await visitor.choose(visitor.labelled('page.reason.other'));
    await page.locator('#reason_text').fill('Үй жөнделді');
    await visitor.next();
    // His own words stay as he typed them.
    assert.equal(await page.locator('#reason [lang=und]').textContent(), 'Үй жөнделді');
    await visitor.seen('check-own');
    await visitor.next();
    await visitor.seen('data');
    await visitor.agreeToData();
    await visitor.expectHeading('page.sign.title');
    // What is signed stands there to the letter.
    assert.match(await page.locator('pre.mk-doc').textContent(), /"reason":"other"|жөнделді/);
    await visitor.seen('sign');
    await page.locator('#code').fill('000000');
    await visitor.press('page.sign.submit');
    await visitor.seen('sign-wrong-code', { again: false });
    await visitor.sign();
    await visitor.expectHeading('page.registered.title');
    assert.match(await page.locator('.mk-plate').first().innerText(), /Qabanbai batyr dañğyly[^]*3-päter/);
    assert.equal(await page.locator('.mk-plate > span').first().getAttribute('lang'), 'kk-Latn');
    await visitor.seen('registered');
    await visitor.follow('page.decision.title');
    await visitor.seen('decision-registered');
    for (const [name, address] of [['profile', '/profile'], ['history', '/history'], ['messages', '/messages'],
      ['homes', '/homes'], ['consents-empty', '/consents'], ['sign-out', '/sign-out']]) {
      await visitor.goto(address);
      await visitor.seen(name);
    }
    await visitor.leave();
  });

  test('a guest with her child, and the owner who agrees', async () => {
    const { guest, child, home, owner } = people;
    const visitor = await portal.visitor({ language: 'kk-Latn' });
    await visitor.signIn(guest);
    await visitor.answer({ at: home, who: [guest, child], until: '2027-06-01', search: 'Kabanbay 60A 12' });
    await visitor.expectSaid('page.forecast.wait');
    assert.match(await visitor.said(), /İana Şerbakova|Şerbakova İana/);
    assert.match(await visitor.said(), /2027 jylğy 1 mausym/);
    await visitor.seen('check-wait');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    await visitor.expectWaiting();
    assert.match(await visitor.said(), /\d\d:\d\d-(?:ge|ke|ğa|qa)\b/);
    await visitor.seen('waiting');

    const host = await portal.visitor({ language: 'kk-Latn' });
    await host.signIn(owner);
    await host.goto('/consents');
    await host.seen('consents');
    await host.page.locator('main a[href^="/consents/"]').first().click();
    await host.seen('consent');
    assert.match(await host.said(), /Şerbakova/);
    await host.press('page.consent.grant');
    await host.seen('consent-code', { again: false });
    await host.enterCode(owner, 'page.consent_code.submit.grant');
    await host.seen('consent-given');
    for (const [name, address] of [['messages-owner', '/messages'], ['homes-owner', '/homes']]) {
      await host.goto(address);
      await host.seen(name);
    }
    await host.leave();

    await visitor.headingBecomes('page.registered.title_temporary');
    await visitor.seen('registered-after-consent');
    for (const [name, address] of [['messages-guest', '/messages'], ['history-guest', '/history'], ['profile-guest', '/profile']]) {
      await visitor.goto(address);
      await visitor.seen(name);
    }
    await visitor.leave();
    // An SMS is Kazakh in the letters that every phone has, or Russian, as the register says: no cookie is asked there.
    for (const person of [owner, guest]) {
      for (const { text } of await service.inbox(person)) assert.match(text, /^[\x20-\x7E\n]+$/, text);
    }
  });

  test('the app in the hand', async () => {
    const visitor = await portal.visitor({ language: 'kk-Latn', channel: 'mobile' });
    for (const [name, address] of [['m-home', '/'], ['m-category', '/citizens/migration'], ['m-service', '/services/residence'],
      ['m-help', '/help'], ['m-offline', '/offline']]) {
      await visitor.goto(address);
      await visitor.seen(name);
    }
    await visitor.signIn(people.guest);
    for (const [name, address] of [['m-who', '/apply?new=1'], ['m-where', '/apply/where?q=Qabanbai%207'], ['m-history', '/history'],
      ['m-messages', '/messages'], ['m-profile', '/profile'], ['m-homes', '/homes'], ['m-consents', '/consents']]) {
      await visitor.goto(address);
      await visitor.seen(name);
    }
    await visitor.leave();
  });

  test('the kiosk, and the desk where it is let in', async () => {
    const { token } = await issue(portal, people.officer, people.centre, 'A');
    for (const language of ['kk-Latn', 'en']) {
      const officer = await portal.visitor({ language });
      await officer.signIn(people.officer);
      await officer.goto('/staff/kiosks');
      assert.doesNotMatch(await officer.said(), /[\u0400-\u052F]/, `the desk in ${language}`);
      await officer.leave();
    }
    const kiosk = await switchedOn(portal, token, { language: 'kk' });
    await kiosk.leads(() => kiosk.page.getByRole('link', { name: 'Qaz' }).first().click());
    kiosk.language = 'kk-Latn';
    await kiosk.seen('start');
    await kiosk.start();
    await kiosk.seen('sign-in');
    await kiosk.signIn(people.guest);
    await kiosk.seen('who');
    await kiosk.next();
    assert.equal(await kiosk.board().getAttribute('data-layout'), 'latin');
    await kiosk.seen('where');
    await kiosk.leave();
  });

  test('to the service centre: its name, its address, the papers', async () => {
    const { alone, shared } = people;
    const visitor = await portal.visitor({ language: 'kk-Latn' });
    await visitor.signIn(alone);
    await visitor.answer({ at: shared });
    await visitor.seen('check-centre');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    await visitor.seen('centre');
    await visitor.follow('page.decision.title');
    await visitor.seen('decision-centre');
    await visitor.leave();
  });
});
