// Pages for everybody: with a keyboard only, at 320 pixels, in the dark, with few bytes; and the pages that nobody
// needs a name for.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Portal, sizes } from './lib/portal.mjs';

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
      return { owner, home, newcomer };
    });
    people = portal.people;
  });
  after(() => portal?.close());

  test('open pages', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    for (const [name, address] of [['category', '/citizens/migration'], ['help-false-sms', '/help/false-sms'],
      ['help-my-data', '/help/my-data'], ['help-accessibility', '/help/accessibility'], ['help-no-sms', '/help/no-sms'],
      ['help-no-address', '/help/no-address'], ['help-no-person', '/help/no-person']]) {
      assert.equal((await visitor.goto(address)).status(), 200);
      await visitor.seen(name);
    }
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
    for (const language of ['kk', 'ru', 'en']) {
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

  test('with nothing but a keyboard', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    const { page } = visitor;
    const { keyboard } = page;

    /** Where the focus is: seen by a ring, not hidden behind anything. */
    const focused = () => page.evaluate(() => {
      const at = document.activeElement;
      const ring = [at, at.closest('.mk-choice'), ...at.closest('.mk-code')?.querySelectorAll('i') ?? []].some((one) => {
        const style = one && getComputedStyle(one);
        return style && style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
      });
      const box = at.getBoundingClientRect();
      const over = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
      const seen = box.bottom > 0 && box.top < innerHeight &&
        (!over || at === over || at.contains(over) || over.contains(at) || over.closest('.mk-choice, .mk-code, label'));
      return { ring, seen, html: at.outerHTML.slice(0, 160) };
    });
    const tabTo = async (wanted) => {
      const target = await wanted.elementHandle();
      for (let presses = 0; presses < 60; ++presses) {
        await keyboard.press('Tab');
        if (await page.evaluate(() => document.activeElement === document.body)) continue;
        const { ring, seen, html } = await focused();
        assert.ok(ring, `no ring around ${html} on ${page.url()}`);
        assert.ok(seen, `hidden behind something: ${html} on ${page.url()}`);
        if (await target.evaluate((one) => one === document.activeElement)) return;
      }
      assert.fail(`no way by Tab to ${await target.evaluate((one) => one.outerHTML)} on ${page.url()}`);
    };
    const link = (key) => visitor.main().getByRole('link', { name: visitor.text(key) }).first();
    const enter = () => visitor.leads(() => keyboard.press('Enter'));
    const pressNext = async (key = 'page.next') => {
      await tabTo(visitor.main().getByRole('button', { name: visitor.text(key) }).first());
      await enter();
    };

    await visitor.goto('/');
    await keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.className), 'mk-skip', 'first a way past the menu');
    await keyboard.press('Enter');
    await tabTo(link('page.request_online'));
    await enter();
    await tabTo(link('page.request_online'));
    await enter();
    await tabTo(page.locator('#iin'));
    await keyboard.type(people.owner.iin);
    await enter();
    await tabTo(page.locator('#code'));
    await keyboard.type(await visitor.codeFor(people.owner));
    await enter();
    // Somebody who began an application elsewhere is asked whether to go on.
    if (await visitor.heading() === visitor.text('page.start.title')) await pressNext('page.start.anew');
    await visitor.expectHeading('page.who.title');
    await tabTo(visitor.option('who', people.owner.iin));
    await keyboard.press('Space');
    await pressNext();
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'alert', 'to what went wrong');
    await tabTo(page.locator('.mk-errors a'));
    await keyboard.press('Enter');
    assert.ok(await visitor.option('who', people.owner.iin).evaluate((one) => one === document.activeElement));
    await keyboard.press('Space');
    await pressNext();
    await tabTo(page.locator('#q'));
    await keyboard.type('Сатпаева 12 34');
    await enter();
    await tabTo(visitor.option('rka', people.home.rka));
    await keyboard.press('Space');
    await pressNext();
    await tabTo(visitor.labelled('page.kind.permanent'));
    await keyboard.press('ArrowDown');
    assert.ok(await visitor.labelled('page.kind.temporary').isChecked());
    await tabTo(page.locator('#day'));
    await keyboard.press('Shift+Tab');
    await keyboard.press('ArrowUp');
    assert.ok(await visitor.labelled('page.kind.permanent').isChecked());
    await pressNext();
    await tabTo(visitor.labelled('page.reason.purchase'));
    await keyboard.press('ArrowDown');
    await keyboard.press('ArrowDown');
    await pressNext();
    await visitor.expectHeading('page.check.title');
    await visitor.expectSaid('page.reason.marriage');
    await pressNext();
    await tabTo(visitor.labelled('page.data.agree'));
    await keyboard.press('Space');
    await pressNext('page.data.submit');
    await tabTo(page.locator('#code'));
    await keyboard.type(await visitor.codeFor(people.owner));
    await enter();
    await visitor.expectHeading('page.registered.title');
    await visitor.leave();
  });
});
