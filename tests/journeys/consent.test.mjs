// Somebody moves in with people who must agree: by reply SMS, in the cabinet, not at all.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Portal } from './lib/portal.mjs';

describe('somebody else’s home', () => {
  let portal;
  let service;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const story = (owners, { language = 'ru' } = {}) => {
        const old = registers.dwelling({ house: '5', street_ru: 'улица Абая', street_kk: 'Абай көшесі' });
        const all = Array.from({ length: owners }, (_, i) => registers.person({ surname: `Иесов${'абвг'[i]}`,
          name: `Хозяин${'абвг'[i]}`, language: 'kk' }));
        const guest = registers.person({ language });
        registers.live(guest, old);
        const home = registers.dwelling({ owners: all });
        registers.live(all[0], home);
        return { guest, home, owners: all };
      };
      return { agrees: story(1), plain: story(1), two: story(2), refuses: story(2), fraud: story(1), late: story(1),
        withdrawn: story(1) };
    });
    ({ service, people } = portal);
  });
  after(() => portal?.close());

  /** A visitor who has signed an application for the home of the story. */
  async function asking({ guest, home }, options) {
    const visitor = await portal.visitor(options);
    await visitor.signIn(guest);
    await visitor.apply({ at: home });
    return visitor;
  }
  async function inCabinet(person, options) {
    const visitor = await portal.visitor(options);
    await visitor.signIn(person);
    return visitor;
  }

  test('the owner agrees by SMS; the waiting page changes by itself', async () => {
    const { guest, home, owners: [owner] } = people.agrees;
    const visitor = await portal.visitor({ language: 'ru' });
    const sources = [];
    visitor.page.on('response', async (response) => {
      if (response.headers()['content-type']?.includes('text/html')) sources.push(response.text().catch(() => ''));
    });
    await visitor.signIn(guest);
    await visitor.goto('/profile');
    await visitor.seen('profile');
    await visitor.answer({ at: home, search: 'Алматы Сатпаева' });
    await visitor.expectSaid('page.forecast.wait');
    await visitor.seen('check-wait');
    await visitor.next();
    await visitor.agreeToData();
    for (const source of await Promise.all(sources)) {
      for (const secret of [owner.iin, owner.phone, owner.surname, owner.name]) {
        assert.ok(!source.includes(secret), `a page before the signature tells ${secret}`);
      }
    }
    await visitor.sign();
    await visitor.expectWaiting();
    for (const secret of [owner.iin, owner.phone, owner.surname, owner.name]) {
      assert.ok(!(await visitor.page.content()).includes(secret), 'who was asked is not told, not even masked');
    }
    await visitor.seen('waiting');
    const at = visitor.page.url();
    await visitor.goto('/profile');
    await visitor.seen('profile-waiting');
    await visitor.goto(at);
    assert.deepEqual(await service.answerBySms(owner, 1).then((said) => said.length > 0), true);
    await visitor.headingBecomes('page.registered.title');
    assert.equal(await visitor.page.locator('[data-announce]').textContent(), visitor.text('page.registered.title'));
    await visitor.seen('registered-after-consent');
    await visitor.leave();

    const host = await inCabinet(owner, { language: 'kk' });
    await host.goto('/homes');
    assert.match(await host.said(), new RegExp(guest.name));
    await host.seen('homes');
    await host.goto('/messages');
    await host.seen('messages-owner');
    await host.leave();
  });

  test('without script, in English: the page tells the news when it is asked again', async () => {
    const { guest, home, owners: [owner] } = people.plain;
    const visitor = await portal.visitor({ language: 'en', script: false });
    const { page } = visitor;
    await visitor.goto('/');
    await visitor.seen('plain-home');
    await visitor.follow('page.request_online');
    await visitor.follow('page.request_online');
    await visitor.signIn(guest);
    await visitor.answerWho();
    await page.locator('#q').fill('Satpaev');
    await visitor.press('page.where.find');
    await visitor.choose(visitor.option('rka', home.rka));
    await visitor.seen('plain-where', { again: false });
    await visitor.next();
    await visitor.answerKind();
    await visitor.answerReason('work');
    await visitor.seen('plain-check');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    await visitor.expectWaiting();
    await visitor.seen('plain-waiting');
    // A page that reloads by itself takes a screen reader back to its beginning: it is the reader who asks for news.
    assert.equal(await page.locator('meta[http-equiv]').count(), 0);
    await visitor.leads(() => page.locator('body > noscript a, body > p > a[href=""]').first().click());
    await visitor.expectWaiting();
    await service.answerBySms(owner, 1);
    await visitor.follow('page.refresh');
    await visitor.expectHeading('page.registered.title');
    await visitor.seen('plain-registered');
    await visitor.leave();
  });

  test('one of two owners answers by SMS, the other finds the request by its number and signs by code', async () => {
    const { owners: [first, second] } = people.two;
    const visitor = await asking(people.two);
    await service.answerBySms(first, 1);
    await visitor.page.reload();
    await visitor.expectWaiting();
    assert.match(await visitor.said(), /1 из 2/);
    await visitor.seen('waiting-one-of-two');

    const host = await inCabinet(second, { language: 'kk', viewport: { width: 390, height: 844 } });
    await host.goto('/homes');
    await host.seen('homes-asked');
    await host.goto('/consents');
    await host.seen('consents');
    await host.page.locator('#ref').fill('AAAAAA');
    await host.press('page.where.find');
    await host.seen('consents-not-found', { again: false });
    const [{ reference }] = await service.requestsTo(second);
    await host.page.locator('#ref').fill(`${reference.slice(0, 3)} ${reference.slice(3).toLowerCase()}`);
    await host.press('page.where.find');
    await host.expectHeading('page.consent.title');
    const said = await host.said();
    assert.ok(said.includes(people.two.guest.surname), 'the owner sees the full name');
    await host.seen('consent');
    await host.press('page.consent.grant');
    await host.expectHeading('page.consent_code.title');
    await host.seen('consent-code');
    await host.page.locator('#code').fill('000000');
    await host.press('page.consent_code.submit.grant');
    await host.seen('consent-code-wrong', { again: false });
    await host.enterCode(second, 'page.consent_code.submit.grant');
    await host.seen('consent-granted');
    assert.ok(!(await host.page.locator('form.mk-dock').count()), 'nothing is left to answer');
    await host.goto('/consents');
    await host.seen('consents-answered');
    await host.leave();

    await visitor.page.reload();
    await visitor.expectHeading('page.registered.title');
    await visitor.leave();
  });

  test('an owner refuses: a refusal at once, nobody named; the other need not answer', async () => {
    const { owners: [first, second] } = people.refuses;
    const visitor = await asking(people.refuses);
    await service.answerBySms(first, 2);
    await visitor.page.reload();
    assert.equal(await visitor.page.locator('.mk-decision--no').count(), 1);
    const source = await visitor.page.content();
    for (const secret of [first.surname, first.name, second.surname, second.name]) assert.ok(!source.includes(secret));
    await visitor.seen('refused');
    await visitor.follow('page.decision.title');
    await visitor.seen('decision-refused');
    await visitor.leave();
    const host = await inCabinet(second);
    await host.goto('/consents');
    await host.leads(() => host.page.locator('main li a').first().click());
    await host.expectSaid('page.consent.state.void');
    await host.seen('consent-void');
    await host.leave();
  });

  test('“I know nothing of this”: the applicant sees a refusal, his next application is on hold', async () => {
    const { owners: [owner], home } = people.fraud;
    const visitor = await asking(people.fraud);
    const host = await inCabinet(owner);
    await host.goto('/consents');
    await host.leads(() => host.page.locator('a.mk-live').click());
    await host.press('page.consent.fraud');
    await host.seen('consent-code-fraud');
    await host.enterCode(owner, 'page.consent_code.submit.fraud');
    await host.seen('consent-fraud');
    await host.leave();
    await visitor.page.reload();
    assert.equal(await visitor.page.locator('.mk-decision--no').count(), 1);
    assert.doesNotMatch(await visitor.page.content(), /fraud|мошенн/i);
    await visitor.apply({ at: home });
    await visitor.expectHeading('page.hold.title');
    await visitor.seen('on-hold');
    await visitor.leave();
  });

  test('withdrawn while it waits: the owner need not answer', async () => {
    const { owners: [owner] } = people.withdrawn;
    const visitor = await asking(people.withdrawn, { language: 'kk' });
    await visitor.follow('page.withdraw.link');
    await visitor.seen('withdraw');
    await visitor.follow('page.withdraw.keep');
    await visitor.expectWaiting();
    await visitor.follow('page.withdraw.link');
    await visitor.press('page.withdraw.submit');
    await visitor.expectHeading('page.withdrawn.title');
    await visitor.seen('withdrawn');
    await visitor.leave();
    const host = await inCabinet(owner);
    await host.goto('/messages');
    await host.expectSaid('message.consent_withdrawn.title');
    await host.leave();
  });

  test('the hour passes: a refusal by itself, on both sides', async () => {
    const { owners: [owner] } = people.late;
    const visitor = await asking(people.late, { language: 'kk' });
    const host = await inCabinet(owner);
    await host.goto('/consents');
    await host.leads(() => host.page.locator('a.mk-live').click());
    await service.advance({ hours: 1 });
    await visitor.page.waitForSelector('.mk-decision--no');
    await visitor.seen('too-late');
    await visitor.leave();
    await host.press('page.consent.grant');
    await host.expectHeading('page.consent.title_closed');
    await host.seen('consent-expired');
    await host.leave();
  });
});
