// Help and trust: somebody tired wants to know, somebody careful wants to check, and somebody curious looks at the
// figures. Every page in every language, wide and narrow, without script, with a keyboard only.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Portal } from './lib/portal.mjs';
import { languages } from './lib/words.mjs';

const pages = [['help', '/help'], ['help-steps', '/help/steps'], ['help-owners', '/help/owners'],
  ['help-false-sms', '/help/false-sms'], ['help-my-data', '/help/my-data'], ['help-digital-signature', '/help/digital-signature'],
  ['help-bmg', '/help/bmg'], ['help-centre', '/help/centre'], ['help-accessibility', '/help/accessibility'],
  ['help-no-sms', '/help/no-sms'], ['help-no-address', '/help/no-address'], ['help-no-person', '/help/no-person']];

describe('help', () => {
  let portal;
  let people;
  let month;
  before(async () => {
    portal = await Portal.open((registers) => {
      const owners = Array.from({ length: 6 }, () => registers.person());
      const homes = owners.map((owner) => registers.dwelling({ owners: [owner], kato: '710000000' }));
      const newcomers = Array.from({ length: 21 }, () => registers.person());
      const landlords = Array.from({ length: 3 }, () => registers.person()); // a day, ten requests reach one at most
      const flats = newcomers.map((_, i) => registers.dwelling({ owners: [landlords[i % 3]] }));
      return { owners, homes, newcomers, flats };
    });
    people = portal.people;
  });
  after(() => portal?.close());

  for (const language of languages) {
    test(`every page in ${language}`, async () => {
      const visitor = await portal.visitor({ language });
      for (const [name, address] of pages) {
        assert.equal((await visitor.goto(address)).status(), 200);
        // What is folded is read as well.
        await visitor.page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
        await visitor.seen(name, { again: false });
      }
      await visitor.goto('/statistics');
      await visitor.expectSaid('page.statistics.empty');
      await visitor.seen('statistics-empty', { again: false });
      await visitor.leave();
    });
  }

  test('from the foot of any page to the answer, and on', async () => {
    const visitor = await portal.visitor({ language: 'ru', script: false });
    await visitor.goto('/');
    await visitor.follow('page.help', { within: visitor.page.locator('footer') });
    await visitor.expectHeading('page.help');
    await visitor.follow('help.steps.title');
    await visitor.expectHeading('help.steps.title');
    await visitor.follow('help.owners.title', { within: visitor.page.locator('aside') });
    await visitor.expectHeading('help.owners.title');
    await visitor.leave();
  });

  test('the SMS shown is the SMS sent', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.goto('/help/false-sms');
    const shown = await visitor.page.locator('.mk-bubble').nth(1).locator('p').nth(1).innerText();
    const [owner] = people.owners;
    await portal.service.call('POST', '/api/v1/sign-in/sms', { iin: owner.iin });
    const sent = await portal.service.lastSms(owner.phone);
    assert.equal(shown.replace(/\d{6}/, ''), sent.replace(/\d{6}/, ''));
    await visitor.leave();
  });

  test('the figures come to life with the service', async () => {
    const { service } = portal;
    for (const [i, owner] of people.owners.entries()) {
      const done = await service.citizen(owner).apply({ at: people.homes[i] });
      assert.equal(done.status, 'registered');
    }
    for (const [i, newcomer] of people.newcomers.entries()) {
      assert.equal((await service.citizen(newcomer).apply({ at: people.flats[i] })).status, 'waiting_for_consent');
    }
    await service.advance({ hours: 1 });
    month = service.today.slice(0, 7);
    await service.startOfNextDay();
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.goto('/statistics');
    await visitor.expectSaid('page.statistics.by_itself');
    await visitor.expectSaid('statistics.code.no_consent_in_time');
    for (const language of languages) {
      const reader = await portal.visitor({ language });
      await reader.goto('/statistics');
      await reader.page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
      await reader.seen('statistics', { again: false });
      await reader.leave();
    }
    await visitor.leave();
  });

  test('with a keyboard: a month, a region, the table', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    const { page } = visitor;
    const tabTo = async (selector) => {
      for (let presses = 0; presses < 60; ++presses) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
      }
      assert.fail(`no way by Tab to ${selector}`);
    };
    await visitor.goto('/statistics');
    await tabTo('#month');
    while ((await page.locator('#month').inputValue()) !== month) await page.keyboard.press('ArrowDown');
    await tabTo('#region');
    while ((await page.locator('#region').inputValue()) !== '75') await page.keyboard.press('ArrowDown');
    await tabTo('main form button');
    await visitor.leads(() => page.keyboard.press('Enter'));
    assert.ok(page.url().endsWith(`/statistics?month=${month}&region=75`));
    assert.ok((await page.locator('#what').innerText()).startsWith('город Алматы ·'));
    // Twenty-one applications of Almaty are told as twenty.
    assert.match(await page.locator('.mk-figures dd').first().innerText(), /^20$/);
    await tabTo('summary');
    await page.keyboard.press('Enter');
    const now = page.locator('tr[aria-current]');
    assert.match(await now.innerText(), /\b20\b/);
    assert.equal(await page.locator('table').first().locator('tbody tr').count(), 12);
    await visitor.leave();
  });

  test('without script the form works all the same', async () => {
    const visitor = await portal.visitor({ language: 'kk', script: false });
    await visitor.goto('/statistics');
    await visitor.page.locator('#region').selectOption('75');
    await visitor.press('page.statistics.show');
    assert.ok((await visitor.page.locator('#what').innerText()).startsWith('Алматы қаласы ·'));
    await visitor.goto('/statistics?month=1999-01&region=xx');
    await visitor.expectSaid('page.statistics.all_regions');
    await visitor.leave();
  });

  test('at 320 pixels, in the dark, in colours of one’s own', async () => {
    for (const more of [{ colorScheme: 'dark' }, { forcedColors: 'active' }]) {
      const visitor = await portal.visitor({ language: 'kk', viewport: { width: 320, height: 640 }, ...more });
      for (const [name, address] of [...pages, ['statistics', '/statistics']]) {
        await visitor.goto(address);
        await visitor.page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
        const width = await visitor.page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 320, `${name} is ${width} wide`);
        // In forced colours the system paints, and axe judges what it does not see.
        if (more.colorScheme) await visitor.checkAccess(name, { width: 320 });
      }
      await visitor.leave();
    }
  });
});
