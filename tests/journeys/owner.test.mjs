// Somebody registers in a home of his own: every page on the way, in Kazakh; then what may go on around it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Portal } from './lib/portal.mjs';

describe('an owner for himself', () => {
  let portal;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const old = registers.dwelling({ house: '5', flat: '1', street_ru: 'улица Абая', street_kk: 'Абай көшесі' });
      const owner = registers.person({ surname: 'Серікбаева', name: 'Айгерім', patronymic: 'Маратқызы', language: 'kk' });
      const home = registers.dwelling({ house: '40', flat: '118', owners: [owner], street_ru: 'улица Кенесары',
        street_kk: 'Кенесары көшесі' });
      registers.dwelling({ house: '40/1', flat: '118', street_ru: 'улица Кенесары', street_kk: 'Кенесары көшесі' });
      registers.dwelling({ house: '40', flat: '', kind: 'building', street_ru: 'улица Кенесары',
        street_kk: 'Кенесары көшесі' });
      registers.live(owner, old);
      const second = registers.person();
      const secondHome = registers.dwelling({ house: '7', flat: '3', owners: [second], street_ru: 'улица Абая',
        street_kk: 'Абай көшесі' });
      const third = registers.person();
      const thirdHome = registers.dwelling({ kind: 'house', owners: [third] });
      return { owner, home, old, second, secondHome, third, thirdHome };
    });
    people = portal.people;
  });
  after(() => portal?.close());

  test('from the first page to the result, in Kazakh', async () => {
    const visitor = await portal.visitor({ language: 'kk', choose: false });
    const { page } = visitor;
    await visitor.goto('/');
    await visitor.expectHeading('page.home.title');
    await visitor.seen('home');
    await visitor.follow('page.request_online');
    await visitor.expectHeading('service.title');
    await visitor.seen('service');
    await visitor.follow('page.request_online');
    await visitor.expectHeading('page.sign_in.heading_apply');
    await visitor.seen('sign-in');
    await page.locator('#iin').fill('12345');
    await visitor.press('page.sign_in.get_code');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'alert');
    await visitor.seen('sign-in-error', { again: false });
    await page.locator('#iin').fill(people.owner.iin);
    await visitor.press('page.sign_in.get_code');
    await visitor.expectHeading('page.sign_in_code.title');
    await visitor.seen('sign-in-code');
    await page.locator('#code').fill('000000');
    await visitor.press('page.nav.sign_in');
    await visitor.seen('sign-in-code-wrong', { again: false });
    visitor.person = people.owner;
    await visitor.enterCode(people.owner, 'page.nav.sign_in');

    await visitor.expectHeading('page.who.title');
    await visitor.seen('who');
    await visitor.choose(visitor.option('who', people.owner.iin), false);
    await visitor.next();
    await visitor.seen('who-error', { again: false });
    await visitor.choose(visitor.option('who', people.owner.iin));
    await visitor.next();

    await visitor.expectHeading('page.where.title');
    await visitor.seen('where-empty');
    await page.locator('#q').fill('zzzzzz');
    await visitor.press('page.where.find');
    await visitor.seen('where-nothing');
    await page.locator('#q').fill('kenesary 40 118');
    await visitor.press('page.where.find');
    await visitor.seen('where-found');
    await visitor.choose(visitor.option('rka', people.home.rka));
    await visitor.seen('where-chosen', { again: false });
    await visitor.next();

    await visitor.expectHeading('page.kind.title');
    await visitor.seen('kind');
    await visitor.next();
    await visitor.seen('kind-error', { again: false });
    await visitor.answerKind();
    await visitor.expectHeading('page.reason.title');
    await visitor.seen('reason');
    await visitor.answerReason('return');
    await visitor.expectHeading('page.check.title');
    assert.match(await visitor.main().innerText(), new RegExp(visitor.text('page.forecast.tag.register')));
    await visitor.seen('check-own');
    await visitor.next();
    await visitor.expectHeading('page.data.title');
    await visitor.seen('data');
    await visitor.press('page.data.submit');
    await visitor.seen('data-error', { again: false });
    await visitor.agreeToData();
    await visitor.expectHeading('page.sign.title');
    await visitor.seen('sign');
    await visitor.sign();

    await visitor.expectHeading('page.registered.title');
    await visitor.seen('registered');
    await visitor.follow('page.decision.title');
    await visitor.seen('decision-registered');
    await visitor.leave();
  });

  test('answers stay: another language, a way out and in again, a change at the end', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    const { page } = visitor;
    await visitor.goto('/services/residence');
    await visitor.follow('page.request_online');
    await visitor.signIn(people.second);
    await visitor.next();
    await visitor.goto('/apply/where?q=Абая+7');
    await visitor.leads(() => page.getByRole('link', { name: 'Қаз' }).click());
    visitor.language = 'kk';
    assert.equal(new URL(page.url()).search, `?q=${encodeURIComponent('Абая').replace('%20', '+')}+7`);
    await visitor.expectHeading('page.where.title');
    assert.equal(await page.locator('#q').inputValue(), 'Абая 7');
    await visitor.choose(visitor.option('rka', people.secondHome.rka));
    await visitor.next();
    await visitor.answerKind();
    await visitor.goto('/apply/kind');
    await visitor.leads(() => page.getByRole('link', { name: 'Рус' }).click());
    visitor.language = 'ru';
    assert.equal(visitor.path, '/apply/kind');
    assert.ok(await visitor.labelled('page.kind.permanent').isChecked());

    await visitor.goto('/profile');
    await visitor.press('page.profile.sign_out');
    await visitor.expectHeading('page.signed_out.title');
    await visitor.goto('/profile');
    assert.equal(visitor.path, '/sign-in');
    await visitor.goto('/services/residence');
    await visitor.follow('page.request_online');
    await visitor.signIn(people.second);
    await visitor.expectHeading('page.start.title');
    await visitor.seen('start');
    await visitor.press('page.start.go_on');
    await visitor.expectHeading('page.reason.title');
    await visitor.answerReason('purchase');
    await visitor.expectHeading('page.check.title');

    await visitor.follow('page.change', { within: page.locator('#reason') });
    await visitor.choose(visitor.labelled('page.reason.other'));
    await visitor.next();
    await visitor.seen('reason-error', { again: false });
    await page.locator('#reason_text').fill('Ближе к саду <b>');
    await visitor.next();
    await visitor.expectHeading('page.check.title');
    assert.match(await visitor.said(), /Ближе к саду <b>/);
    await visitor.leave();
  });

  test('pressing twice, going back after the signature: one application', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    const { page } = visitor;
    await visitor.goto('/sign-in?next=/apply');
    await visitor.signIn(people.third);
    await visitor.answer({ at: people.thirdHome });
    await visitor.next();
    await visitor.choose(visitor.labelled('page.data.agree'));
    await visitor.button('page.data.submit').dblclick();
    await page.waitForURL(/\/sign$/);
    const { length } = await portal.service.inbox(people.third);
    await visitor.expectHeading('page.sign.title');
    await page.goBack();
    await visitor.expectHeading('page.data.title');
    await visitor.choose(visitor.labelled('page.data.agree'));
    await visitor.press('page.data.submit');
    await visitor.expectHeading('page.sign.title');
    assert.equal((await portal.service.inbox(people.third)).length, length, 'no further code');
    await page.locator('#code').fill(await visitor.codeFor(people.third));
    await visitor.button('page.sign.submit').dblclick();
    await page.waitForURL((url) => !url.pathname.endsWith('/sign'));
    await visitor.expectHeading('page.registered.title');
    const { pathname } = new URL(page.url());
    await page.goBack();
    if (visitor.path.endsWith('/sign') && await page.locator('#code').count() > 0) {
      await page.locator('#code').fill('123456');
      await visitor.press('page.sign.submit');
    }
    assert.equal(visitor.path, pathname);
    await visitor.expectHeading('page.registered.title');
    assert.equal(await visitor.countHistory(), 1);
    await visitor.seen('history');
    await visitor.goto('/messages');
    await visitor.seen('messages');
    await visitor.leads(() => page.locator('main li a').first().click());
    await visitor.seen('message-registered');
    await visitor.follow('page.messages.open');
    await visitor.expectHeading('page.registered.title');
    await visitor.leave();
  });
});
