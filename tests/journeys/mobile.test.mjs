// The app in the hand: put on the home screen, used by touch from the first screen to the result, without a reload;
// back leads to what is true, large text fits, a phone with a wrong clock is no worse off.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Line } from '../lib/line.mjs';
import { Portal } from './lib/portal.mjs';
import { languages, text } from './lib/words.mjs';

describe('the app in the hand', () => {
  let portal;
  let service;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const old = registers.dwelling({ house: '5', flat: '1', street_ru: 'улица Абая', street_kk: 'Абай көшесі' });
      const own = (name) => {
        const person = registers.person({ surname: 'Серікбаева', name, language: 'kk' });
        registers.live(person, old);
        return { person, home: registers.dwelling({ house: '40', flat: '118', owners: [person], street_ru: 'улица Кенесары',
          street_kk: 'Кенесары көшесі' }) };
      };
      const hosts = [registers.person({ language: 'kk' }), registers.person({ language: 'kk' })];
      const guest = registers.person({ surname: 'Оспанова', name: 'Динара' });
      registers.live(guest, old);
      const theirs = registers.dwelling({ house: '22', flat: '7', owners: hosts });
      registers.live(hosts[0], theirs);
      return { touch: own('Айгерім'), plain: own('Мадина'), back: own('Салтанат'), clock: own('Динара'), large: own('Айгерім'),
        hosts, guest, theirs, newcomer: registers.person() };
    });
    ({ service, people } = portal);
  });
  after(() => portal?.close());

  const phone = (options) => portal.visitor({ channel: 'mobile', ...options });
  /** Marks the document that the browser has loaded; a reload would lose it. */
  const mark = (visitor) => visitor.page.evaluate(() => { window.stayed = true; });
  const stayed = (visitor) => visitor.page.evaluate(() => window.stayed === true);
  const focused = (visitor) => visitor.page.evaluate(() => document.activeElement.tagName);

  test('what a browser needs to put it on the home screen, in every language', async () => {
    for (const language of languages) {
      const visitor = await phone({ language });
      await visitor.goto('/');
      const address = await visitor.page.locator('link[rel=manifest]').getAttribute('href');
      const { headers, body } = await service.call('GET', address);
      assert.match(headers['content-type'], /^application\/manifest\+json/);
      const { icons, shortcuts, ...rest } = body;
      assert.deepEqual(rest, {
        id: '/m/', start_url: '/m/', scope: '/m/', display: 'standalone', orientation: 'portrait', lang: language, dir: 'ltr',
        name: text(language, 'service.name'), short_name: text(language, 'service.name'),
        description: text(language, 'mobile.app.description'), theme_color: '#ffffff', background_color: '#f2f5f0',
        categories: ['government', 'utilities'],
      });
      assert.deepEqual(icons.map(({ sizes, purpose, type }) => [sizes, purpose, type]),
        [['192x192', 'any', 'image/png'], ['512x512', 'any', 'image/png'], ['512x512', 'maskable', 'image/png']]);
      assert.deepEqual(shortcuts.map(({ name, url }) => [name, url]), [[text(language, 'mobile.app.apply'), '/m/apply'],
        [text(language, 'page.my_consents'), '/m/consents'], [text(language, 'page.history.title'), '/m/history']]);
      const pictures = [...icons, ...shortcuts.flatMap((one) => one.icons),
        { src: await visitor.page.locator('link[rel=apple-touch-icon]').getAttribute('href'), sizes: '180x180', purpose: 'touch' }];
      for (const { src, sizes, purpose } of pictures) {
        const { width, height, data } = await visitor.picture(src);
        assert.equal(`${width}x${height}`, sizes, src);
        // Round corners are the phone's own affair where the picture must fill its mask.
        assert.equal(data[3], purpose === 'any' ? 0 : 255, `the corner of ${src}`);
      }
      const devtools = await visitor.context.newCDPSession(visitor.page);
      const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors');
      assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((one) => one !== 'in-incognito'), []);
      await visitor.leave();
    }
    const { headers } = await service.call('GET', '/sw.js');
    assert.match(headers['cache-control'], /no-cache/);
    assert.equal((await service.call('GET', '/m/manifest/xx')).status, 404);
  });

  test('by touch, from the first screen to the result, without a reload', async () => {
    const { person, home } = people.touch;
    const visitor = await phone({ language: 'kk' });
    const { page } = visitor;
    await visitor.goto('/');
    await visitor.expectHeading('mobile.home.title');
    await visitor.seen('m-home-signed-out');
    await visitor.follow('page.nav.sign_in');
    await visitor.seen('m-sign-in', { again: false });
    await visitor.page.getByLabel(visitor.text('page.iin')).fill(person.iin);
    await visitor.press('page.sign_in.get_code');
    assert.equal(await page.locator('#code').getAttribute('autocomplete'), 'one-time-code');
    assert.ok(await page.locator('#code').evaluate((one) => one === document.activeElement), 'the code can be typed at once');
    await visitor.seen('m-sign-in-code', { again: false });
    await page.locator('#code').fill('000000');
    await visitor.press('page.nav.sign_in');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'alert');
    await visitor.seen('m-sign-in-code-wrong', { again: false });
    visitor.person = person;
    await visitor.enterCode(person, 'page.nav.sign_in');
    assert.equal(visitor.path, '/');
    await visitor.expectHeading('mobile.home.greeting', { name: person.name });
    await visitor.seen('m-home', { again: false });
    await mark(visitor);

    await visitor.follow('service.title');
    await visitor.seen('m-service', { again: false });
    await visitor.follow('page.request_online');
    await visitor.expectHeading('page.who.title');
    assert.equal(await page.locator('.mk-bar').count(), 0, 'one thing a page');
    await visitor.seen('m-who', { again: false });
    await visitor.next();
    await visitor.seen('m-where', { again: false });
    await page.locator('#q').fill('Кенесары 40');
    await visitor.press('page.where.find');
    await visitor.choose(visitor.option('rka', home.rka));
    await visitor.seen('m-where-chosen', { again: false });
    await visitor.next();
    await visitor.seen('m-kind', { again: false });
    await visitor.next();
    await visitor.seen('m-kind-error', { again: false });
    await visitor.answerKind();
    await visitor.seen('m-reason', { again: false });
    await visitor.answerReason('family');
    await visitor.expectHeading('page.check.title');
    await visitor.seen('m-check', { again: false });
    await visitor.next();
    await visitor.seen('m-data', { again: false });
    await visitor.agreeToData();
    await visitor.expectHeading('page.sign.title');
    await visitor.seen('m-sign', { again: false });
    await visitor.sign();
    await visitor.expectHeading('page.registered.title');
    await visitor.seen('m-registered', { again: false });
    assert.ok(await stayed(visitor), 'all this in one document');

    await visitor.tab('history');
    await visitor.seen('m-history', { again: false });
    await visitor.tab('messages');
    await visitor.seen('m-messages', { again: false });
    await visitor.leads(() => page.locator('main li a').first().tap());
    await visitor.seen('m-message', { again: false });
    await visitor.follow('page.messages.open');
    await visitor.expectHeading('page.registered.title');
    await visitor.tab('profile');
    await visitor.seen('m-profile', { again: false });
    await visitor.follow('page.my_homes');
    await visitor.seen('m-homes', { again: false });
    await visitor.follow('page.my_consents');
    await visitor.seen('m-empty', { again: false });
    assert.ok(await stayed(visitor));
    await visitor.leave();
  });

  test('the same without script', async () => {
    const { person, home } = people.plain;
    const visitor = await phone({ language: 'en', script: false });
    await visitor.signIn(person);
    assert.equal(visitor.path, '/');
    await visitor.apply({ at: home });
    await visitor.expectHeading('page.registered.title');
    await visitor.follow('page.refresh', { within: visitor.page.locator('.mk-fresh') });
    await visitor.expectHeading('page.registered.title');
    await visitor.tab('history');
    assert.equal(await visitor.page.locator('main li h3 a').count(), 1);
    await visitor.leave();
  });

  test('back leads to what is true; the place on a page is kept; a double tap sends once', async () => {
    const { person, home } = people.back;
    const visitor = await phone();
    const { page } = visitor;
    const back = () => visitor.leads(() => page.evaluate(() => history.back()));
    await visitor.signIn(person);
    await mark(visitor);
    const place = await page.evaluate(() => {
      scrollTo(0, 40);
      return scrollY;
    });
    assert.equal(place, 40);
    await visitor.tab('profile');
    assert.equal(await page.evaluate(() => scrollY), 0);
    assert.equal(await focused(visitor), 'H1');
    await back();
    await visitor.expectHeading('mobile.home.greeting', { name: person.name });
    assert.equal(await page.evaluate(() => scrollY), place);
    assert.ok(await stayed(visitor));

    await visitor.answer({ at: home });
    await back();
    await visitor.expectHeading('page.reason.title');
    assert.ok(await visitor.labelled('page.reason.family').isChecked());
    await back();
    await visitor.expectHeading('page.kind.title');
    for (const key of ['page.reason.title', 'page.check.title']) {
      await visitor.next();
      await visitor.expectHeading(key);
    }
    await visitor.next();
    await visitor.choose(visitor.labelled('page.data.agree'));
    const posts = [];
    page.on('request', (request) => request.method() === 'POST' && posts.push(new URL(request.url()).pathname));
    const twice = (key) => visitor.leads(() => visitor.button(key).dblclick());
    await twice('page.data.submit');
    await visitor.expectHeading('page.sign.title');
    await page.locator('#code').fill(await visitor.codeFor(person));
    await twice('page.sign.submit');
    await visitor.expectHeading('page.registered.title');
    assert.equal(posts.filter((one) => one === '/m/apply/consent').length, 1);
    assert.equal(posts.filter((one) => one.endsWith('/sign')).length, 1);
    const done = visitor.path;
    await back();
    assert.equal(visitor.path, done, 'what is signed cannot be signed again');
    await visitor.expectHeading('page.registered.title');
    assert.equal(await visitor.countHistory(), 1);
    await visitor.leave();
  });

  test('two tabs: what one has done, the other sees', async () => {
    const { person, home } = people.clock;
    const visitor = await phone();
    await visitor.signIn(person);
    await visitor.answer({ at: home });
    await visitor.next();
    const first = visitor.page;
    await visitor.choose(visitor.labelled('page.data.agree'));
    visitor.watch(await visitor.context.newPage());
    await visitor.goto('/apply/reason');
    await visitor.answerReason('work');
    visitor.page = first;
    await visitor.press('page.data.submit');
    await visitor.expectHeading('page.check.title');
    await visitor.expectSaid('page.reason.work');
    await visitor.next();
    await visitor.agreeToData();
    const [second] = visitor.context.pages().slice(-1);
    visitor.page = second;
    await visitor.goto(new URL(first.url()).pathname.slice(2));
    await visitor.enterCode(person, 'page.sign.submit');
    await visitor.expectHeading('page.registered.title');
    visitor.page = first;
    await visitor.page.locator('#code').fill('123456');
    await visitor.press('page.sign.submit');
    await visitor.expectHeading('page.registered.title');
    assert.equal(await visitor.countHistory(), 1);
    await visitor.leave();
  });

  test('a pull and the link refresh the page; a slow line is shown', async () => {
    const { guest, theirs, hosts } = people;
    const line = await Line.to(service);
    const visitor = await phone({ line });
    const { page } = visitor;
    await visitor.signIn(guest);
    await visitor.apply({ at: theirs });
    await visitor.expectWaiting();
    await visitor.seen('m-waiting');
    await visitor.goto('/');
    await visitor.expectSaid('page.stepper.answered', { n: '0', of: '2' });
    await visitor.seen('m-home-waiting');
    await mark(visitor);
    await service.answerBySms(hosts[0], 1);
    await visitor.pull();
    await visitor.expectSaid('page.stepper.answered', { n: '1', of: '2' });
    assert.ok((await page.locator('[data-announce]').textContent()).startsWith(visitor.text('mobile.shown').split('{')[0]), 'said aloud');
    await service.answerBySms(hosts[1], 1);
    await visitor.leads(() => page.locator('[data-refresh]').tap());
    await page.locator('.mk-live').waitFor({ state: 'detached' });
    assert.equal(await page.evaluate(() => document.activeElement.hasAttribute('data-refresh')), true, 'the focus stays');
    assert.ok(await stayed(visitor));

    line.slow({ latency: 1_500, speed: 50_000 });
    const coming = page.locator('[data-progress]').waitFor();
    await visitor.tab('history');
    await coming;
    await page.locator('[data-progress]').waitFor({ state: 'hidden' });
    line.slow({});
    await visitor.seen('m-history-guest');
    await visitor.leave();
    await line.close();
  });

  test('a clock that is a day wrong changes nothing; motion where it is wanted', async () => {
    for (const days of [-1, 1]) {
      const visitor = await phone({ reducedMotion: 'no-preference' });
      await visitor.page.addInitScript((by) => {
        const Real = Date;
        globalThis.Date = class extends Real {
          constructor(...given) {
            super(...(given.length > 0 ? given : [Real.now() + by]));
          }
          static now() {
            return Real.now() + by;
          }
        };
      }, days * 86_400_000);
      await visitor.signIn(people.hosts[0]);
      await visitor.tab('history');
      await visitor.tab('messages');
      const shown = await visitor.page.locator('[data-shown]').innerText();
      const { now } = await service.expect(200, 'GET', '/sandbox/clock');
      assert.ok(shown.includes(` ${Number(now.slice(8, 10))} `), `${shown} is not ${now}`);
      await visitor.leave();
    }
  });

});

describe('the app in the hand of somebody who needs it larger', () => {
  /** The size of letters that he has set in his browser. */
  const large = '--blink-settings=defaultFontSize=32';
  for (const look of [{ letters: 32, width: 390, language: 'ru' }, { letters: 32, width: 390, language: 'kk', colorScheme: 'dark' },
    { letters: 16, width: 320, language: 'kk' }, { letters: 16, width: 390, language: 'ru', colorScheme: 'dark' }]) {
    const { letters, width, language, colorScheme } = look;
    const name = `m-${letters}-${width}-${colorScheme ?? 'light'}`;
    test(`letters of ${letters}, a screen of ${width}, ${colorScheme ?? 'light'}: nothing is cut`, async (context) => {
      const portal = await Portal.open((registers) => {
        const host = registers.person();
        const home = registers.dwelling({ house: '40', flat: '118', owners: [host], street_ru: 'улица Кенесары', street_kk: 'Кенесары көшесі' });
        const guest = registers.person();
        registers.live(guest, registers.dwelling({ house: '5', flat: '1', street_ru: 'улица Абая', street_kk: 'Абай көшесі' }));
        return { guest, host, home };
      }, { browserArguments: letters === 32 ? [large] : [] });
      context.after(() => portal.close());
      const { guest, host, home } = portal.people;
      const visitor = await portal.visitor({ channel: 'mobile', language, colorScheme, viewport: { width, height: 844 } });
      visitor.screens = [{ width, height: 844 }];
      await visitor.signIn(guest);
      await visitor.answer({ at: home });
      const looked = ['/', '/services/residence', '/apply/who', '/apply/where?q=Кенесары', '/apply/kind', '/apply/reason', '/apply/check',
        '/apply/consent', '/profile', '/homes', '/messages', '/consents', '/help/no-sms'];
      for (const address of looked) {
        await visitor.goto(address);
        await visitor.seen(`${name}${address.split('?')[0].replaceAll('/', '-')}`, { again: false });
      }
      await visitor.goto('/apply/consent');
      await visitor.agreeToData();
      await visitor.seen(`${name}-sign`, { again: false });
      await visitor.sign();
      await visitor.expectWaiting();
      await visitor.seen(`${name}-waiting`, { again: false });
      await visitor.goto('/history');
      await visitor.seen(`${name}-history`, { again: false });
      await visitor.leave();
      const owner = await portal.visitor({ channel: 'mobile', language, colorScheme, viewport: { width, height: 844 } });
      owner.screens = visitor.screens;
      await owner.goto('/sign-in?next=/consents/open');
      await owner.signIn(host);
      await owner.expectHeading('page.consent.title');
      await owner.seen(`${name}-consent`, { again: false });
      await owner.leave();
    });
  }
});
