// Pages for everybody: with a keyboard only, at 320 pixels, in the dark, with few bytes; and the pages that nobody
// needs a name for.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Keyboard } from './lib/keyboard.mjs';
import { Portal, sizes } from './lib/portal.mjs';
import { languages } from './lib/words.mjs';

const firstView = 50 * 1024; // bytes over the wire
const firstHtml = 14 * 1024;

describe('for everybody', () => {
  let portal;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const owner = registers.person();
      const home = registers.dwelling({ house: '12', flat: '34', owners: [owner] });
      const newcomer = registers.person();
      const typist = (house) => {
        const person = registers.person();
        return { person, house, home: registers.dwelling({ house, flat: '34', owners: [person] }) };
      };
      const household = () => {
        const host = registers.person();
        return { host, guest: registers.person(), home: registers.dwelling({ owners: [host] }) };
      };
      return { owner, home, newcomer, keyboard: typist('41'), 'keyboard/m': typist('43'), asked: household(), 'asked/m': household(),
        unasked: household(), 'unasked/m': household() };
    });
    people = portal.people;
  });
  after(() => portal?.close());

  test('open pages', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    assert.equal((await visitor.goto('/citizens/migration')).status(), 200);
    await visitor.seen('category');
    assert.equal((await visitor.goto('/no/such/page')).status(), 404);
    await visitor.expectHeading('page.error.404');
    await visitor.seen('error-404');
    await visitor.leads(() => visitor.page.getByRole('link', { name: 'Қаз' }).click());
    visitor.language = 'kk';
    assert.equal(visitor.path, '/no/such/page');
    await visitor.expectHeading('page.error.404');
    await visitor.leads(() => visitor.page.getByRole('link', { name: 'Рус' }).click());
    visitor.language = 'ru';
    await visitor.goto('/');
    for (const link of await visitor.page.locator('a[href^="/"]').all()) {
      const address = await link.getAttribute('href');
      if (address.includes('lang=')) continue;
      assert.ok([200, 303].includes((await visitor.raw('GET', address.split('#')[0])).status), address);
    }
    await visitor.leave();
  });

  test('somebody with nothing yet: every list says what will be there', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.signIn(people.newcomer);
    for (const [name, address] of [['history-empty', '/history'], ['messages-empty', '/messages'],
      ['consents-empty', '/consents'], ['homes-empty', '/homes'], ['profile-empty', '/profile']]) {
      await visitor.goto(address);
      await visitor.seen(name);
    }
    await visitor.leave();
  });

  test('the first view weighs little', async () => {
    for (const language of languages) {
      const visitor = await portal.visitor({ language, choose: false });
      const { page, context } = visitor;
      const devtools = await context.newCDPSession(page);
      await devtools.send('Network.enable');
      const addresses = new Map();
      const bytes = new Map(); // with heads
      devtools.on('Network.responseReceived', ({ requestId, response }) => addresses.set(requestId, response.url));
      devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => bytes.set(requestId, encodedDataLength));
      await page.goto('/', { waitUntil: 'networkidle' });
      // The icon of the tab is fetched after the view is there.
      const view = [...bytes].map(([id, size]) => [addresses.get(id), size]).filter(([at]) => !at.includes('favicon'));
      const total = view.reduce((sum, [, size]) => sum + size, 0);
      const html = view.find(([at]) => at === `${portal.origin}/`)[1];
      assert.ok(html > 1000 && html <= firstHtml, `${language}: the page has ${html} bytes`);
      assert.ok(total <= firstView, `${language}: the first view has ${total} bytes`);
      await visitor.leave();
    }
  });

  test('at 320 pixels and in the dark nothing is lost', async () => {
    const visitor = await portal.visitor({ language: 'kk', colorScheme: 'dark' });
    await visitor.signIn(people.owner);
    await visitor.answer({ at: people.home });
    for (const address of ['/', '/services/residence', '/apply/who', '/apply/where?q=Сәтбаев', '/apply/kind',
      '/apply/reason', '/apply/check', '/apply/consent', '/profile', '/homes', '/history', '/messages', '/consents',
      '/help/no-sms']) {
      await visitor.goto(address);
      await visitor.checkAccess(`${address} in the dark`, sizes.wide);
      await visitor.page.setViewportSize({ width: 320, height: 640 });
      const width = await visitor.page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 320, `${address} is ${width} wide`);
      await visitor.page.setViewportSize(sizes.wide);
    }
    await visitor.leave();
  });

  test('the sandbox: a newcomer plays the owner', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.goto('/');
    await visitor.follow('page.footer.sandbox', { within: visitor.page.locator('footer') });
    const phone = visitor.page.getByRole('button', { name: people.newcomer.phone });
    await phone.waitFor();
    for (const size of Object.values(sizes)) {
      await visitor.page.setViewportSize(size);
      await visitor.checkAccess('the sandbox', size);
    }
    await visitor.leave();
  });

  for (const [door, channel, prefix] of [['the portal', 'portal', ''], ['the phone', 'mobile', '/m']]) {
    test(`with nothing but a keyboard: an application, ${door}`, async () => {
      const visitor = await portal.visitor({ language: 'ru', channel });
      const { page } = visitor;
      const keyboard = new Keyboard(visitor);
      const owner = people[`keyboard${prefix}`];

      await visitor.goto('/services/residence');
      await keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.className), 'mk-skip', 'first a way past the menu');
      await keyboard.press('Enter');
      await keyboard.follow('page.request_online');
      await keyboard.signIn(owner.person);
      await visitor.expectHeading('page.who.title');
      await keyboard.tick(visitor.option('who', owner.person.iin));
      await keyboard.pressButton();
      assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'alert', 'to what went wrong');
      await keyboard.tabTo(page.locator('.mk-errors a'));
      await keyboard.press('Enter');
      assert.ok(await keyboard.has(visitor.option('who', owner.person.iin)));
      await keyboard.press('Space');
      await keyboard.pressButton();
      await keyboard.fill('q', `Сатпаева ${owner.house} 34`);
      await keyboard.enter();
      await keyboard.tick(visitor.option('rka', owner.home.rka));
      await keyboard.pressButton();
      await keyboard.tabTo(visitor.labelled('page.kind.permanent'));
      await keyboard.press('ArrowDown');
      assert.ok(await visitor.labelled('page.kind.temporary').isChecked());
      await keyboard.tabTo(page.locator('#day'));
      await keyboard.press('Shift+Tab');
      await keyboard.press('ArrowUp');
      assert.ok(await visitor.labelled('page.kind.permanent').isChecked());
      await keyboard.pressButton();
      await keyboard.tabTo(visitor.labelled('page.reason.purchase'));
      await keyboard.press('ArrowDown');
      await keyboard.press('ArrowDown');
      await keyboard.pressButton();
      await visitor.expectHeading('page.check.title');
      await visitor.expectSaid('page.reason.marriage');
      await keyboard.pressButton();
      await keyboard.tick(visitor.labelled('page.data.agree'));
      await keyboard.pressButton('page.data.submit');
      await keyboard.fill('code', await visitor.codeFor(owner.person));
      await keyboard.enter();
      await visitor.expectHeading('page.registered.title');

      // What came of it, in the history and the messages.
      await keyboard.followTo(page.locator(`a[href$="${prefix}/messages"]`).filter({ visible: true }).first());
      await visitor.expectHeading('page.nav.messages');
      await keyboard.followTo(visitor.main().getByRole('link').first());
      await keyboard.followTo(page.locator(`a[href$="${prefix}/history"]`).filter({ visible: true }).first());
      await visitor.expectHeading('page.history.title');
      await keyboard.followTo(visitor.main().getByRole('link').first());
      await visitor.expectHeading('page.registered.title');
      await visitor.leave();
    });

    test(`with nothing but a keyboard: an owner's answer and an applicant's change of mind, ${door}`, async () => {
      const { host, guest, home } = people[`asked${prefix}`];
      const applicant = portal.service.citizen(guest);
      await applicant.apply({ at: home });
      const owner = await portal.visitor({ language: 'ru', channel });
      const keyboard = new Keyboard(owner);
      await owner.goto('/sign-in?next=/consents');
      await keyboard.signIn(host);
      await keyboard.followTo(owner.main().getByRole('link').filter({ visible: true }).first());
      await keyboard.pressButton('page.consent.grant');
      await keyboard.fill('code', await owner.codeFor(host));
      await keyboard.enter();
      assert.equal((await portal.service.citizen(host).consents())[0].status, 'granted');
      assert.equal(await owner.main().locator('form').count(), 0, 'nothing is left to answer');
      await owner.leave();

      const visitor = await portal.visitor({ language: 'ru', channel });
      const second = new Keyboard(visitor);
      const { host: other, home: elsewhere } = people[`unasked${prefix}`];
      await applicant.apply({ at: elsewhere });
      await visitor.goto('/sign-in?next=/history');
      await second.signIn(guest);
      await second.followTo(visitor.main().getByRole('link').first());
      await visitor.expectWaiting();
      await second.follow('page.withdraw.link');
      await second.pressButton('page.withdraw.submit');
      await visitor.expectHeading('page.withdrawn.title');
      assert.equal((await portal.service.citizen(other).consents())[0].status, 'void');
      await visitor.leave();
    });
  }
});
