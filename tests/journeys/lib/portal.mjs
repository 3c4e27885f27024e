// The portal as people meet it: a service with its people, a browser, and visitors who press what is written on the
// buttons. A visitor complains about everything that must never happen on any page: errors of scripts, of the content
// policy, of accessibility, words of another language, requests to strangers.
// SHOTS=1 keeps pictures of every state in the build folder's shots/.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import { chromium } from 'playwright-core';
import { PNG } from 'pngjs';

import { build, Service, sixDigits } from '../../lib/service.mjs';
import { keys, languages, text } from './words.mjs';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const wide = { width: 1280, height: 900 };
const narrow = { width: 390, height: 844 };
/** What stands before the addresses of a front door, and the screens it is looked at on. */
const doors = { portal: { prefix: '', screens: [wide, narrow] }, mobile: { prefix: '/m', screens: [narrow] } };
const shots = process.env.SHOTS ? path.join(build, 'shots') : undefined;
const shotLanguages = (process.env.SHOTS_LANGUAGES ?? languages.join()).split(',');
if (shots) mkdirSync(shots, { recursive: true });

export const sizes = { wide, narrow };

/** A service whose registers `fill` has filled, and a browser in front of it. */
export class Portal {
  static async open(fill, { browserArguments = [] } = {}) {
    const portal = new Portal();
    portal.service = new Service();
    portal.people = await fill(portal.service.registers);
    portal.names = (portal.service.registers.rows['persons.csv'] ?? [])
      .flatMap((row) => [row.surname, row.given_name, row.patronymic]).filter(Boolean)
      .flatMap((name) => [name, name.toUpperCase(), `${name[0]}.`]);
    await portal.service.import();
    const [, browser] = await Promise.all([
      portal.service.start(),
      chromium.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update',
          '--disable-sync', '--no-first-run', ...browserArguments],
      }),
    ]);
    portal.browser = browser;
    portal.origin = `http://${portal.service.host}:${portal.service.port}`;
    return portal;
  }

  async close() {
    await this.browser?.close();
    const how = await this.service?.stop();
    if (how?.signal ?? how?.code) assert.fail(`the service ended with ${JSON.stringify(how)}: ${this.service.log}`);
  }

  /**
   * Somebody at a device of his own, who has chosen his language; `choose: false`: his browser has told it, no more.
   * `script: false`: a browser that runs none. `channel: 'mobile'`: a phone. `line`: what he is connected by.
   */
  async visitor({ language = 'ru', script = true, choose = true, channel = 'portal', line, viewport, ...more } = {}) {
    const origin = line?.origin ?? this.origin;
    const phone = channel === 'mobile' && { isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
    const context = await this.browser.newContext({
      baseURL: origin, locale: { kk: 'kk-KZ', 'kk-Latn': 'kk-Latn-KZ', ru: 'ru-RU', en: 'en-GB' }[language], javaScriptEnabled: script,
      reducedMotion: 'reduce', viewport: viewport ?? doors[channel].screens[0], ...phone, ...more,
    });
    context.setDefaultTimeout(30_000);
    const visitor = new Visitor(this, context, await context.newPage(), { language, script, channel, line, origin });
    if (choose) {
      await context.addCookies([{ name: '__Host-lang', value: language, url: origin.replace('http:', 'https:'), secure: true, httpOnly: true,
        sameSite: 'Lax' }]);
    }
    return visitor;
  }
}

export class Visitor {
  constructor(portal, context, page, { language, script, channel = 'portal', line, origin = portal.origin }) {
    Object.assign(this, { portal, service: portal.service, context, language, script, channel, line, origin });
    Object.assign(this, doors[channel]);
    this.complaints = [];
    this.watch(page);
    context.on('request', (request) => {
      if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) {
        this.complaints.push(`a stranger was asked: ${request.url()}`);
      }
    });
  }

  /** Looks at this tab from now on. */
  watch(page) {
    this.page = page;
    const complain = (what) => this.complaints.push(`${what} on ${page.url()}`);
    page.on('console', (message) => {
      // That a page answers 4xx is for the journey to judge; parts of pages are judged below.
      if (/^Failed to load resource/.test(message.text())) return;
      // A browser says so when NCALayer isn't running; that the page says it too is for the journey to judge.
      if (this.withoutNcaLayer && /^WebSocket connection to 'wss:\/\/127\.0\.0\.1:13579\/' failed/.test(message.text())) return;
      if (['error', 'warning'].includes(message.type())) complain(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => complain(`script: ${error}`));
    page.on('requestfailed', (request) => {
      // A line that can be cut is there to be cut.
      if (!this.line && request.failure()?.errorText !== 'net::ERR_ABORTED') complain(`request: ${request.url()}`);
    });
    page.on('response', (response) => {
      const request = response.request();
      const page = request.resourceType() === 'document' || request.headers().accept?.startsWith('text/html');
      if (response.status() >= 400 && !page) {
        complain(`${response.status()} for ${request.url()}`);
      }
    });
  }

  /** The end of a visit: nothing to complain about. */
  async leave() {
    await this.context.close();
    assert.deepEqual(this.complaints, []);
  }

  text(key, values) {
    return text(this.language, key, values);
  }
  async goto(address) {
    return this.page.goto(address.startsWith('/') ? this.prefix + address : address);
  }
  /** Where he is, without the front door. */
  get path() {
    return new URL(this.page.url()).pathname.slice(this.prefix.length);
  }
  main() {
    return this.page.locator('main');
  }
  heading() {
    return this.page.locator('h1').innerText().then((said) => said.replaceAll('\u00A0', ' ').trim());
  }
  async expectHeading(key, values) {
    assert.equal(await this.heading(), this.text(key, values));
  }

  /** The page of an application that waits for answers. */
  async expectWaiting() {
    assert.equal(await this.page.locator('main[data-state] .mk-dial').count(), 1, await this.heading());
  }

  /** One of the four places at the foot of a phone's screen. */
  tab(place) {
    return this.follow(`page.nav.${place}`, { within: this.page.locator('.mk-bar') });
  }
  /** A finger draws the page down and lets go. */
  async pull() {
    const devtools = await this.context.newCDPSession(this.page);
    const touch = (type, ...points) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints: points });
    await this.leads(async () => {
      await touch('touchStart', { x: 200, y: 120 });
      for (let y = 140; y <= 340; y += 20) await touch('touchMove', { x: 200, y });
      await touch('touchEnd');
    });
    await devtools.detach();
  }
  /** A PNG, as the browser gets it. */
  async picture(address) {
    const { width, height, data } = PNG.sync.read(await (await this.context.request.get(address)).body());
    return { width, height, data };
  }

  button(key) {
    return this.page.getByRole('button', { name: this.text(key), exact: true });
  }
  /** Presses a button or follows a link of the main part by the key of its words, and waits for the page it leads to. */
  async press(key, { role = 'button', within = this.main() } = {}) {
    const target = within.getByRole(role, { name: this.text(key) }).first();
    await this.leads(() => this.touch(target));
  }
  /** With a finger where there is a screen to touch. */
  touch(target) {
    return this.channel === 'mobile' ? target.tap() : target.click();
  }
  follow(key, options) {
    return this.press(key, { role: 'link', ...options });
  }
  /** Does something that leads to another page; the answer to it. */
  async leads(act) {
    const arrived = [this.page.waitForEvent('domcontentloaded')];
    // The app takes the new page over without a reload.
    if (this.channel === 'mobile' && this.script) {
      arrived.push(this.page.evaluate(() => new Promise((resolve) => {
        document.addEventListener('mk:page', () => resolve(), { once: true });
      })).catch(() => new Promise(() => {})));
    }
    arrived[0].catch(() => {});
    await act();
    await Promise.race(arrived);
  }

  // --- what must hold on every page ------------------------------------------------------------------------

  /**
   * A state of the portal, looked at from all sides. `again`: the page can be asked for again by its address (for
   * pictures in other languages); it is where nothing was posted.
   */
  async seen(name, { again = true } = {}) {
    await this.checkWords(name);
    for (const size of this.screens) {
      await this.page.setViewportSize(size);
      const over = await this.page.evaluate(() => {
        const root = document.documentElement;
        if (root.scrollWidth <= root.clientWidth) return undefined;
        const out = [...document.querySelectorAll('body *')].filter((one) =>
          one.getBoundingClientRect().right > root.clientWidth + 1 && !one.closest('.mk-scroll, .mk-vh, svg'));
        return out.slice(0, 3).map((one) => one.outerHTML.slice(0, 120));
      });
      assert.equal(over, undefined, `${name} is wider than ${size.width}: ${over}`);
      if (this.channel === 'mobile') await this.checkThumbs(name);
      if (this.script) await this.checkAccess(name, size);
    }
    if (shots) await this.shoot(name, again);
    await this.page.setViewportSize(this.screens[0]);
  }

  /** Whatever is to be touched is as large as a thumb, and no word of it is cut. Links within a sentence are exempt. */
  async checkThumbs(name) {
    const found = await this.page.evaluate(() => {
      const told = (one) => one.outerHTML.slice(0, 140);
      const seen = (one) => one.checkVisibility() && !one.closest('.mk-vh, .mk-skip, pre');
      const inSentence = (one) => one.tagName === 'A' && getComputedStyle(one).display === 'inline';
      const small = [...document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')]
        .filter((one) => seen(one) && !inSentence(one)).filter((one) => {
          const card = one.closest('.mk-choice, .mk-code') ?? one;
          const { width, height } = card.getBoundingClientRect();
          return width < 48 || height < 48;
        }).map(told);
      const cut = [...document.querySelectorAll('main *, .mk-bar *, .mk-header *')].filter((one) => seen(one) &&
        one.childElementCount === 0 && one.textContent.trim() !== '' && one.scrollWidth > one.clientWidth + 1 &&
        one.clientWidth > 0 && getComputedStyle(one).overflow !== 'visible').map(told);
      return { small, cut };
    });
    assert.deepEqual(found, { small: [], cut: [] }, name);
  }

  async checkAccess(name, size) {
    if (!(await this.page.evaluate(() => 'axe' in globalThis))) await this.page.evaluate(axeSource);
    const violations = await this.page.evaluate(async (values) => {
      const found = await globalThis.axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
      return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) =>
        `${node.html.slice(0, 160)} ${node.any.map((why) => why.message).join('; ').slice(0, 200)}`).join('\n')}`);
    }, tags);
    assert.deepEqual(violations, [], `${name} at ${size.width}`);
  }

  /** The right language everywhere, no key and no placeholder left, no IIN in full. */
  async checkWords(name) {
    const { lang, title, whole, own } = await this.page.evaluate(() => {
      const clone = document.body.cloneNode(true);
      clone.querySelectorAll('script, style, pre').forEach((one) => one.remove());
      // Where scripts run, what stands there is text that nobody sees.
      clone.querySelectorAll('noscript').forEach((one) => one.childElementCount === 0 && one.remove());
      const whole = `${clone.innerText ?? clone.textContent} ` +
        [...document.querySelectorAll('[aria-label]')].map((one) => one.getAttribute('aria-label')).join(' ');
      clone.querySelectorAll(`[lang]:not([lang="${document.documentElement.lang}"])`).forEach((one) => one.remove());
      return { lang: document.documentElement.lang, title: document.title, whole, own: clone.textContent };
    });
    assert.equal(lang, this.language, `${name}: the language of the page`);
    const everything = `${title} ${whole}`;
    assert.ok(title.split(' · ').every((part) => part.trim() !== ''), `${name}: the title is "${title}"`);
    for (const key of everything.match(/\b[a-z_]+(?:\.[a-z0-9_]+)+\b/g) ?? []) {
      assert.ok(!keys.includes(key), `${name} shows the key ${key}`);
    }
    assert.doesNotMatch(everything, /\{\w*\}|\[\[|\]\]|undefined|\bnull\b|NaN/, `${name} has an unfilled place`);
    assert.doesNotMatch(everything, /(?<![0-9a-f])\d{12}(?![0-9a-f])/, // a digest may hold twelve digits in a row
       `${name} shows twelve digits`);
    // Digests, numbers of requests and codes of errors are not words.
    let words = own.replace(/\b[0-9a-f]{64}\b|\b[A-Z2-9]{6}\b|\b[A-Z2-9]{3}\s[A-Z2-9]{3}\b|\b\d{3} [a-z_]+/g, ' ');
    for (const known of this.portal.names) words = words.replaceAll(known, ' ');
    if (lang === 'kk-Latn') {
      assert.equal(words.match(/.{0,30}[\u0400-\u052F].{0,30}/)?.[0], undefined, `${name} is not all in Latin letters`);
      // Letters that the alphabet of 2021 has not: a word of another language.
      const allowed = /\/api\/\S*|\S+\.example\S*|qwertyuiop|asdfghjkl|zxcvbnm|\b(?:NCALayer|JavaScript|Chromium|Chrome|Firefox|axe|WCAG|OCSP|CRL|TSP|[\w.-]*pki\.gov\.kz|localhost)\b/g;
      assert.equal(words.replace(allowed, ' ').match(/\S*(?:[cwx]|[CWX]\p{Ll}{2})\S*/u)?.[0], undefined, `${name} has a foreign word`);
    } else if (lang === 'en') {
      words = words.replace(/№|₸|500\/НҚ/g, ' ');
      assert.equal(words.match(/.{0,30}[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]+.{0,30}/)?.[0], undefined, `${name} is not all English`);
    } else {
      const allowed = /SMS|RKA|IIN|JSON|WCAG|AA|QR|PDF|ZIP|eGov Mobile|eGov|egov\.kz|ncl\.pki\.gov\.kz|NCALayer|JavaScript|Chromium|axe|\/api\/v1\/statistics|mekenjai\.example\/kod|OCSP|CRL|TSP|SHA|RSA|Eng|English|kz|OK|K7P4XM|iPhone|[A-H]\d{0,2}\b/g;
      const latin = words.replace(allowed, ' ').match(/[A-Za-z]{3,}/)?.[0];
      assert.equal(latin, undefined, `${name} has a Latin word`);
      if (lang === 'ru') {
        assert.equal(words.replace(/НҚ/g, '').match(/.{0,30}[ӘәҒғҚқҢңӨөҰұҮүҺһІі].{0,30}/)?.[0], undefined,
          `${name} is not all Russian`);
      }
    }
  }

  async shoot(name, again) {
    const draw = async (language) => {
      for (const size of this.screens) {
        await this.page.setViewportSize(size);
        // As high as the page is, so that what sticks to the edge of the screen stands at its end.
        const height = await this.page.evaluate(() => document.documentElement.scrollHeight);
        await this.page.setViewportSize({ width: size.width, height: Math.max(height, size.height) });
        await this.page.screenshot({ path: path.join(shots, `${name}-${language}-${size.width}.png`) });
      }
    };
    await draw(this.language);
    if (!again) return;
    const address = new URL(this.page.url());
    const shown = async (language) => {
      address.searchParams.set('lang', language);
      await this.page.goto(address.href);
    };
    for (const language of shotLanguages) {
      if (language === this.language) continue;
      await shown(language);
      await draw(language);
    }
    await shown(this.language);
  }

  // --- the way of an application ---------------------------------------------------------------------------

  /** From the page of the sign-in on: IIN, then the code. */
  async signIn(person) {
    if (!this.path.startsWith('/sign-in')) await this.goto('/sign-in');
    await this.page.getByLabel(this.text('page.iin')).fill(person.iin);
    await this.press('page.sign_in.get_code');
    await this.enterCode(person, 'page.nav.sign_in');
    this.person = person;
  }
  async codeFor(person) {
    const said = await this.service.lastSms(person.phone);
    return sixDigits(said ?? '') ?? assert.fail(`no code in ${said}`);
  }
  async enterCode(person, submit) {
    await this.page.locator('#code').fill(await this.codeFor(person));
    await this.press(submit);
  }

  next() {
    return this.press('page.next');
  }
  /** Ticks or clears a box or a circle as people do: on its card. */
  async choose(input, on = true) {
    if ((await input.isChecked()) === on) return;
    await this.touch(this.page.locator(`label[for="${await input.getAttribute('id')}"]`));
    assert.equal(await input.isChecked(), on);
  }
  option(name, value) {
    return this.page.locator(`input[name="${name}"][value="${value}"]`);
  }
  labelled(key) {
    return this.page.getByLabel(this.text(key), { exact: true });
  }
  async answerWho(people) {
    if (people) {
      const wanted = people.map((one) => one.iin);
      for (const box of await this.page.locator('input[name=who]').all()) {
        await this.choose(box, wanted.includes(await box.inputValue()));
      }
    }
    await this.next();
  }
  async answerWhere(dwelling, search = dwelling.rka) {
    await this.page.locator('#q').fill(search);
    await this.press('page.where.find');
    await this.choose(this.option('rka', dwelling.rka));
    await this.next();
  }
  async answerKind(until) {
    if (until) {
      const [year, month, day] = until.split('-').map(Number);
      await this.choose(this.labelled('page.kind.temporary'));
      await this.page.locator('#day').fill(String(day));
      await this.page.locator('#month').fill(String(month));
      await this.page.locator('#year').fill(String(year));
    } else {
      await this.choose(this.labelled('page.kind.permanent'));
    }
    await this.next();
  }
  async answerReason(reason = 'family') {
    await this.choose(this.labelled(`page.reason.${reason}`));
    await this.next();
  }
  async agreeToData() {
    await this.choose(this.labelled('page.data.agree'));
    await this.press('page.data.submit');
  }
  async sign() {
    await this.enterCode(this.person, 'page.sign.submit');
  }

  /** All questions, from the service's page to the signature. */
  async answer({ at, who, until, reason, search }) {
    await this.goto('/apply?new=1');
    await this.answerWho(who);
    await this.answerWhere(at, search);
    await this.answerKind(until);
    await this.answerReason(reason);
  }
  async apply(wish) {
    await this.answer(wish);
    await this.next();
    await this.agreeToData();
    await this.sign();
  }
  /** A request with this visitor's cookies and nothing else of a browser's; `{status, headers, text}`. */
  async raw(method, address, form) {
    const cookies = await this.context.cookies();
    return this.service.call(method, address, form && new URLSearchParams(form).toString(), {
      type: 'application/x-www-form-urlencoded', language: this.language,
      headers: { Cookie: cookies.map(({ name, value }) => `${name}=${value}`).join('; ') },
    });
  }
  async said() {
    return (await this.main().innerText()).replaceAll('\u00A0', ' ');
  }
  async expectSaid(key, values) {
    const wanted = this.text(key, values);
    assert.ok((await this.said()).includes(wanted), `"${wanted}" is not in: ${await this.said()}`);
  }
  /** What the page shows of every application of the person. */
  async countHistory() {
    await this.goto('/history');
    return this.page.locator('main li h3 a').count();
  }

  /** Waits until the page itself shows another heading, without a touch. */
  async headingBecomes(key, values) {
    const wanted = this.text(key, values);
    await this.page.waitForFunction((said) => document.querySelector('h1')?.innerText.trim() === said, wanted);
  }
}
