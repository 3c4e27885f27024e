// The end of a session (WCAG 2.2.1): told in time, put off by whoever is there, and nothing is lost when it comes. No
// test waits: the service's clock is moved, and the browser's with it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Portal } from './lib/portal.mjs';

const minute = 60_000; // milliseconds
const idle = 120; // minutes
const clockTime = (instant) => new Date(instant + 5 * 3600_000).toISOString().slice(11, 16);

describe('the end of a session', () => {
  let portal;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const owner = registers.person();
      const home = registers.dwelling({ house: '12', flat: '34', owners: [owner] });
      const other = registers.person();
      return { owner, home, other };
    });
    people = portal.people;
  });
  after(() => portal?.close());

  /** Somebody signed in whose clock is a day ahead of ours: what it says must not count. */
  const somebody = async (person = people.owner, options = {}) => {
    const visitor = await portal.visitor({ language: 'ru', ...options });
    if (visitor.script) await visitor.page.clock.install({ time: Date.now() + 24 * 60 * minute });
    await visitor.signIn(person);
    return visitor;
  };
  /** So much time passes, here and there. */
  const pass = async (visitor, minutes, pages = [visitor.page]) => {
    const now = await visitor.service.advance({ minutes });
    for (const page of pages) await page.clock.fastForward(minutes * minute);
    return now;
  };
  const dialog = (page) => page.getByRole('alertdialog');
  const left = async (visitor) => JSON.parse((await visitor.raw('GET', '/session')).text).left;

  for (const language of ['kk', 'ru', 'en']) {
    test(`ten minutes before it a dialog says when, and one press puts it off (${language})`, async () => {
      const visitor = await somebody(people.owner, { language });
      const { page } = visitor;
      await visitor.goto('/apply/reason');
      const ends = (await visitor.service.readClock()) + idle * minute;
      await pass(visitor, idle - 9);
      await dialog(page).waitFor();
      const said = await dialog(page).innerText();
      assert.ok(said.includes(clockTime(ends)) || said.includes(clockTime(ends - minute)), `${said} has not ${clockTime(ends)}`);
      assert.ok(said.includes(visitor.text('page.session.text')), said);
      // Announced as it opens: named, described, with the focus on what it offers.
      assert.equal(await page.evaluate(() => document.activeElement.textContent), visitor.text('page.session.go_on'));
      const heard = await page.accessibility?.snapshot?.({ root: await dialog(page).elementHandle() });
      if (heard) assert.ok(heard.name.includes(':'), heard.name);
      await visitor.seen(`session-ends-${language}`, { again: false });
      await page.keyboard.press('Enter');
      await dialog(page).waitFor({ state: 'detached' });
      assert.ok((await left(visitor)) > idle * 60 - 60, 'two hours again');
      await pass(visitor, idle - 9);
      await dialog(page).waitFor();
      await visitor.leave();
    });
  }

  test('looking how long it lasts makes it no longer', async () => {
    const visitor = await somebody();
    await visitor.service.advance({ minutes: 30 });
    const before = await left(visitor);
    assert.ok(before <= 90 * 60, `${before} seconds`);
    assert.ok((await left(visitor)) <= before);
    await visitor.goto('/profile');
    assert.ok((await left(visitor)) > 119 * 60, 'a page does');
    await visitor.service.advance({ minutes: idle });
    assert.equal(await left(visitor), 0);
    const stranger = await portal.visitor();
    assert.equal(await left(stranger), 0);
    assert.equal((await stranger.raw('POST', '/session', {})).status, 303, 'nothing to put off');
    await stranger.leave();
    await visitor.leave();
  });

  test('a page that waits by itself for news makes it no longer', async () => {
    const visitor = await somebody();
    await visitor.answer({ at: people.home });
    await visitor.next();
    await visitor.agreeToData();
    const state = visitor.path.replace(/\/sign$/, '/state');
    await visitor.service.advance({ minutes: idle - 30 });
    assert.equal((await visitor.raw('GET', state)).status, 200);
    await visitor.service.advance({ minutes: 31 });
    assert.equal((await visitor.raw('GET', state)).status, 303, 'nobody was there for two hours');
    await visitor.leave();
  });

  test('nobody else can put it off: the press has its token', async () => {
    const visitor = await somebody();
    assert.equal((await visitor.raw('POST', '/session', { csrf: 'x'.repeat(65) })).status, 403);
    await visitor.leave();
  });

  test('somebody who is typing is not asked: for him it goes on by itself', async () => {
    const visitor = await somebody();
    const { page } = visitor;
    await visitor.goto('/apply/where');
    await visitor.service.advance({ minutes: idle - 9 });
    await page.clock.fastForward((idle - 10.5) * minute);
    await page.locator('#q').pressSequentially('Сатпаева');
    const extended = page.waitForResponse((answer) => answer.url().endsWith('/session') && answer.request().method() === 'POST');
    await page.clock.runFor(minute / 2 + 5_000);
    assert.equal((await extended).status(), 200);
    assert.equal(await dialog(page).count(), 0);
    assert.equal(await page.locator('#q').inputValue(), 'Сатпаева');
    assert.ok((await left(visitor)) > 119 * 60);
    await visitor.leave();
  });

  test('tabs agree: one press is enough, and so is a page opened elsewhere', async () => {
    const visitor = await somebody();
    const first = visitor.page;
    const second = await visitor.context.newPage();
    await second.clock.install();
    await first.goto('/profile');
    await second.goto('/history');
    const both = [first, second];
    await pass(visitor, idle - 9, both);
    for (const page of both) await dialog(page).waitFor();
    await dialog(second).getByRole('button').click();
    for (const page of both) await dialog(page).waitFor({ state: 'detached' });
    await pass(visitor, idle - 9, both);
    for (const page of both) await dialog(page).waitFor();
    await second.goto('/messages');
    await dialog(first).waitFor({ state: 'detached' });
    await visitor.leave();
  });

  test('after twelve hours no press helps, and it is said; what is filled in waits for the next sign-in', async () => {
    const visitor = await somebody();
    const { page } = visitor;
    await visitor.answer({ at: people.home });
    for (let hour = 0; hour < 10; ++hour) {
      await visitor.service.advance({ minutes: 65 });
      assert.equal((await visitor.raw('GET', '/profile')).status, 200);
    }
    await visitor.goto('/apply/reason');
    const rest = Math.floor((await left(visitor)) / 60) - 9;
    await pass(visitor, rest);
    await dialog(page).waitFor();
    assert.ok((await dialog(page).innerText()).includes(visitor.text('page.session.text_last')));
    await visitor.seen('session-ends-last', { again: false });
    await dialog(page).getByRole('button', { name: visitor.text('page.session.understood') }).click();
    await dialog(page).waitFor({ state: 'detached' });
    // He finishes what he began, but does not press "next" any more.
    await visitor.choose(visitor.labelled('page.reason.other'));
    await page.locator('#reason_text').fill('к сестре');
    const away = page.waitForURL(/\/sign-in/);
    await pass(visitor, 10);
    await away;
    await visitor.expectSaid('page.session.ended_title');
    await visitor.seen('sign-in-ended', { again: false });
    await visitor.signIn(people.owner);
    await visitor.expectHeading('page.check.title');
    assert.ok((await visitor.said()).includes('к сестре'));
    await visitor.leave();
  });

  test('without script: the page says when, and an answer sent too late is taken after signing in again', async () => {
    const visitor = await somebody(people.owner, { script: false });
    await visitor.answer({ at: people.home });
    await visitor.goto('/apply/kind');
    const ends = clockTime((await visitor.service.readClock()) + idle * minute);
    const before = clockTime((await visitor.service.readClock()) + idle * minute - minute);
    const said = await visitor.page.locator('body').innerText();
    assert.ok([ends, before].some((time) => said.includes(visitor.text('page.session.ends', { time }))), said);
    await visitor.service.advance({ minutes: idle });
    const year = Number(visitor.service.today.slice(0, 4)) + 1;
    await visitor.answerKind(`${year}-01-20`);
    assert.equal(visitor.path, '/sign-in');
    await visitor.expectSaid('page.session.ended_title');
    await visitor.signIn(people.owner);
    await visitor.expectHeading('page.reason.title');
    await visitor.goto('/apply/check');
    assert.match(await visitor.said(), new RegExp(`20 января ${year}`));
    await visitor.leave();
  });

  test('a page asked for too late comes after signing in again; a form that cannot be kept leads back to its page', async () => {
    const visitor = await somebody();
    await visitor.service.advance({ minutes: idle });
    await visitor.goto('/homes?from=mail');
    await visitor.expectSaid('page.session.ended_title');
    await visitor.signIn(people.owner);
    assert.equal(visitor.path, '/homes');
    await visitor.answer({ at: people.home });
    await visitor.next();
    await visitor.choose(visitor.labelled('page.data.agree'));
    await visitor.service.advance({ minutes: idle });
    await visitor.press('page.data.submit');
    assert.equal(visitor.path, '/sign-in');
    await visitor.signIn(people.owner);
    await visitor.expectHeading('page.data.title');
    await visitor.leave();
  });

  test('what one person sent too late is not for the next one at the same computer', async () => {
    const visitor = await somebody();
    await visitor.answer({ at: people.home });
    await visitor.goto('/apply/reason');
    await visitor.service.advance({ minutes: idle });
    await visitor.answerReason('study');
    assert.equal(visitor.path, '/sign-in');
    await visitor.signIn(people.other);
    await visitor.expectHeading('page.who.title');
    assert.ok(!(await visitor.said()).includes(people.owner.given_name));
    // Nor does a form without the ended session's own token put anything away.
    const forged = await visitor.raw('POST', '/apply/reason', { reason: 'work', csrf: 'x'.repeat(65) });
    assert.equal(forged.status, 403);
    await visitor.leave();
  });
});
