// What must hold on every page for everybody (WCAG 2.2 AA, and the targets of our own phones and kiosks), measured on a
// page as it stands: `complaintsOf` lists what does not hold. `errorsAnnounced` is for pages that say what is wrong.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const zoomed = { width: 320, height: 256 }; // 1280 × 1024 at 400 %

/** In the page: what the measures below share. */
const tools = () => {
  const short = (one) => one.outerHTML.replace(/\s+/g, ' ').slice(0, 140);
  const hidden = (one) => one.closest('.mk-vh, [hidden], noscript, template') !== null || !one.checkVisibility?.({ checkVisibilityCSS: true });
  const focusable = () => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter((one) => !one.disabled && !hidden(one) && !one.closest('[inert]'));
  globalThis.gate = { short, hidden, focusable };
};

/** `only`: these rules. */
async function axe(page, only) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  return page.evaluate(async ([values, only]) => {
    const all = { runOnly: { type: 'tag', values }, rules: { 'target-size': { enabled: true } } };
    const options = { ...(only ? { runOnly: { type: 'rule', values: only } } : all), resultTypes: ['violations'] };
    const { violations } = await globalThis.axe.run(document, options);
    return violations.flatMap(({ id, nodes }) => nodes.map((node) => `axe ${id}: ${node.html.slice(0, 140)} ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ''}`));
  }, [tags, only]);
}

/** At 400 % and with the spacing of WCAG 1.4.12: one direction to scroll in, no word cut off. */
const fits = (what) => {
  const { short, hidden } = globalThis.gate;
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) found.push(`${what}: ${root.scrollWidth} wide in ${root.clientWidth}`);
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (words.nextNode()) {
    const parent = words.currentNode.parentElement;
    if (!words.currentNode.data.trim() || parent.closest('svg, script, style, .mk-scroll, pre, .mk-skip, option') || hidden(parent)) continue;
    range.selectNodeContents(words.currentNode);
    const cutter = (() => {
      for (let one = parent; one && one !== document.body; one = one.parentElement) {
        if (['hidden', 'clip'].includes(getComputedStyle(one).overflowX)) return one.getBoundingClientRect();
      }
      return undefined;
    })();
    for (const box of range.getClientRects()) {
      if (box.width === 0) continue;
      const out = box.right > root.clientWidth + 1 || box.left < -1;
      const cut = cutter && (box.right > cutter.right + 1 || box.bottom > cutter.bottom + 2 || box.top < cutter.top - 2);
      if (out || cut) {
        found.push(`${what}: cut off "${words.currentNode.data.trim().slice(0, 40)}" in ${short(parent)}`);
        break;
      }
    }
  }
  return found.slice(0, 4);
};

/** What sticks to the screen leaves most of it to what moves. */
const leavesRoom = () => {
  const { short } = globalThis.gate;
  let covered = 0;
  const stuck = [];
  for (const one of document.querySelectorAll('body *')) {
    const { position } = getComputedStyle(one);
    if (position !== 'fixed' && position !== 'sticky') continue;
    const box = one.getBoundingClientRect();
    if (box.width < innerWidth / 2 || box.bottom <= 0 || box.top >= innerHeight || one.closest('dialog')) continue;
    covered += Math.min(box.bottom, innerHeight) - Math.max(box.top, 0);
    stuck.push(short(one).slice(0, 60));
  }
  return covered > innerHeight / 2 ? [`at 400 % what sticks covers ${Math.round(covered)} of ${innerHeight}: ${stuck}`] : [];
};

const spaced = () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-block-end:2em!important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
};
const unspaced = () => (document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1));

/** Every place where the keyboard can be has a ring, and nothing stands before it (2.4.7, 2.4.11). */
const showsFocus = () => {
  const { short, focusable } = globalThis.gate;
  const found = [];
  const ringed = (one) => {
    const style = getComputedStyle(one);
    return style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 2;
  };
  const was = document.activeElement;
  for (const one of focusable()) {
    one.focus();
    if (document.activeElement !== one) continue; // a circle that is not the group's tab stop may refuse
    const rings = [one, one.closest('.mk-choice'), ...(one.closest('.mk-code')?.querySelectorAll('i') ?? [])];
    if (!rings.some((ring) => ring && ringed(ring))) found.push(`no ring: ${short(one)}`);
    // One corner of it is enough to be seen.
    const boxes = [...one.getClientRects()].filter((box) => box.width > 0);
    const seen = boxes.some((box) => [.1, .5, .9].some((x) => [.1, .5, .9].some((y) => {
      const over = document.elementFromPoint(box.x + box.width * x, box.y + box.height * y);
      return over && (over === one || one.contains(over) || over.contains(one) || over.closest('label')?.control === one ||
        over.closest('.mk-choice, .mk-code, .mk-card, li')?.contains(one));
    })));
    if (boxes.length > 0 && !seen) found.push(`focus behind something: ${short(one)}`);
  }
  was?.focus?.();
  if (document.activeElement !== was) document.activeElement?.blur();
  return found;
};

const moves = () => {
  const { short } = globalThis.gate;
  const running = document.getAnimations().filter((one) => one.playState === 'running' && one.effect.getComputedTiming().duration > 10);
  const drawn = [...document.querySelectorAll('svg')].filter((one) =>
    one.checkVisibility() && one.querySelector('animate, animateTransform, animateMotion, set') && !one.animationsPaused());
  return [...running.map((one) => `moves: ${short(one.effect.target)}`), ...drawn.map((one) => `moves: ${short(one)}`)];
};

/** Colours are the reader's own: what is pressed, chosen or counted is still told by lines. */
const survivesColours = () => {
  const { short, hidden } = globalThis.gate;
  const found = [];
  const lines = (one, pseudo) => {
    const style = getComputedStyle(one, pseudo);
    return ['Top', 'Right', 'Bottom', 'Left'].every((side) => style[`border${side}Style`] !== 'none' && Number.parseFloat(style[`border${side}Width`]) >= 1);
  };
  const probe = document.body.appendChild(document.createElement('i'));
  const asColour = (name) => {
    probe.style.setProperty('color', name); // by script: not an inline style of the page
    return getComputedStyle(probe).color;
  };
  const canvas = asColour('Canvas');
  for (const one of document.querySelectorAll('.mk-btn, .mk-input, .mk-choice, .mk-tag, .mk-plate, .mk-code > i, .mk-kb button')) {
    if (!hidden(one) && !lines(one)) found.push(`forced colours, no outline: ${short(one)}`);
  }
  for (const one of document.querySelectorAll('.mk-choice :checked')) {
    if (!hidden(one) && getComputedStyle(one, '::before').backgroundColor === canvas) found.push(`forced colours, not seen to be chosen: ${short(one)}`);
  }
  for (const one of document.querySelectorAll('.mk-nav a:not([aria-current])')) {
    if (!hidden(one) && getComputedStyle(one).borderBottomColor !== canvas) found.push(`forced colours, looks like the current place: ${short(one)}`);
  }
  for (const one of document.querySelectorAll('.mk-dial .a, .mk-step .is-on, .mk-i')) {
    if (one.checkVisibility() && getComputedStyle(one).stroke === canvas) found.push(`forced colours, drawn in the ground's own: ${short(one)}`);
  }
  probe.remove();
  return found;
};

/** Fingers: what is pressed is `least` high and wide; words within a sentence may be smaller (2.5.8 likewise). */
const pressable = (least) => {
  const { short, focusable } = globalThis.gate;
  return focusable().flatMap((one) => {
    if (one.matches('pre, .mk-skip, [role=region]')) return [];
    const style = getComputedStyle(one);
    const inSentence = style.display === 'inline' && [...one.parentElement.childNodes].some((other) => other !== one && other.textContent.trim().length > 1);
    const spread = getComputedStyle(one, '::after');
    const larger = spread.content !== 'none' && spread.position === 'absolute' ? one.offsetParent : one.closest('.mk-choice, .mk-code');
    const { width, height } = (larger ?? one).getBoundingClientRect();
    return inSentence || (width >= least - .5 && height >= least - .5) ? [] : [`${Math.round(width)} × ${Math.round(height)}, less than ${least}: ${short(one)}`];
  });
};

/**
 * `least`: of a target, CSS pixels; 24 is looked at by axe, with its exceptions. `own`: a device with tools of its own for
 * size and contrast, instead of a browser's. Leaves the page as it was.
 */
export async function complaintsOf(page, { viewport, least = 24, own = false }) {
  await page.setViewportSize(viewport);
  await page.evaluate(tools);
  const found = await axe(page);
  if (least > 24) found.push(...await page.evaluate(pressable, least));
  found.push(...await page.evaluate(moves), ...await page.evaluate(fits, 'as it is'));
  await page.keyboard.press('Shift'); // from here on focus is a keyboard's
  found.push(...await page.evaluate(showsFocus));
  found.push(...await (own ? withTools(page) : withBrowser(page, viewport)));
  return [...new Set(found)];
}

async function withBrowser(page, viewport) {
  const found = [];
  await page.evaluate(spaced);
  found.push(...await page.evaluate(fits, 'spaced'));
  await page.setViewportSize(zoomed);
  found.push(...await page.evaluate(fits, 'spaced, at 400 %'));
  await page.evaluate(unspaced);
  found.push(...await page.evaluate(fits, 'at 400 %'), ...await page.evaluate(leavesRoom), ...await page.evaluate(showsFocus));
  await page.emulateMedia({ forcedColors: 'active' });
  await page.setViewportSize(viewport);
  found.push(...await page.evaluate(survivesColours), ...(await page.evaluate(showsFocus)).map((one) => `forced colours: ${one}`));
  await page.emulateMedia({ forcedColors: 'none' });
  return found;
}

async function withTools(page) {
  const tool = (on) => page.locator('html').evaluate((html, values) => Object.entries(values)
    .forEach(([name, value]) => (value ? html.setAttribute(name, value) : html.removeAttribute(name))), on);
  await tool({ 'data-size': 'large', 'data-contrast': 'more' });
  const found = [...(await axe(page, ['color-contrast', 'target-size'])).map((one) => `large and clear: ${one}`), ...await page.evaluate(fits, 'large')];
  await tool({ 'data-size': '', 'data-contrast': '' });
  return found;
}

/**
 * A page that says what is wrong says it to everybody: in its title, in a summary that is an alert and has the focus,
 * and as the description of the field itself, which is known to be invalid.
 */
export async function errorsAnnounced(page, prefix) {
  const found = [];
  if (!(await page.title()).startsWith(prefix)) found.push(`the title is ${await page.title()}`);
  const summary = page.locator('[role=alert]:has(a[href^="#"])');
  if (await summary.count() !== 1) return [...found, 'no summary of errors'];
  if (!(await summary.evaluate((one) => one === document.activeElement))) found.push('the summary has no focus');
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = await devtools.send('Accessibility.getFullAXTree');
  const alert = nodes.find((node) => node.role?.value === 'alert' && !node.ignored);
  if (!alert?.name?.value) found.push('the alert has no name');
  for (const link of await summary.locator('a').all()) {
    const field = page.locator((await link.getAttribute('href')).replace(/^#/, '[id="') + '"]');
    if (await field.count() !== 1) {
      found.push(`the summary leads nowhere: ${await link.getAttribute('href')}`);
      continue;
    }
    const told = (await link.innerText()).trim();
    // The field itself, or the group it stands in, is described by the error.
    const around = await field.evaluateHandle((one) => one.closest('[aria-describedby*="-err"]') ?? one.querySelector('[aria-describedby*="-err"]') ?? one);
    const { node } = await devtools.send('DOM.describeNode', { objectId: await objectIdOf(devtools, around) });
    const heard = nodes.find((one) => one.backendDOMNodeId === node.backendNodeId);
    const said = heard?.description?.value ?? '';
    if (!said.replaceAll('\u00A0', ' ').includes(told.replaceAll('\u00A0', ' '))) {
      found.push(`"${told}" is not heard at its field, but "${said}"`);
    }
    await link.focus();
    await page.keyboard.press('Enter');
    if (!(await field.evaluate((one) => one === document.activeElement))) found.push(`the summary's link does not lead into ${await link.getAttribute('href')}`);
  }
  await devtools.detach();
  return found;
}

/** Devtools know things by numbers of their own; a mark on the element brings the two together. */
async function objectIdOf(devtools, handle) {
  await handle.evaluate((one) => one.setAttribute('data-gate', ''));
  const { result } = await devtools.send('Runtime.evaluate', { expression: 'document.querySelector("[data-gate]")' });
  await handle.evaluate((one) => one.removeAttribute('data-gate'));
  return result.objectId;
}
