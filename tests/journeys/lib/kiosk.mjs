// A kiosk as people meet it: a screen of 1080 × 1920 that staff has set up, keys on the screen, and nobody's memory.
import assert from 'node:assert/strict';
import path from 'node:path';

import { build } from '../../lib/service.mjs';
import { languages } from './words.mjs';
import { Visitor } from './portal.mjs';

export const upright = { width: 1080, height: 1920 };
const shots = process.env.SHOTS ? path.join(build, 'shots') : undefined;
const shotLanguages = (process.env.SHOTS_LANGUAGES ?? languages.join()).split(',');

/** A token for a kiosk of the centre, with the consultant's code: `{id, token, consultant_code}`. */
export async function issue(portal, officer, centre, label = 'У входа') {
  return portal.service.citizen(officer).expect(201, 'POST', '/kiosks', { centre: centre.id, label });
}

/**
 * A kiosk that was just switched on; `token`: with which it starts. Its browser is new at every start. `quick`: somebody types
 * on a keyboard of plastic, where the story is about something else.
 */
export async function switchedOn(portal, token, { language = 'ru', script = true, clock = false, quick = true } = {}) {
  const context = await portal.browser.newContext({
    baseURL: portal.origin, locale: { kk: 'kk-KZ', ru: 'ru-RU', en: 'en-GB' }[language], javaScriptEnabled: script,
    viewport: upright, reducedMotion: 'reduce', hasTouch: true,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const kiosk = new Kiosk(portal, context, page, { language, script });
  kiosk.quick = quick;
  if (clock) await page.clock.install();
  if (token && script) {
    await page.goto(`/kiosk#token=${token}`);
    await page.locator('.mk-giant').waitFor();
  } else if (token) {
    await page.goto('/kiosk');
    await kiosk.enterToken(token);
  }
  return kiosk;
}

export class Kiosk extends Visitor {
  async enterToken(token) {
    await this.page.locator('#token').fill(token);
    await this.press('page.kiosk.setup.go');
  }

  // --- the keyboard on the screen --------------------------------------------------------------------------

  /** The layout that is shown. */
  board() {
    return this.page.locator('[data-layout]:not([hidden])');
  }
  key(value) {
    return this.board().locator(`button[name=key][value="${value}"]`);
  }
  /** Types by keys of the screen alone; the layout changes where a letter is on another one. */
  async type(text) {
    if (this.quick) return this.page.locator('#iin, #code, #q').fill(text);
    for (const character of text) {
      if (!(await this.key(character).count())) {
        const cyrillic = /[а-яёәіңғүұқөһ]/.test(character);
        await this.layout(cyrillic ? (/[ё]/.test(character) ? 'ru' : 'kk') : 'latin');
      }
      await this.hit(this.key(character));
    }
  }
  async layout(name) {
    await this.hit(this.board().locator(`button[name=layout][value=${name}]`));
  }
  /** A key of the screen: typed by script, sent without. */
  async hit(target) {
    if (this.script) await target.tap();
    else await this.leads(() => target.click());
  }
  /** The keyboard's own button sends the form. */
  async go() {
    const button = this.board().locator('.mk-btn');
    await this.leads(() => (this.script ? button.tap() : button.click()));
  }

  // --- the way of an application, with nothing but the screen ----------------------------------------------

  async start() {
    await this.leads(() => this.page.locator('.mk-btn--giant').click());
  }
  async signIn(person) {
    await this.type(person.iin);
    await this.go();
    await this.type(await this.codeFor(person));
    await this.go();
    this.person = person;
  }
  async enterCode(person) {
    await this.type(await this.codeFor(person));
    await this.go();
  }
  async next() {
    await this.leads(() => this.main().getByRole('button', { name: this.text('page.next') }).click());
  }
  async answerWhere(home, typed) {
    await this.type(typed);
    await this.go();
    await this.choose(this.option('rka', home.rka));
    await this.next();
  }
  /** From the start page to the question before the signature. */
  async fillIn(person, home, typed) {
    await this.start();
    await this.signIn(person);
    await this.next();
    await this.answerWhere(home, typed);
    await this.choose(this.labelled('page.kind.permanent'));
    await this.next();
    await this.answerReason();
    await this.next();
    await this.agreeToData();
  }
  async finish() {
    await this.leads(() => this.page.locator('[data-finish]').click());
  }
  async isAtStart() {
    await this.page.locator('.mk-giant').waitFor();
    assert.equal(await this.page.locator('.mk-kuser').count(), 0, 'nobody is signed in');
  }
  async cookieNames() {
    return (await this.context.cookies()).map((cookie) => cookie.name).sort();
  }

  // --- what must hold on every page of a kiosk -------------------------------------------------------------

  async seen(name, { again = true } = {}) {
    const label = `kiosk-${name}`;
    await this.checkWords(label);
    await this.checkRules(label);
    if (this.script) await this.checkAccess(label, upright);
    if (shots) await this.shootUpright(label, again);
  }

  async checkRules(name) {
    const found = await this.page.evaluate(() => {
      const seen = (one) => one.getClientRects().length > 0;
      const small = [...document.querySelectorAll('button, .mk-btn, .mk-lang a, .mk-tools a, .mk-back, .mk-input, .mk-choice, summary')]
        .filter(seen).map((one) => [one, one.getBoundingClientRect()])
        .filter(([, box]) => box.width < 44 || box.height < 44).map(([one]) => one.outerHTML.slice(0, 120));
      const out = [...document.querySelectorAll('a[href]')].filter((one) => one.origin !== location.origin || one.target || one.download)
        .map((one) => one.outerHTML.slice(0, 120));
      const ours = [...document.querySelectorAll('a[href]')].filter((one) => !one.pathname.startsWith('/kiosk/'))
        .map((one) => one.outerHTML.slice(0, 120));
      const remembered = [...document.querySelectorAll('input:not([type=hidden],[type=radio],[type=checkbox])')]
        .filter((one) => one.autocomplete !== 'off').map((one) => one.outerHTML.slice(0, 120));
      const root = document.documentElement;
      return { small, out, ours, remembered, wide: root.scrollWidth > root.clientWidth, channel: root.dataset.channel,
        finish: document.querySelector('[data-finish]') !== null, free: document.body.dataset.idle === undefined };
    });
    assert.deepEqual({ ...found, finish: undefined, free: undefined },
      { small: [], out: [], ours: [], remembered: [], wide: false, channel: 'kiosk', finish: undefined, free: undefined }, name);
    assert.equal(found.finish, !found.free, `${name}: "Finish" is there while there is something to finish`);
  }

  async shootUpright(name, again) {
    const draw = async (language) => {
      const height = await this.page.evaluate(() => document.documentElement.scrollHeight);
      await this.page.setViewportSize({ width: upright.width, height: Math.max(height, upright.height) });
      await this.page.screenshot({ path: path.join(shots, `${name}-${language}.png`) });
      await this.page.setViewportSize(upright);
    };
    await draw(this.language);
    if (!again) return;
    const address = new URL(this.page.url());
    const shown = async (language) => {
      address.searchParams.set('lang', language);
      await this.page.goto(address.href);
    };
    for (const language of shotLanguages.filter((one) => one !== this.language)) {
      await shown(language);
      await draw(language);
    }
    await shown(this.language);
  }
}
