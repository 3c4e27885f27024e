// Somebody with nothing but a keyboard. Wherever the focus comes on his way it must be seen, and not behind anything.
import assert from 'node:assert/strict';

const mostPresses = 80;

export class Keyboard {
  constructor(visitor) {
    this.visitor = visitor;
    this.page = visitor.page;
  }

  press(key) {
    return this.page.keyboard.press(key);
  }
  type(text) {
    return this.page.keyboard.type(text);
  }
  has(locator) {
    return locator.evaluate((one) => one === document.activeElement);
  }

  /** Tab by Tab to what is wanted. */
  async tabTo(wanted) {
    const target = await wanted.elementHandle();
    for (let presses = 0; presses < mostPresses; ++presses) {
      await this.press('Tab');
      const { nowhere, ring, seen, html } = await this.focused();
      if (nowhere) continue;
      assert.ok(ring, `no ring around ${html} on ${this.page.url()}`);
      assert.ok(seen, `hidden behind something: ${html} on ${this.page.url()}`);
      if (await target.evaluate((one) => one === document.activeElement)) return;
    }
    assert.fail(`no way by Tab to ${await target.evaluate((one) => one.outerHTML)} on ${this.page.url()}`);
  }
  focused() {
    return this.page.evaluate(() => {
      const at = document.activeElement;
      if (at === document.body) return { nowhere: true };
      const ring = [at, at.closest('.mk-choice'), ...at.closest('.mk-code')?.querySelectorAll('i') ?? []].some((one) => {
        const style = one && getComputedStyle(one);
        return style && style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
      });
      const box = at.getBoundingClientRect();
      const over = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
      const seen = box.bottom > 0 && box.top < innerHeight &&
        (!over || at === over || at.contains(over) || over.contains(at) || over.closest('.mk-choice, .mk-code, label, .mk-card, li'));
      return { ring, seen, html: at.outerHTML.slice(0, 160) };
    });
  }

  main(role, key) {
    return this.visitor.main().getByRole(role, { name: this.visitor.text(key) }).first();
  }
  enter() {
    return this.visitor.leads(() => this.press('Enter'));
  }
  async pressButton(key = 'page.next') {
    await this.tabTo(this.main('button', key));
    await this.enter();
  }
  async follow(key) {
    await this.tabTo(this.main('link', key));
    await this.enter();
  }
  /** To a link that is not in the main part, or not known by its words. */
  async followTo(locator) {
    await this.tabTo(locator);
    await this.enter();
  }
  async fill(id, text) {
    await this.tabTo(this.page.locator(`#${id}`));
    await this.type(text);
  }
  async tick(locator) {
    await this.tabTo(locator);
    await this.press('Space');
  }

  /** From the sign-in page on. */
  async signIn(person) {
    await this.fill('iin', person.iin);
    await this.enter();
    await this.fill('code', await this.visitor.codeFor(person));
    await this.enter();
    this.visitor.person = person;
  }
}
