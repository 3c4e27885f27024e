// Accessibility as a gate: every page there is, behind every door, in its states, held against lib/gate.mjs. The list
// of pages is the folder of templates: a page that has no place in `places` fails the first test.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { complaintsOf, errorsAnnounced } from './lib/gate.mjs';
import { issue, switchedOn, upright } from './lib/kiosk.mjs';
import { Portal } from './lib/portal.mjs';

const doors = [
  { name: 'portal', prefix: '', viewport: { width: 1280, height: 900 }, least: 24 },
  { name: 'mobile', prefix: '/m', viewport: { width: 390, height: 844 }, least: 44, phone: true },
  // Nobody zooms there or brings colours of his own: it has tools for that.
  { name: 'kiosk', prefix: '/kiosk', viewport: upright, least: 44, own: true },
];

const templates = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../web/templates');
const pagesIn = (folder) => (existsSync(path.join(templates, folder)) ? readdirSync(path.join(templates, folder), { withFileTypes: true }) : [])
  .filter((one) => one.isFile() && one.name.endsWith('.html')).map((one) => one.name.slice(0, -'.html'.length));

// Pages that don't stand behind every door. A kiosk leads nowhere else, has no key of anybody's, shows one person's own
// service and no more, and ends a visit in its own way. Only the app is there without network.
const onlyAt = { sandbox: ['portal'], 'staff-kiosks': ['portal'], 'staff-kiosk-revoke': ['portal'],
  eds: ['portal', 'mobile'], 'sign-out': ['portal', 'mobile'], offline: ['mobile'] };
const pagesOf = (door) => {
  const own = door.name === 'portal' ? [] : pagesIn(door.name);
  return [...new Set([...pagesIn('pages'), ...own])].filter((page) => (onlyAt[page] ?? [door.name]).includes(door.name)).sort();
};

describe('every page is for everybody', () => {
  let portal;
  let world;

  before(async () => {
    portal = await Portal.open((registers) => {
      const home = (more = {}) => {
        const owner = registers.person({ language: 'kk' });
        return { owner, dwelling: registers.dwelling({ owners: [owner], house: '40', flat: '118', ...more }) };
      };
      const child = registers.person({ age: 15 });
      const parent = registers.person();
      registers.relate(parent, 'parent', child);
      const old = registers.dwelling({ house: '5', flat: '1' });
      registers.live(parent, old);
      const officer = registers.person();
      registers.staff(officer, 'psc_operator');
      return { officer, centre: registers.centre(), fresh: registers.person(), explained: registers.person(), asks: parent, child, blocked: registers.person(),
        own: home(), waits: home(), refuses: home(), other: home(),
        silent: Object.fromEntries(doors.map(({ name }) => [name, home()])) };
    });
    const { service, people } = portal;
    const citizen = (person) => service.citizen(person);
    const asks = citizen(people.asks);
    // One applicant with an application in every state, and owners with requests in theirs.
    const registered = await citizen(people.own.owner).apply({ at: people.own.dwelling });
    const draft = await asks.draft({ at: people.other.dwelling });
    const refused = await asks.apply({ at: people.refuses.dwelling });
    await service.answerBySms(people.refuses.owner, 2);
    const waiting = await asks.apply({ at: people.waits.dwelling });
    const [request] = await citizen(people.waits.owner).consents();
    const [answered] = await citizen(people.refuses.owner).consents();
    const [message] = await citizen(people.own.owner).messages();
    const kiosk = await citizen(people.officer).expect(201, 'POST', '/kiosks', { centre: people.centre.id, label: 'У входа' });
    world = { consultants: new Map(), kiosk, registered, draft, refused, waiting, request, answered, message };
  });
  after(() => portal?.close());

  /**
   * Where each template is met: who goes there, and how. A text is an address; a function acts on pages, and where it
   * is called `wrong…` the page must say what is wrong.
   */
  const places = (door) => {
    const { people, service } = portal;
    const { asks } = people;
    const owner = people.own.owner;
    const host = people.waits.owner;
    const application = (one) => `/applications/${one.id}`;
    const submit = (visitor) => visitor.main().locator('form[method=post]').first().evaluate((form) => form.requestSubmit());
    const sends = (address, fill = async () => {}) => async function wrong(visitor) {
      await visitor.goto(`${door.prefix}${address}`);
      await fill(visitor);
      await visitor.leads(() => submit(visitor));
    };
    const typed = (id, text) => (visitor) => visitor.page.locator(`#${id}`).fill(text);
    const cleared = async (visitor) => {
      for (const box of await visitor.page.locator('input[name=who]').all()) await visitor.choose(box, false);
    };
    const toCode = async (visitor, person = people.fresh) => {
      await visitor.goto(`${door.prefix}/sign-in`);
      await visitor.page.locator('#iin').fill(person.iin);
      await visitor.leads(() => submit(visitor));
    };
    const wrongCode = async (visitor) => {
      await visitor.page.locator('#code').fill('000000');
      await visitor.leads(() => submit(visitor));
    };
    const nobody = undefined;
    return {
      'apply-start': [[asks, '/apply']],
      'apply-who': [[asks, '/apply/who'], [asks, sends('/apply/who', cleared)]],
      'apply-where': [[asks, '/apply/where'], [asks, '/apply/where?q=Сатпаева'], [asks, '/apply/where?q=zzzz'], [asks, async function wrong(visitor) {
        await visitor.goto(`${door.prefix}/apply/where?q=`);
      }]],
      'apply-kind': [[asks, '/apply/kind'], [asks, sends('/apply/kind', async (visitor) => {
        await visitor.choose(visitor.labelled('page.kind.temporary'));
        await visitor.page.locator('#day').fill('31');
      })]],
      'apply-reason': [[asks, '/apply/reason'], [asks, sends('/apply/reason', async (visitor) => {
        await visitor.choose(visitor.labelled('page.reason.other'));
        await visitor.page.locator('#reason_text').fill('');
      })]],
      'apply-check': [[asks, '/apply/check']],
      'apply-consent': [[asks, '/apply/consent'], [asks, sends('/apply/consent')]],
      blocked: [[nobody, async (visitor) => {
        await toCode(visitor, people.blocked);
        // Three wrong ones end it; behind the second door the person is still blocked.
        for (let tries = 0; tries < 3 && await visitor.page.locator('#code').count() === 1; ++tries) await wrongCode(visitor);
      }]],
      category: [[nobody, '/citizens/migration']],
      consent: [[host, `/consents/${world.request.id}`], [people.refuses.owner, `/consents/${world.answered.id}`]],
      'consent-code': [[host, async (visitor) => {
        await visitor.goto(`${door.prefix}/consents/${world.request.id}`);
        await visitor.press('page.consent.grant');
      }], [host, async function wrong(visitor) {
        await visitor.goto(`${door.prefix}/consents/${world.request.id}/confirm?answer=grant`);
        await visitor.page.locator('#code').fill('12');
        await visitor.leads(() => submit(visitor));
      }]],
      consents: [[host, '/consents'], [asks, '/consents'], [host, async function wrong(visitor) {
        await visitor.goto(`${door.prefix}/consents?ref=ZZZZZZ`);
      }]],
      decision: [[owner, `${application(world.registered)}/decision`], [asks, `${application(world.refused)}/decision`]],
      draft: [[asks, application(world.draft)]],
      eds: [[nobody, '/sign-in/eds']],
      error: [[nobody, '/no/such/page'], [asks, '/applications/0']],
      history: [[asks, '/history'], [people.fresh, '/history']],
      home: [[nobody, '/'], [asks, '/']],
      homes: [[host, '/homes'], [people.fresh, '/homes']],
      message: [[owner, `/messages/${world.message.id}`]],
      messages: [[owner, '/messages'], [people.fresh, '/messages']],
      profile: [[asks, '/profile'], [owner, '/profile']],
      // A register is silent; a minute later the service asks it again.
      progress: [[people.silent[door.name].owner, async (visitor) => {
        const { owner: person, dwelling } = people.silent[door.name];
        await service.registerDown('rights');
        const queued = await service.citizen(person).apply({ at: dwelling });
        await visitor.goto(`${door.prefix}${application(queued)}`);
        await service.registersUp();
      }]],
      qr: [[nobody, '/sign-in/qr']],
      registered: [[owner, application(world.registered)]],
      result: [[asks, application(world.refused)]],
      sandbox: [[nobody, '/sandbox']],
      service: [[nobody, '/services/residence']],
      sign: [[asks, `${application(world.draft)}/sign`], [asks, sends(`${application(world.draft)}/sign`)]],
      'sign-in': [[nobody, '/sign-in'], [nobody, '/sign-in?next=%2Fapply&ended=1'], [nobody, sends('/sign-in', typed('iin', '12345'))]],
      'sign-in-code': [[nobody, (visitor) => toCode(visitor)], [nobody, async function wrong(visitor) {
        await toCode(visitor);
        await wrongCode(visitor);
      }]],
      offline: [[nobody, '/offline/ru']],
      'sign-out': [[nobody, '/signed-out']],
      'staff-kiosks': [[people.officer, '/staff/kiosks'], [people.officer, sends('/staff/kiosks')]],
      'staff-kiosk-revoke': [[people.officer, `/staff/kiosks/${world.kiosk.id}/revoke`]],
      'kiosk-consultant': [[nobody, '/consultant'], [nobody, sends('/consultant')]],
      'kiosk-ended': [[nobody, '/end']],
      'kiosk-explains': [[people.explained, async (visitor) => {
        await visitor.goto(`${door.prefix}/consultant?back=/apply/who`);
        await visitor.page.locator('#code').fill(world.consultants.get(visitor));
        await visitor.leads(() => submit(visitor));
      }]],
      'kiosk-not-set-up': [['new', '/'], ['new', async function wrong(visitor) {
        await visitor.goto(`${door.prefix}/`);
        await visitor.enterToken('abc');
      }]],
      'kiosk-receipt': [[asks, `${application(world.waiting)}/receipt`]],
      'kiosk-steps': [[nobody, '/steps']],
      statistics: [[nobody, '/statistics']],
      waiting: [[asks, application(world.waiting)]],
      withdraw: [[asks, `${application(world.waiting)}/withdraw`]],
      // Help and trust: an address each.
      ...Object.fromEntries(pagesIn('pages').filter((page) => page.startsWith('help')).map((page) =>
        [page, [[nobody, page === 'help' ? '/help' : `/help/${page.slice('help-'.length)}`]]])),
    };
  };

  const signIn = async (door, visitor, person) => {
    await visitor.goto(visitor.prefix ? '/sign-in' : `${door.prefix}/sign-in`);
    await visitor.signIn(person);
  };
  /** Somebody before a door; at a kiosk one stands at a time, so everybody has his own. */
  const enter = async (door, person) => {
    const { people } = portal;
    let visitor;
    if (door.own && person === 'new') return switchedOn(portal, undefined);
    if (door.own) {
      const { token, consultant_code: code } = await issue(portal, people.officer, people.centre, 'В зале');
      visitor = await switchedOn(portal, token);
      world.consultants.set(visitor, code);
    } else {
      visitor = await portal.visitor({ language: 'ru', viewport: door.viewport, ...(door.phone && { channel: 'mobile' }) });
    }
    if (person) await signIn(door, visitor, person);
    if (person === people.asks && !door.own && !world.filled) {
      await visitor.answer({ at: people.waits.dwelling, who: [person, people.child] });
      world.filled = true;
    }
    visitor.prefix = ''; // addresses below have it
    return visitor;
  };

  test('no page is forgotten', () => {
    const known = Object.keys(places(doors[0]));
    for (const door of doors) {
      const forgotten = pagesOf(door).filter((page) => !known.includes(page));
      assert.deepEqual(forgotten, [], `say in tests/journeys/gate.test.mjs how to get to these at the ${door.name}`);
    }
    assert.deepEqual(known.filter((page) => !doors.some((door) => pagesOf(door).includes(page))), [], 'pages that are no more');
  });

  test('the gate closes: a page spoilt on purpose is complained about, point by point', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    const { page } = visitor;
    await visitor.goto('/sign-in');
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`:focus-visible { outline: none } .mk-btn, .mk-input { border: 0 } h1 { height: 1.2em; overflow: hidden }
        .spoilt { position: fixed; inset: auto 0 0; height: 60vh; background: red } .wide { width: 700px } .turns { animation: turn 9s infinite }
        @keyframes turn { to { rotate: 1turn } } .mk-row .mk-btn { min-height: 0; height: 16px; padding: 0; font-size: 8px }`);
      document.adoptedStyleSheets = [sheet];
      document.querySelector('main').insertAdjacentHTML('beforeend', '<div class="spoilt"></div><p class="wide turns">x</p><img src="/favicon.svg">');
    });
    const said = (await complaintsOf(page, { viewport: { width: 390, height: 844 }, least: 44 })).join('\n');
    for (const wanted of [/axe image-alt/, /no ring: <input/, /focus behind something/, /at 400 %: \d+ wide in 320/, /at 400 % what sticks covers/,
      /spaced.*cut off "Вход|spaced.*cut off "Войдите/, /moves: <p/, /forced colours, no outline: <button/, /less than 44: <button/]) assert.match(said, wanted);
    assert.ok((await errorsAnnounced(page, visitor.text('page.error_prefix'))).length > 0);
    await visitor.context.close();
  });

  for (const door of doors) {
    test(`every page and state behind the door "${door.name}"`, async () => {
      const visitors = new Map();
      const visitorFor = async (person) => {
        if (!visitors.has(person)) visitors.set(person, await enter(door, person));
        return visitors.get(person);
      };
      const complaints = [];
      for (const page of pagesOf(door)) {
        for (const [index, [person, way]] of (places(door)[page] ?? []).entries()) {
          const visitor = await visitorFor(person);
          await visitor.page.setViewportSize(door.viewport);
          const go = () => (typeof way === 'string' ? visitor.goto(`${page === 'sandbox' ? '' : door.prefix}${way}`) : way(visitor));
          const seen = () => visitor.page.evaluate(() => document.body.dataset.page);
          await go();
          let shown = await seen();
          if (shown !== page && door.own && person?.iin) {
            await signIn(door, visitor, person); // ninety seconds went by since he pressed something here
            await go();
            shown = await seen();
          }
          const at = `${door.name} ${page}.${index}`;
          if (shown !== page) {
            complaints.push(`${at}: ${visitor.page.url()} shows ${shown}`);
            continue;
          }
          if (way.name === 'wrong') complaints.push(...(await errorsAnnounced(visitor.page, visitor.text('page.error_prefix'))).map((one) => `${at}: ${one}`));
          complaints.push(...(await complaintsOf(visitor.page, door)).map((one) => `${at}: ${one}`));
        }
      }
      for (const visitor of visitors.values()) await visitor.leave();
      assert.ok(complaints.length === 0, `${complaints.length} complaints:\n${complaints.join('\n')}`);
    });
  }
});
