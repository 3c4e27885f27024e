// The owner on his phone: a request is one screen, answered by a thumb and confirmed by a code; in the app and in any
// browser, from the first page on which he can say that an SMS came.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Line } from '../lib/line.mjs';
import { Portal } from './lib/portal.mjs';

describe('the owner on the phone', () => {
  let portal;
  let service;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const old = registers.dwelling({ house: '5', flat: '1', street_ru: 'улица Абая', street_kk: 'Абай көшесі' });
      const story = (guests = 1) => {
        const owner = registers.person({ surname: 'Иесов', name: 'Хозяин', language: 'kk' });
        const home = registers.dwelling({ house: '40', flat: '118', owners: [owner], street_ru: 'улица Кенесары', street_kk: 'Кенесары көшесі' });
        registers.live(owner, home);
        return { owner, home, guests: Array.from({ length: guests }, () => {
          const guest = registers.person({ surname: 'Серікбаева', name: 'Айгерім', patronymic: 'Маратқызы' });
          registers.live(guest, old);
          return guest;
        }) };
      };
      return { agrees: story(), browser: story(), several: story(2), fraud: story(), cut: story(), late: story() };
    });
    ({ service, people } = portal);
  });
  after(() => portal?.close());

  const phone = (options) => portal.visitor({ channel: 'mobile', ...options });
  /** Somebody asks to be registered; the number of his application. */
  const ask = async ({ home, guests: [guest, ...others] }) => {
    for (const other of others) await service.citizen(other).apply({ at: home });
    return service.citizen(guest).apply({ at: home });
  };
  const statusOf = async ({ guests: [guest] }, application) => (await service.citizen(guest).application(application)).status;

  test('from the sign-in page straight to the request; agreed with a thumb; back does not undo it', async () => {
    const story = people.agrees;
    const application = await ask(story);
    const visitor = await phone({ language: 'kk' });
    const { page } = visitor;
    await visitor.goto('/');
    await visitor.follow('page.nav.sign_in');
    await visitor.follow('page.sign_in.asked_link');
    await visitor.expectHeading('page.sign_in.heading_consent');
    await visitor.signIn(story.owner);
    await visitor.expectHeading('page.consent.title');
    const consent = visitor.path;
    assert.match(consent, /^\/consents\/[\w-]+$/);
    const buttons = await page.locator('main form button').evaluateAll((all) => all.map((one) => {
      const { x, width, top, bottom } = one.getBoundingClientRect();
      return { x, width, height: bottom - top, bottom, answer: one.value };
    }));
    assert.deepEqual(buttons.map(({ answer }) => answer), ['grant', 'refuse', 'fraud']);
    for (const { x, width, height, bottom } of buttons) {
      assert.deepEqual({ x, width }, { x: buttons[0].x, width: buttons[0].width }, 'none is larger than another');
      assert.ok(height >= 48 && bottom <= 844, 'all within reach, without scrolling');
    }
    assert.ok(await page.locator('.mk-dial').isVisible());
    assert.equal(await page.evaluate(() => document.activeElement.tagName), 'BODY', 'no answer is chosen beforehand');
    await visitor.seen('m-consent');

    await visitor.press('page.consent.grant');
    await visitor.expectSaid('page.consent_code.answer.grant');
    await visitor.seen('m-consent-code', { again: false });
    const posts = [];
    page.on('request', (request) => request.method() === 'POST' && posts.push(request.url()));
    await page.locator('#code').fill(await visitor.codeFor(story.owner));
    await visitor.leads(() => visitor.main().locator('[type=submit]').first().dblclick());
    await visitor.expectSaid('page.consent.state.granted');
    assert.equal(posts.length, 1, 'a double tap sends once');
    assert.equal(await statusOf(story, application), 'registered');
    await visitor.seen('m-consent-granted');
    await visitor.leads(() => page.evaluate(() => history.back()));
    assert.equal(visitor.path, consent);
    await visitor.expectSaid('page.consent.state.granted');
    await visitor.leave();
  });

  test('in a browser without the app', async () => {
    const story = people.browser;
    const application = await ask(story);
    const visitor = await portal.visitor({ language: 'kk', viewport: { width: 390, height: 844 } });
    await visitor.goto('/sign-in');
    await visitor.seen('sign-in-asked');
    await visitor.follow('page.sign_in.asked_link');
    await visitor.signIn(story.owner);
    await visitor.expectHeading('page.consent.title');
    await visitor.press('page.consent.refuse');
    await visitor.page.locator('#code').fill(await visitor.codeFor(story.owner));
    await visitor.leads(() => visitor.main().locator('[type=submit]').first().click());
    await visitor.expectSaid('page.consent.state.refused');
    assert.equal(await statusOf(story, application), 'rejected');
    await visitor.goto('/consents/open');
    assert.equal(visitor.path, '/consents', 'nothing is open any more');
    await visitor.leave();
  });

  test('several requests are a list; each stands on the first screen too, and in its message', async () => {
    const story = people.several;
    await ask(story);
    const visitor = await phone({ language: 'ru' });
    await visitor.goto('/sign-in?next=/consents/open');
    await visitor.signIn(story.owner);
    assert.equal(visitor.path, '/consents');
    await visitor.seen('m-consents');
    await visitor.goto('/');
    assert.equal(await visitor.page.locator('.mk-live .mk-dial').count(), 2);
    await visitor.seen('m-home-asked');
    await visitor.tab('messages');
    await visitor.seen('m-messages-asked');
    await visitor.leads(() => visitor.touch(visitor.page.locator('main li a').first()));
    await visitor.follow('page.homes.answer');
    await visitor.expectHeading('page.consent.title');
    await visitor.leave();
  });

  test('"I know nothing of this"', async () => {
    const story = people.fraud;
    const application = await ask(story);
    const visitor = await phone({ language: 'ru' });
    await visitor.goto('/sign-in?next=/consents/open');
    await visitor.signIn(story.owner);
    await visitor.press('page.consent.fraud');
    await visitor.expectSaid('page.consent_code.means.fraud');
    await visitor.seen('m-consent-fraud', { again: false });
    await visitor.page.locator('#code').fill(await visitor.codeFor(story.owner));
    await visitor.leads(() => visitor.touch(visitor.main().locator('[type=submit]').first()));
    assert.equal(await statusOf(story, application), 'rejected');
    await visitor.leave();
  });

  test('the line is cut around the answer: it is never kept, counts once, and the page tells how it stands', async () => {
    const story = people.cut;
    const application = await ask(story);
    const line = await Line.to(service);
    const visitor = await phone({ language: 'kk', line });
    const unsent = visitor.page.locator('[data-note=unsent]');
    const online = () => visitor.page.evaluate(() => dispatchEvent(new Event('online')));
    await visitor.goto('/sign-in?next=/consents/open');
    await visitor.signIn(story.owner);
    line.down();
    await visitor.touch(visitor.button('page.consent.grant'));
    await unsent.waitFor();
    line.mend();
    await online();
    await unsent.waitFor({ state: 'hidden' });
    await visitor.press('page.consent.grant');
    await visitor.page.locator('#code').fill(await visitor.codeFor(story.owner));
    line.cutAfter('POST /m/consents/');
    await visitor.touch(visitor.main().locator('[type=submit]').first());
    await unsent.waitFor();
    assert.equal(await statusOf(story, application), 'registered', 'it did arrive');
    line.mend();
    await online();
    await visitor.page.getByText(visitor.text('page.consent.state.granted')).waitFor();
    await visitor.leave();
    await line.close();
  });

  test('the hour ends while the request is on the screen', async () => {
    const story = people.late;
    const application = await ask(story);
    const visitor = await phone({ language: 'ru' });
    await visitor.goto('/sign-in?next=/consents/open');
    await visitor.signIn(story.owner);
    await service.advance({ hours: 1 });
    await visitor.press('page.consent.grant');
    await visitor.expectHeading('page.consent.title_closed');
    await visitor.seen('m-consent-expired');
    assert.equal(await statusOf(story, application), 'rejected');
    await visitor.leave();
  });
});
