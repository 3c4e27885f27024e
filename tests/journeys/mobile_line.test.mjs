// The app on a bad line: cut in the middle of every step, opened without network, with a phone that is full or has the
// worker of an older release. Nothing is filed twice, nothing is lost, and the next screen is true.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';

import { Line } from '../lib/line.mjs';
import { Portal } from './lib/portal.mjs';

describe('the app on a bad line', () => {
  let portal;
  let service;
  let line;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const old = registers.dwelling({ house: '5', flat: '1', street_ru: 'улица Абая', street_kk: 'Абай көшесі' });
      return Object.fromEntries(['before', 'after', 'way', 'offline', 'other', 'kept', 'leaves', 'heir', 'leaver', 'successor', 'full', 'old', 'slow', 'plain'].map((name) => {
        const person = registers.person();
        registers.live(person, old);
        return [name, { person, home: registers.dwelling({ house: '40', owners: [person] }) }];
      }));
    });
    ({ service, people } = portal);
  });
  after(() => portal?.close());
  beforeEach(async () => { line = await Line.to(service); });
  afterEach(() => line.close());

  /** A phone whose worker has taken over. */
  async function phone(person, options) {
    const visitor = await portal.visitor({ channel: 'mobile', line, ...options });
    if (person) await visitor.signIn(person);
    else await visitor.goto('/');
    await visitor.page.evaluate(() => navigator.serviceWorker.ready);
    await visitor.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    return visitor;
  }
  const note = (visitor, name) => visitor.page.locator(`[data-note="${name}"]`);
  /** The phone notices that it is on the air again. */
  const online = (visitor) => visitor.page.evaluate(() => dispatchEvent(new Event('online')));
  const isStale = (visitor) => visitor.page.evaluate(() => document.documentElement.hasAttribute('data-stale'));
  const applicationsOf = async (person) => (await service.citizen(person).get('/applications')).items;
  /** The page has been put by for when there is no network. */
  const works = (visitor) => visitor.page.locator('[data-works]').waitFor();

  /** The questions in order: how each is answered, short of its button, and what the page after it asks. */
  const steps = (visitor, home) => [
    ['who', async () => {}, 'page.where.title'],
    ['where', async () => {
      await visitor.page.locator('#q').fill(home.rka);
      await visitor.press('page.where.find');
      await visitor.choose(visitor.option('rka', home.rka));
    }, 'page.kind.title'],
    ['kind', () => visitor.choose(visitor.labelled('page.kind.permanent')), 'page.reason.title'],
    ['reason', () => visitor.choose(visitor.labelled('page.reason.family')), 'page.check.title'],
    ['check', async () => {}, 'page.data.title'],
    ['consent', () => visitor.choose(visitor.labelled('page.data.agree')), 'page.sign.title'],
  ];
  const submit = (visitor) => visitor.touch(visitor.main().locator('form[method=post] [type=submit]').first());

  for (const when of ['before', 'after']) {
    test(`cut in the middle of every step, ${when} it arrives`, async () => {
      const { person, home } = people[when];
      const cut = (start) => (when === 'before' ? line.cutBefore(start) : line.cutAfter(start));
      const visitor = await phone(person);
      await visitor.goto('/apply?new=1');
      for (const [step, answer, next] of steps(visitor, home)) {
        await answer();
        cut(`POST /m/apply/${step}`);
        await submit(visitor);
        await note(visitor, 'kept').waitFor();
        assert.equal(visitor.path, `/apply/${step}`, 'the page stays');
        assert.ok(line.lost.length > 0);
        if (step === 'reason' && when === 'before') await visitor.seen('m-kept', { again: false });
        line.mend();
        await online(visitor);
        await visitor.headingBecomes(next);
        await note(visitor, 'kept').waitFor({ state: 'hidden' });
      }
      const code = await visitor.codeFor(person);
      await visitor.page.locator('#code').fill(code);
      cut('POST /m/applications/');
      await submit(visitor);
      await note(visitor, 'unsent').waitFor();
      await visitor.seen(`m-unsent-${when}`, { again: false });
      line.mend();
      await online(visitor);
      if (when === 'before') {
        // It never arrived: the page is as it was, and the code is still good.
        await note(visitor, 'unsent').waitFor({ state: 'hidden' });
        assert.equal(await visitor.page.locator('#code').inputValue(), code);
        assert.deepEqual((await applicationsOf(person)).map(({ status }) => status), ['draft']);
        await visitor.leads(() => submit(visitor));
      }
      await visitor.headingBecomes('page.registered.title');
      assert.deepEqual((await applicationsOf(person)).map(({ status }) => status), ['registered']);
      const codes = (await service.inbox(person)).filter(({ text }) => text.includes(code));
      assert.equal(codes.length, 1, 'one code, though the draft was sent more than once');
      await visitor.leave();
    });
  }

  test('the way to the next page is cut: the answer has arrived, and arrives once more without harm', async () => {
    const { person } = people.way;
    const visitor = await phone(person);
    await visitor.goto('/apply?new=1');
    line.cutBefore('GET /m/apply/where');
    await submit(visitor);
    await note(visitor, 'kept').waitFor();
    line.mend();
    await visitor.leads(() => visitor.touch(visitor.page.locator('[data-send]')));
    await visitor.expectHeading('page.where.title');
    // And a link whose page does not come leads on when there is a line again.
    line.cutBefore('GET /m/apply/who');
    await visitor.leads(() => visitor.touch(visitor.page.locator('.mk-back')));
    await visitor.expectHeading('mobile.offline_page.title');
    await visitor.seen('m-offline', { again: false });
    line.mend();
    await online(visitor);
    await visitor.headingBecomes('page.who.title');
    await visitor.leave();
  });

  test('without network it opens and shows what was last seen, with its time; signed out, nothing is left', async () => {
    const { person, home } = people.offline;
    await service.citizen(person).apply({ at: home });
    const visitor = await phone(person, { language: 'kk' });
    const shown = {};
    for (const address of ['/', '/history', '/messages', '/profile']) {
      await visitor.goto(address);
      await works(visitor);
      shown[address] = [await visitor.heading(), await visitor.page.locator('[data-shown]').innerText()];
    }
    await visitor.goto('/history');
    await visitor.leads(() => visitor.touch(visitor.page.locator('main li a').first()));
    await works(visitor);
    const application = visitor.path;
    await service.advance({ hours: 30 });
    line.down();
    visitor.watch(await visitor.context.newPage());
    for (const [address, [heading, at]] of Object.entries(shown)) {
      await visitor.goto(address);
      assert.equal(await visitor.heading(), heading);
      const banner = visitor.page.locator('[data-offline]');
      assert.ok((await banner.innerText()).startsWith(at), 'when it was true');
      assert.ok((await banner.innerText()).includes(visitor.text('mobile.offline')));
      if (address === '/') await visitor.seen('m-home-offline', { again: false });
    }
    await visitor.goto('/');
    await visitor.tab('history');
    await visitor.leads(() => visitor.touch(visitor.page.locator('main li a').first()));
    assert.equal(visitor.path, application);
    await visitor.expectHeading('page.registered.title');
    for (const address of ['/consents', '/homes']) {
      await visitor.goto(address);
      await visitor.expectHeading('mobile.offline_page.title');
    }
    await visitor.goto('/history');
    await visitor.expectHeading('page.history.title');
    line.mend();
    await visitor.goto('/');
    assert.equal(await isStale(visitor), false);
    // The session has ended meanwhile: the phone keeps nothing of it.
    await visitor.expectHeading('mobile.home.title');
    await visitor.page.waitForFunction(async () => !(await caches.keys()).some((name) => name.endsWith('-pages')));
    line.down();
    await visitor.goto('/history');
    await visitor.expectHeading('mobile.offline_page.title');
    assert.ok(!(await visitor.page.content()).includes(person.name));
    line.mend();

    await visitor.goto('/sign-in');
    await visitor.signIn(people.other.person);
    await visitor.tab('profile');
    await works(visitor);
    await visitor.press('page.profile.sign_out');
    await visitor.page.waitForFunction(async () => !(await caches.keys()).some((name) => name.endsWith('-pages')));
    line.down();
    await visitor.goto('/profile');
    await visitor.expectHeading('mobile.offline_page.title');
    await visitor.leave();
  });

  /** What the phone holds of its reader: kept pages, and steps of the form. */
  const held = (visitor) => visitor.page.evaluate(async () => {
    const kept = await Promise.all((await caches.keys()).filter((name) => name.endsWith('-pages'))
      .map(async (name) => (await (await caches.open(name)).keys()).length));
    const steps = await new Promise((resolve) => {
      const opening = indexedDB.open('mekenjai', 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('steps', { keyPath: 'action' });
      opening.onsuccess = () => {
        const counting = opening.result.transaction('steps').objectStore('steps').count();
        counting.onsuccess = () => resolve(counting.result);
        opening.result.close();
      };
    });
    return { pages: kept.reduce((sum, one) => sum + one, 0), steps };
  });

  test('signed out without network: the phone forgets at once, the service hears of it first thing', async () => {
    const { person } = people.leaver;
    const visitor = await phone(person);
    await works(visitor);
    await visitor.goto('/apply?new=1');
    line.cutBefore('POST /m/apply/who');
    await submit(visitor);
    await note(visitor, 'kept').waitFor();
    line.mend();
    line.cutBefore('POST /m/apply/who');
    await visitor.goto('/profile');
    await works(visitor);
    line.down();
    await visitor.touch(visitor.button('page.profile.sign_out'));
    await visitor.headingBecomes('mobile.offline_page.title');
    await note(visitor, 'left').waitFor();
    assert.deepEqual(await held(visitor), { pages: 0, steps: 0 });
    await visitor.seen('m-left', { again: false });
    const [session] = (await visitor.context.cookies()).filter(({ name }) => name === '__Host-session');
    line.mend();
    await visitor.goto('/history');
    assert.equal(visitor.path, '/sign-in', 'no page of his is shown again');
    const answer = await service.call('GET', '/profile', undefined, { headers: { Cookie: `${session.name}=${session.value}` } });
    assert.match(answer.headers.location, /^\/sign-in/, 'the session has ended');
    await visitor.leave();
  });

  test('signing out and in on the portal reaches the app; what a session showed ends with it', async () => {
    const [{ person }, { person: next }] = [people.leaver, people.successor];
    const visitor = await phone(person);
    await works(visitor);
    const portalPage = await visitor.context.newPage();
    await portalPage.goto('/profile');
    await Promise.all([portalPage.waitForURL('**/signed-out'), portalPage.locator('form[action="/sign-out"] button').click()]);
    await visitor.page.waitForFunction(async () => !(await caches.keys()).some((name) => name.endsWith('-pages')));
    await visitor.goto('/sign-in');
    await visitor.signIn(next);
    await works(visitor);
    // Two hours by the phone's own clock, whatever it shows.
    await visitor.context.serviceWorkers()[0].evaluate(() => {
      const now = Date.now;
      Date.now = () => now() + 3 * 3600_000;
    });
    line.down();
    await visitor.goto('/');
    await visitor.expectHeading('mobile.offline_page.title');
    assert.equal((await held(visitor)).pages, 0);
    await visitor.leave();
  });

  test('a form that met no network is sent once, even after the app was closed and with two tabs', async () => {
    const { person, home } = people.kept;
    const visitor = await phone(person);
    await works(visitor);
    await visitor.answer({ at: home });
    await visitor.next();
    await visitor.choose(visitor.labelled('page.data.agree'));
    line.down();
    await submit(visitor);
    await note(visitor, 'kept').waitFor();
    await visitor.page.close();
    const [one, two] = [await visitor.context.newPage(), await visitor.context.newPage()];
    for (const page of [one, two]) {
      visitor.watch(page);
      await visitor.goto('/');
      await note(visitor, 'kept').waitFor();
    }
    assert.deepEqual(await applicationsOf(person), []);
    line.mend();
    await Promise.all([one, two].map((page) => page.evaluate(() => dispatchEvent(new Event('online')))));
    await Promise.any([one, two].map((page) => page.waitForURL(/\/m\/applications\/[^/]+\/sign$/)));
    assert.equal(line.count('POST /m/apply/consent'), 1);
    for (const page of [one, two]) {
      await page.evaluate(() => dispatchEvent(new Event('online')));
      await page.locator('[data-note=kept]').waitFor({ state: 'hidden' });
    }
    const code = await visitor.codeFor(person);
    const applications = await applicationsOf(person);
    assert.deepEqual(applications.map(({ status }) => status), ['draft'], 'nothing is signed without network');
    await visitor.goto(`/applications/${applications[0].id}/sign`);
    await visitor.page.locator('#code').fill(code);
    await visitor.press('page.sign.submit');
    await visitor.expectHeading('page.registered.title');
    await visitor.leave();
  });

  test('what one person left goes to nobody else', async () => {
    const { person } = people.leaves;
    const visitor = await phone(person);
    await visitor.goto('/apply?new=1');
    line.cutBefore('POST /m/apply/who');
    await submit(visitor);
    await note(visitor, 'kept').waitFor();
    await visitor.context.clearCookies({ name: '__Host-session' });
    line.mend();
    await visitor.goto('/sign-in');
    await visitor.signIn(people.heir.person);
    await visitor.page.waitForFunction(() => new Promise((resolve) => {
      const opening = indexedDB.open('mekenjai', 1);
      opening.onsuccess = () => {
        const counting = opening.result.transaction('steps').objectStore('steps').count();
        counting.onsuccess = () => resolve(counting.result === 0);
        opening.result.close();
      };
    }));
    assert.equal(line.count('POST /m/apply/who'), 0);
    await visitor.leave();
  });

  test('the session ended meanwhile: the kept form goes out after signing in again', async () => {
    const { person } = people.heir;
    const visitor = await phone(person);
    await visitor.goto('/apply?new=1');
    line.cutBefore('POST /m/apply/who');
    await submit(visitor);
    await note(visitor, 'kept').waitFor();
    await visitor.context.clearCookies({ name: '__Host-session' });
    line.mend();
    await online(visitor);
    await note(visitor, 'sign-in').waitFor();
    await visitor.leads(() => visitor.touch(note(visitor, 'sign-in').getByRole('link')));
    await visitor.signIn(person);
    await visitor.headingBecomes('page.where.title');
    assert.equal(line.count('POST /m/apply/who'), 1);
    await visitor.leave();
  });

  test('a phone without room works with the network alone, and says so', async () => {
    const { person } = people.full;
    const visitor = await portal.visitor({ channel: 'mobile', line });
    const devtools = await visitor.context.newCDPSession(visitor.page);
    await devtools.send('Storage.overrideQuotaForOrigin', { origin: line.origin, quotaSize: 1 });
    await visitor.goto('/sign-in');
    await visitor.signIn(person);
    await visitor.page.evaluate(() => navigator.serviceWorker.ready);
    await visitor.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await visitor.tab('history');
    await visitor.page.locator('[data-no-room]').waitFor();
    await visitor.seen('m-no-room', { again: false });
    await visitor.goto('/apply?new=1');
    line.cutBefore('POST /m/apply/who');
    await submit(visitor);
    await note(visitor, 'full').waitFor();
    await visitor.seen('m-full', { again: false });
    line.mend();
    await visitor.next();
    await visitor.expectHeading('page.where.title');
    await visitor.leave();
  });

  test('the worker of an older release gives way, and its pages with it', async () => {
    const { person } = people.old;
    const { text } = await service.call('GET', '/sw.js');
    const [version] = text.match(/(?<=version:")[0-9a-f]{10}/) ?? assert.fail('no version in sw.js');
    line.answer('/sw.js', `${text.replaceAll(version, '0123456789').replaceAll(/\/assets\/m-\w+\.js/g, '/assets/m-0000000000.js')}
      self.addEventListener('fetch', (event) => self.clients.get(event.clientId).then((one) => one?.postMessage({ kind: 'of old' })));`);
    const visitor = await phone(person);
    await works(visitor);
    const names = () => visitor.page.evaluate(() => caches.keys());
    assert.deepEqual([...new Set((await names()).map((name) => name.split('-')[1]))], ['0123456789']);
    await visitor.tab('history');
    await works(visitor);
    line.rewrites.clear();
    await visitor.page.evaluate(async () => {
      const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
      await (await navigator.serviceWorker.getRegistration()).update();
      await changed;
    });
    await visitor.page.waitForFunction(async (wanted) => {
      const all = await caches.keys();
      return all.length === 2 && all.every((name) => name.includes(wanted));
    }, version);
    // The page of before goes on with the new worker.
    await visitor.tab('profile');
    await works(visitor);
    await visitor.page.waitForFunction(async () => Boolean(await caches.match('/m/history')));
    line.down();
    for (const address of ['/history', '/']) {
      await visitor.goto(address);
      assert.ok(await isStale(visitor), address);
      assert.notEqual(await visitor.page.evaluate(() => getComputedStyle(document.querySelector('.mk-bar')).position), 'static', 'with its styles');
    }
    await visitor.leave();
  });

  test('at the speed of 3G', async (context) => {
    line.slow({ latency: 300, speed: 50_000 }); // 400 kbit/s
    const visitor = await portal.visitor({ channel: 'mobile', line });
    const timed = async (act) => {
      const [start, bytes] = [performance.now(), line.carried];
      await act();
      return { seconds: (performance.now() - start) / 1000, bytes: line.carried - bytes };
    };
    const first = await timed(async () => {
      await visitor.page.goto('/m/');
      await visitor.page.evaluate(() => document.fonts.ready);
    });
    await visitor.page.evaluate(() => navigator.serviceWorker.ready);
    line.slow({});
    await visitor.signIn(people.slow.person);
    line.slow({ latency: 300, speed: 50_000 });
    const next = await timed(() => visitor.tab('history'));
    const step = await timed(() => visitor.goto('/apply/who'));
    for (const [name, { seconds, bytes }] of Object.entries({ first, next, step })) context.diagnostic(`${name}: ${seconds.toFixed(2)} s, ${bytes} bytes`);
    assert.ok(first.seconds < 5, `the first view takes ${first.seconds} s`);
    assert.ok(next.seconds < 2, `a tap takes ${next.seconds} s`);
    assert.ok(next.bytes < 16_384, `a tap brings ${next.bytes} bytes`);
    await visitor.leave();
  });

  test('without our script a form that met no network says so', async () => {
    const { person } = people.plain;
    const visitor = await phone(person);
    await visitor.goto('/apply?new=1');
    line.cutBefore('POST /m/apply/who');
    await visitor.leads(() => visitor.page.evaluate(() => document.querySelector('main form').submit()));
    await visitor.expectHeading('mobile.offline_page.title');
    line.mend();
    await visitor.goto('/apply/who');
    await visitor.expectHeading('page.who.title');
    await visitor.leave();
  });
});
