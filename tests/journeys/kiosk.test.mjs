// The kiosk of a self-service zone: strangers use one screen after another, and nothing of one is left for the next.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';

import { issue, switchedOn, upright } from './lib/kiosk.mjs';
import { Portal } from './lib/portal.mjs';

let portal, service, people, device;
const homes = [];

async function fill(registers) {
  const town = { centre: registers.centre(), far: registers.centre({ kato: '711110000' }) };
  town.officer = registers.person({ name: 'Ботагоз', surname: 'Ахметова' });
  town.operator = registers.person({ name: 'Ерлан', surname: 'Оспанов', sex: 'm' });
  registers.staff(town.officer, 'psc_receptionist', { kato: '750000000' });
  registers.staff(town.operator, 'psc_operator', { kato: '710000000' });
  town.owner = registers.person({ age: 50, name: 'Данияр', surname: 'Касымов', sex: 'm' });
  for (let i = 0; i < 8; ++i) {
    homes.push(registers.dwelling({ owners: [town.owner], house: 101 + i, street_kk: 'Қабанбай батыр көшесі', street_ru: 'улица Кабанбай батыра' }));
  }
  const born = { language: 'kk' };
  town.people = ['Айгерим', 'Салтанат', 'Мадина', 'Динара', 'Асель', 'Жанар', 'Гульнар', 'Раушан', 'Меруерт', 'Камила', 'Айнур', 'Зарина', 'Лаура', 'Сауле']
    .map((name) => registers.person({ name, surname: 'Серикова', patronymic: 'Маратовна', ...born }));
  town.rich = registers.person({ name: 'Тимур', surname: 'Нургалиев', sex: 'm' });
  town.own = registers.dwelling({ owners: [town.rich] });
  return town;
}
let next = 0;
const somebody = () => people.people[next++];

before(async () => {
  portal = await Portal.open(fill);
  ({ service, people } = portal);
  device = await issue(portal, people.officer, people.centre);
});
after(() => portal?.close());

const applicationsOf = async (person) => (await service.citizen(person).get('/applications')).items;

// --- the device ---------------------------------------------------------------------------------------------------

describe('A kiosk', () => {
  test('that nobody has set up says so, on every page, and nothing else', async () => {
    const kiosk = await switchedOn(portal, undefined, { language: 'kk' });
    for (const address of ['/kiosk', '/kiosk/sign-in', '/kiosk/apply/who', '/kiosk/history', '/kiosk/help/no-sms', '/kiosk/end']) {
      await kiosk.goto(address);
      await kiosk.expectHeading('page.kiosk.setup.title');
      assert.equal(await kiosk.page.locator('main a').count(), 0, address);
    }
    await kiosk.goto('/kiosk');
    await kiosk.seen('not-set-up');
    await kiosk.enterToken('abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq');
    await kiosk.expectSaid('page.kiosk.setup.wrong');
    await kiosk.seen('token-wrong', { again: false });
    await kiosk.enterToken(device.token);
    await kiosk.isAtStart();
    await kiosk.leave();
  });

  test('starts with its token behind the #, which leaves no trace in addresses, history and logs', async () => {
    const kiosk = await switchedOn(portal, undefined);
    const asked = [];
    kiosk.context.on('request', (request) => asked.push(`${request.url()} ${request.headers().referer ?? ''}`));
    await kiosk.goto(`/kiosk#token=${device.token}`);
    await kiosk.isAtStart();
    assert.ok(!kiosk.page.url().includes('token'));
    assert.equal(await kiosk.page.evaluate(() => document.cookie), '', 'no script reads the cookie');
    await kiosk.page.goBack().catch(() => {});
    assert.ok(!kiosk.page.url().includes(device.token));
    assert.deepEqual(asked.filter((one) => one.includes(device.token)), []);
    assert.ok(!service.log.includes(device.token));
    const cookie = (await kiosk.context.cookies()).find(({ name }) => name === '__Host-kiosk');
    assert.deepEqual([cookie.httpOnly, cookie.secure, cookie.path], [true, true, '/']);
    await kiosk.leave();
  });

  test('is set up without script, too', async () => {
    const kiosk = await switchedOn(portal, device.token, { script: false });
    await kiosk.isAtStart();
    await kiosk.leave();
  });

  test('whose token was revoked is not set up at its next request', async () => {
    const lost = await issue(portal, people.officer, people.centre, 'украден');
    const kiosk = await switchedOn(portal, lost.token);
    await kiosk.start();
    await kiosk.signIn(somebody());
    assert.equal(kiosk.path, '/kiosk/apply/who');
    await service.citizen(people.officer).expect(204, 'DELETE', `/kiosks/${lost.id}`);
    await kiosk.page.reload();
    await kiosk.expectHeading('page.kiosk.setup.title');
    await kiosk.leave();
  });
});

describe('Staff', () => {
  test('issues a key that is shown once, and takes it back, without script', async () => {
    const officer = await portal.visitor({ script: false });
    await officer.signIn(people.officer);
    await officer.goto('/profile');
    await officer.follow('page.kiosks.title');
    assert.equal(officer.path, '/staff/kiosks');
    await officer.press('page.kiosks.go');
    await officer.expectSaid('page.err.kiosk_label');
    await officer.page.getByLabel(officer.text('page.kiosks.label')).fill('Второй этаж');
    await officer.press('page.kiosks.go');
    const lost = await officer.page.locator('[data-token]').innerText();
    await officer.page.reload();
    const token = await officer.page.locator('[data-token]').innerText();
    assert.match(token, /^[\w-]{43}$/);
    assert.notEqual(token, lost, 'a page that is loaded again shows another token');
    assert.equal(await officer.page.locator('li', { hasText: 'Второй этаж' }).count(), 1, 'of the same kiosk');
    assert.match(await officer.page.locator('[data-code]').innerText(), /^\d{6}$/);
    await officer.goto('/staff/kiosks');
    assert.ok(!(await officer.page.content()).includes(token));
    const row = officer.page.locator('li', { hasText: 'Второй этаж' });
    await officer.leads(() => row.getByRole('link', { name: officer.text('page.kiosks.revoke') }).click());
    await officer.press('page.kiosks.revoke');
    await officer.expectSaid('page.kiosks.revoked');
    const gone = await service.call('GET', '/kiosk/', undefined, { headers: { Cookie: `__Host-kiosk=${token}` } });
    assert.equal(gone.status, 403);
    await officer.leave();
  });

  test('sees its own region; others see nothing of it', async () => {
    const looking = await portal.visitor();
    await looking.signIn(people.officer);
    await looking.goto('/staff/kiosks');
    await looking.seen('staff-kiosks');
    await looking.leave();
    const citizen = await portal.visitor();
    await citizen.signIn(people.rich);
    await citizen.goto('/profile');
    assert.equal(await citizen.page.getByText(citizen.text('page.kiosks.title'), { exact: true }).count(), 0);
    assert.equal((await citizen.goto('/staff/kiosks')).status(), 403);
    await citizen.leave();
    const far = service.citizen(people.operator);
    assert.deepEqual((await far.get('/kiosks')).items, []);
    await far.expect(404, 'DELETE', `/kiosks/${device.id}`);
    assert.equal((await far.call('POST', '/kiosks', { centre: people.centre.id, label: 'x' })).body.errors[0].field, 'centre');
    await service.citizen(people.rich).expect(403, 'POST', '/kiosks', { centre: people.centre.id, label: 'x' });
  });
});

// --- the way ------------------------------------------------------------------------------------------------------

describe('At a kiosk', () => {
  test('an application is made with nothing but the screen, in Kazakh, and printed without a name', async () => {
    const person = somebody(), home = homes[0];
    const kiosk = await switchedOn(portal, device.token, { language: 'kk', quick: false });
    await kiosk.seen('start');
    await kiosk.goto('/kiosk/steps');
    await kiosk.seen('steps');
    await kiosk.goto('/kiosk/');
    await kiosk.start();
    await kiosk.seen('sign-in');
    await kiosk.type(person.iin.slice(0, 11));
    const field = kiosk.page.locator('#iin');
    assert.equal(await field.getAttribute('type'), 'password', 'nobody behind reads it');
    assert.ok((await kiosk.page.locator('output').innerText()).endsWith(`11 / 12 ••${person.iin.slice(9, 11)}`));
    await kiosk.type(`${person.iin[11]}7`);
    assert.equal(await field.inputValue(), person.iin, 'the thirteenth digit finds no room');
    await kiosk.hit(kiosk.key('back'));
    await kiosk.go();
    await kiosk.expectSaid('page.err.iin_length', { n: '11' });
    await kiosk.seen('sign-in-wrong', { again: false });
    await kiosk.type(person.iin.slice(11));
    await kiosk.go();
    await kiosk.seen('code');
    await kiosk.enterCode(person);
    await kiosk.expectHeading('page.who.title');
    assert.ok(!(await kiosk.said()).includes(person.surname), 'the name is masked');
    await kiosk.seen('who');
    await kiosk.next();
    await kiosk.seen('where');
    await kiosk.type('алматы қабанбай батыр 101');
    assert.equal(await kiosk.page.locator('#q').inputValue(), 'алматы қабанбай батыр 101');
    await kiosk.go();
    await kiosk.choose(kiosk.option('rka', home.rka));
    await kiosk.seen('where-found');
    await kiosk.next();
    await kiosk.choose(kiosk.labelled('page.kind.temporary'));
    await kiosk.type('05092027');
    assert.deepEqual(await Promise.all(['day', 'month', 'year'].map((id) => kiosk.page.locator(`#${id}`).inputValue())), ['05', '09', '2027'],
      'a full field leads to the next');
    await kiosk.seen('kind', { again: false });
    await kiosk.choose(kiosk.labelled('page.kind.permanent'));
    assert.ok(await kiosk.page.locator('[data-kb]').isHidden(), 'nothing to type, no keyboard');
    await kiosk.next();
    await kiosk.choose(kiosk.labelled('page.reason.other'));
    await kiosk.type('ә ё ı 40/1');
    assert.equal(await kiosk.page.locator('#reason_text').inputValue(), 'ә ё ı 40/1', 'three layouts write into one field');
    await kiosk.seen('reason', { again: false });
    await kiosk.answerReason();
    await kiosk.seen('check');
    await kiosk.next();
    await kiosk.seen('consent');
    await kiosk.agreeToData();
    await kiosk.seen('sign');
    assert.equal(await kiosk.page.locator('a[href*="/eds"], [data-content]').count(), 0, 'no key is put into a kiosk');
    assert.ok(!(await kiosk.page.content()).includes(person.iin), 'no IIN on the screen');
    await kiosk.enterCode(person);
    await kiosk.expectWaiting();
    await kiosk.seen('waiting');
    await kiosk.follow('page.kiosk.receipt.link');
    await kiosk.seen('receipt');
    await printed(kiosk, person, home);
    await kiosk.finish();
    await kiosk.expectHeading('page.kiosk.ended.title');
    await kiosk.seen('ended', { again: false });
    assert.deepEqual(await kiosk.cookieNames(), ['__Host-kiosk']);
    assert.equal((await applicationsOf(person)).length, 1);
    await kiosk.leave();
  });

  /** What comes out of the printer: number, masked name, what next, where; no more of the person. */
  async function printed(kiosk, person, home) {
    let prints = 0;
    await kiosk.page.exposeFunction('countPrints', () => ++prints);
    await kiosk.page.evaluate(() => (globalThis.print = () => globalThis.countPrints()));
    await kiosk.page.locator('[data-print]').tap();
    assert.equal(prints, 1);
    const [application] = await applicationsOf(person);
    await kiosk.page.emulateMedia({ media: 'print' });
    const paper = (await kiosk.page.evaluate(() => document.body.innerText)).replace(/\s+/g, ' ');
    assert.ok(paper.replaceAll(' ', '').includes(application.number));
    assert.ok(paper.includes(`${person.name} ${person.surname[0]}.`), paper);
    assert.ok(paper.includes('1414'));
    for (const secret of [person.iin, person.surname, person.patronymic, person.phone, home.rka, 'абанбай', '101', person.born]) {
      assert.ok(!paper.includes(secret), `${secret} is on the paper: ${paper}`);
    }
    assert.match(paper, /\d\d:\d\d/, 'until when, by the clock');
    if (process.env.SHOTS) {
      await kiosk.page.setViewportSize({ width: 302, height: 700 });
      await kiosk.page.screenshot({ path: `${process.env.MEKENJAI_BUILD ?? '../build'}/shots/kiosk-print.png`, fullPage: true });
      await kiosk.page.setViewportSize(upright);
    }
    await kiosk.page.emulateMedia({ media: 'screen' });
    await kiosk.goto('/kiosk/history');
    await kiosk.page.emulateMedia({ media: 'print' });
    assert.equal((await kiosk.page.evaluate(() => document.body.innerText)).trim(), '', 'no other page is printed');
    await kiosk.page.emulateMedia({ media: 'screen' });
    await kiosk.page.goBack();
  }

  test('an own home is registered at once, and an owner answers', async () => {
    const kiosk = await switchedOn(portal, device.token);
    await kiosk.fillIn(people.rich, people.own, people.own.rka);
    await kiosk.enterCode(people.rich);
    await kiosk.expectHeading('page.registered.title');
    await kiosk.seen('registered', { again: false });
    await kiosk.goto('/kiosk/history');
    await kiosk.seen('history', { again: false });
    await kiosk.finish();
    await service.citizen(somebody()).apply({ at: homes[6] });
    await kiosk.goto('/kiosk/');
    await kiosk.leads(() => kiosk.page.locator('.mk-klinks a[href*=consents]').tap());
    await kiosk.signIn(people.owner);
    await kiosk.seen('consents', { again: false });
    await kiosk.leads(() => kiosk.page.locator('.mk-live').first().tap());
    await kiosk.seen('owner', { again: false });
    await kiosk.leads(() => kiosk.page.locator('button[value=refuse]').tap());
    await kiosk.seen('owner-code', { again: false });
    await kiosk.enterCode(people.owner);
    await kiosk.expectSaid('page.consent.state.refused');
    await kiosk.leave();
  });

  test('the pages of all channels fit, lead nowhere else, and are for everybody', async () => {
    const kiosk = await switchedOn(portal, device.token);
    const templates = readdirSync(new URL('../../web/templates/pages', import.meta.url)).map((name) => name.replace('.html', ''));
    const help = templates.filter((name) => name.startsWith('help')).map((name) => name.replace(/^help-/, 'help/'));
    for (const place of [...help, 'services/residence', 'citizens/migration', 'statistics', 'no/such/page']) {
      await kiosk.goto(`/kiosk/${place}`);
      await kiosk.seen(`page-${place.replaceAll('/', '-')}`, { again: false });
    }
    await kiosk.goto('/kiosk/');
    await kiosk.start();
    await kiosk.signIn(people.owner);
    for (const place of ['messages', 'homes', 'profile', 'apply', 'history']) {
      await kiosk.goto(`/kiosk/${place}`);
      await kiosk.seen(`page-${place}`, { again: false });
    }
    await kiosk.leave();
  });

  test('everything can be typed without script, by keys that are sent', async () => {
    const person = somebody(), home = homes[1];
    const kiosk = await switchedOn(portal, device.token, { script: false, quick: false });
    await kiosk.start();
    await kiosk.hit(kiosk.key('9'));
    assert.equal(await kiosk.page.locator('.mk-errors').count(), 0, 'a key is no answer yet');
    await kiosk.hit(kiosk.key('back'));
    await kiosk.type(person.iin.slice(0, 3));
    assert.equal(await kiosk.page.locator('#iin').inputValue(), person.iin.slice(0, 3));
    kiosk.quick = true;
    await kiosk.signIn(person);
    await kiosk.next();
    kiosk.quick = false;
    await kiosk.type('қаб');
    assert.equal(await kiosk.page.locator('#q').inputValue(), 'қаб');
    await kiosk.page.reload();
    assert.equal(await kiosk.page.locator('#q').inputValue(), 'қаб', 'what was typed stands there after a reload');
    await kiosk.goto(`/kiosk/apply/where?q=${home.rka}`);
    await kiosk.choose(kiosk.option('rka', home.rka));
    await kiosk.next();
    await kiosk.choose(kiosk.labelled('page.kind.temporary'));
    await kiosk.leads(() => kiosk.page.locator('button[name=field][value=month]').click());
    assert.ok(await kiosk.page.locator('#k2').isChecked(), 'the choice was kept');
    await kiosk.hit(kiosk.key('7'));
    assert.equal(await kiosk.page.locator('#month').inputValue(), '7');
    await kiosk.finish();
    await kiosk.expectHeading('page.kiosk.ended.title');
    await kiosk.leave();
  });
});

// --- nobody there -------------------------------------------------------------------------------------------------

describe('When nobody touches the screen', () => {
  test('it asks after sixty seconds, and ends after ninety with nothing left', async () => {
    const person = somebody();
    const kiosk = await switchedOn(portal, device.token, { clock: true });
    await kiosk.start();
    await kiosk.signIn(person);
    await kiosk.next();
    const dialog = kiosk.page.locator('[data-idle-dialog]');
    await kiosk.page.clock.runFor(59_000);
    assert.ok(await dialog.isHidden());
    await kiosk.page.clock.runFor(1_500);
    assert.ok(await dialog.isVisible());
    await kiosk.seen('idle', { again: false });
    await kiosk.page.locator('[data-idle-stay]').tap();
    await kiosk.page.clock.runFor(59_000);
    assert.ok(await dialog.isHidden(), 'whoever answers has another minute');
    await kiosk.page.locator('main h1').tap();
    await kiosk.page.clock.runFor(59_500);
    assert.ok(await dialog.isHidden(), 'a touch is a touch');
    const session = (await kiosk.context.cookies()).find(({ name }) => name === '__Host-session').value;
    await kiosk.leads(() => kiosk.page.clock.runFor(31_000).catch(() => {})); // it runs into the next page
    await kiosk.expectHeading('page.kiosk.ended.title');
    assert.deepEqual(await kiosk.cookieNames(), ['__Host-kiosk']);
    const dead = await service.call('GET', '/kiosk/apply/who', undefined,
      { headers: { Cookie: `__Host-kiosk=${device.token}; __Host-session=${session}` } });
    assert.deepEqual([dead.status, dead.headers.location], [303, '/kiosk/'], 'the service has ended it, too');
    for (let i = 0; i < 4; ++i) {
      await kiosk.page.goBack().catch(() => {});
      await kiosk.page.waitForLoadState('domcontentloaded');
      const seen = await kiosk.page.content();
      for (const personal of [person.iin, person.name, person.surname]) assert.ok(!seen.includes(personal), 'Back shows nothing of him');
      assert.ok(['/kiosk/', '/kiosk/sign-in', '/kiosk/end'].includes(kiosk.path) || kiosk.path.startsWith('/kiosk/sign-in/code/') ||
        kiosk.page.url() === 'about:blank', kiosk.page.url());
    }
    await kiosk.leave();
  });

  test('trouble on the way wipes nothing, and what the service says is over is over', async () => {
    const kiosk = await switchedOn(portal, device.token, { clock: true });
    await kiosk.start();
    await kiosk.signIn(people.rich);
    const tellsAfterATouch = async (status) => {
      const told = kiosk.page.waitForResponse('**/kiosk/alive');
      await kiosk.page.route('**/kiosk/alive', (route) => route.fulfill({ status }));
      await kiosk.page.locator('main h1').tap();
      await kiosk.page.clock.runFor(11_000).catch(() => {});
      await told;
    };
    await tellsAfterATouch(502);
    await kiosk.page.clock.runFor(1_000);
    assert.notEqual(kiosk.path, '/kiosk/end');
    await kiosk.leads(() => tellsAfterATouch(401));
    await kiosk.expectHeading('page.kiosk.ended.title');
    assert.equal(kiosk.complaints.length, 2, 'the two that the story made');
    kiosk.complaints = [];
    await kiosk.leave();
  });

  test('the service ends the session by itself', async () => {
    const kiosk = await switchedOn(portal, device.token);
    await kiosk.start();
    await kiosk.signIn(somebody());
    await service.advance({ seconds: 91 });
    await kiosk.page.reload();
    await kiosk.isAtStart();
    await kiosk.leave();
  });

  test('without script the page itself leads to the end', async () => {
    const kiosk = await switchedOn(portal, device.token, { script: false });
    await kiosk.start();
    assert.equal(await kiosk.page.locator('noscript meta, meta[http-equiv=refresh]').first().getAttribute('content'), '90;url=/kiosk/end');
    await kiosk.leave();
  });

  test('what a page asks by itself keeps nobody signed in', async () => {
    const person = somebody();
    const kiosk = await switchedOn(portal, device.token);
    await kiosk.fillIn(person, homes[2], homes[2].rka);
    await kiosk.enterCode(person);
    await kiosk.expectWaiting();
    const state = await kiosk.page.locator('main').getAttribute('data-state');
    for (let i = 0; i < 3; ++i) {
      await service.advance({ seconds: 31 });
      await kiosk.page.evaluate((address) => fetch(address).then((answer) => answer.text()), state);
    }
    await kiosk.page.reload();
    await kiosk.isAtStart();
    await kiosk.leave();
  });
});

// --- reload, power cut, the next person ---------------------------------------------------------------------------

describe('Whatever cuts a visit short', () => {
  const steps = [
    async (kiosk) => kiosk.next(),
    async (kiosk, home) => kiosk.answerWhere(home, home.rka),
    async (kiosk) => {
      await kiosk.choose(kiosk.labelled('page.kind.permanent'));
      await kiosk.next();
    },
    async (kiosk) => kiosk.answerReason(),
    async (kiosk) => kiosk.next(),
    async (kiosk) => kiosk.agreeToData(),
    async (kiosk, home, person) => kiosk.enterCode(person),
  ];

  test('a reload at every step changes nothing, and one application is filed', async () => {
    const person = somebody(), home = homes[3];
    const kiosk = await switchedOn(portal, device.token);
    await kiosk.start();
    await kiosk.signIn(person);
    for (const step of steps) {
      const heading = await kiosk.heading();
      await kiosk.page.reload();
      assert.equal(await kiosk.heading(), heading);
      await step(kiosk, home, person);
    }
    await kiosk.expectWaiting();
    await kiosk.page.reload();
    await kiosk.expectWaiting();
    await kiosk.page.goBack();
    assert.equal((await applicationsOf(person)).length, 1);
    await kiosk.leave();
  });

  test('a power cut at every step leaves no session, and the same person goes on where he was', async () => {
    const person = somebody(), home = homes[4];
    for (let done = 0; done <= steps.length; ++done) {
      const kiosk = await switchedOn(portal, device.token);
      await kiosk.isAtStart();
      await kiosk.start();
      await kiosk.signIn(person);
      if (kiosk.path === '/kiosk/apply') await kiosk.leads(() => kiosk.page.locator('main form button').first().tap());
      if (done === steps.length) {
        await kiosk.goto('/kiosk/history');
        assert.equal(await kiosk.page.locator('main li h3 a').count(), 1);
      } else {
        // Once the answers are given, it is checked again what will be signed.
        if (done > 4) await kiosk.goto('/kiosk/apply/check');
        for (const step of steps.slice(done > 4 ? 4 : done, done + 1)) {
          if (step === steps.at(-1)) await kiosk.leads(() => kiosk.page.locator('button[name=again]').tap());
          await step(kiosk, home, person);
        }
      }
      await kiosk.context.close(); // the plug is pulled
      assert.deepEqual(kiosk.complaints, []);
    }
    const filed = await applicationsOf(person);
    assert.equal(filed.filter((one) => one.status !== 'draft').length, 1);
    assert.equal(filed.length, 1, 'one application, drafted once');
  });

  test('the next person sees nothing of the one before, in the same browser', async () => {
    const [first, second] = [somebody(), somebody()];
    const kiosk = await switchedOn(portal, device.token, { language: 'kk' });
    await kiosk.start();
    await kiosk.signIn(first);
    await kiosk.next();
    await kiosk.type('қабанбай батыр 106');
    await kiosk.go();
    await kiosk.choose(kiosk.option('rka', homes[5].rka));
    await kiosk.next();
    await kiosk.finish();
    await kiosk.leads(() => kiosk.page.getByRole('link', { name: kiosk.text('page.kiosk.ended.go') }).tap());
    await kiosk.isAtStart();
    await kiosk.start();
    assert.equal(await kiosk.page.locator('#iin').inputValue(), '');
    await kiosk.signIn(second);
    await kiosk.expectHeading('page.who.title');
    const seen = await kiosk.page.content();
    for (const personal of [first.iin, first.name, homes[5].rka]) assert.ok(!seen.includes(personal));
    assert.equal((await kiosk.page.evaluate(() => [localStorage.length, sessionStorage.length])).join(), '0,0');
    await kiosk.leave();
    // At home the first one goes on with what he began.
    const home = await portal.visitor();
    await home.signIn(first);
    await home.goto('/apply/where');
    assert.equal(await home.page.locator('input[name=rka]:checked').getAttribute('value'), homes[5].rka);
    await home.leave();
  });
});

// --- sessions of others -------------------------------------------------------------------------------------------

describe('A session', () => {
  test('that was carried away from a kiosk is worthless', async () => {
    const other = await issue(portal, people.officer, people.centre, 'второй');
    const kiosk = await switchedOn(portal, device.token);
    await kiosk.start();
    await kiosk.signIn(people.rich);
    const session = (await kiosk.context.cookies()).find(({ name }) => name === '__Host-session').value;
    const get = (path, cookies) => service.call('GET', path, undefined, { headers: { Cookie: cookies } });
    const here = await get('/kiosk/apply', `__Host-kiosk=${device.token}; __Host-session=${session}`);
    assert.notEqual(here.headers.location, '/kiosk/', 'it is good where it was opened');
    for (const [path, cookies] of [
      ['/profile', `__Host-session=${session}`],
      ['/profile', `__Host-kiosk=${device.token}; __Host-session=${session}`],
      ['/m/profile', `__Host-session=${session}`],
      ['/kiosk/history', `__Host-kiosk=${other.token}; __Host-session=${session}`],
    ]) {
      const answer = await get(path, cookies);
      assert.equal(answer.status, 303, path);
      assert.match(answer.headers.location, /sign-in|^\/kiosk\/$/);
    }
    await service.expect(401, 'GET', '/api/v1/me', undefined, { token: session });
    await kiosk.leave();
  });

  test('of the portal is none at a kiosk', async () => {
    const visitor = await portal.visitor();
    await visitor.signIn(people.rich);
    const session = (await visitor.context.cookies()).find(({ name }) => name === '__Host-session').value;
    const answer = await service.call('GET', '/kiosk/history', undefined,
      { headers: { Cookie: `__Host-kiosk=${device.token}; __Host-session=${session}` } });
    assert.deepEqual([answer.status, answer.headers.location], [303, '/kiosk/']);
    await visitor.leave();
  });
});

// --- tools, consultant --------------------------------------------------------------------------------------------

describe('The tools', () => {
  test('make it large and clear, with and without script, until the visit ends', async () => {
    for (const script of [true, false]) {
      const kiosk = await switchedOn(portal, device.token, { script });
      await kiosk.start();
      const press = (key) => kiosk.leads(() => kiosk.page.locator('.mk-tools').getByRole('link', { name: kiosk.text(key) }).click());
      const look = () => kiosk.page.locator('html').evaluate((html) => [html.dataset.contrast, html.dataset.size]);
      await press('page.kiosk.contrast');
      await press('page.kiosk.large');
      assert.equal(kiosk.path, '/kiosk/sign-in', 'he is where he was');
      const html = kiosk.page.locator('html');
      assert.deepEqual([await html.getAttribute('data-contrast'), await html.getAttribute('data-size')], ['more', 'large']);
      if (script) {
        assert.deepEqual(await look(), ['more', 'large']);
        await kiosk.seen('large-contrast', { again: false });
      }
      await press('page.kiosk.contrast_off');
      assert.equal(await html.getAttribute('data-contrast'), null);
      await kiosk.finish();
      await kiosk.goto('/kiosk/');
      assert.equal(await html.getAttribute('data-size'), null);
      await kiosk.leave();
    }
  });

  test('read the page aloud where there is a voice, and say so where there is none', async () => {
    const kiosk = await switchedOn(portal, device.token);
    await kiosk.context.addInitScript(() => {
      const said = (globalThis.said = []);
      const voices = [{ lang: 'ru-RU', name: 'r' }];
      Object.defineProperty(globalThis, 'speechSynthesis', { value: {
        getVoices: () => voices, speak: (one) => said.push(one.text), cancel: () => {} } });
      globalThis.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } addEventListener() {} };
    });
    await kiosk.page.reload();
    await kiosk.start();
    await kiosk.page.locator('[data-read]').tap();
    const [said] = await kiosk.page.evaluate(() => globalThis.said);
    assert.ok(said.includes(kiosk.text('page.kiosk.help.sign_in')));
    await kiosk.goto('/kiosk/sign-in?lang=en');
    await kiosk.page.locator('[data-read]').tap();
    assert.equal(await kiosk.page.locator('[data-read]').innerText(), 'This kiosk has no voice for this language');
    await kiosk.leave();
  });
});

describe('A consultant', () => {
  test('explains and cannot act', async () => {
    const person = somebody();
    const kiosk = await switchedOn(portal, device.token);
    await kiosk.start();
    await kiosk.signIn(person);
    await kiosk.leads(() => kiosk.page.getByRole('link', { name: kiosk.text('page.kiosk.call_consultant') }).tap());
    await kiosk.seen('consultant', { again: false });
    await kiosk.type(device.consultant_code === '000000' ? '111111' : '000000');
    await kiosk.go();
    assert.equal(await kiosk.page.locator('.mk-errors').count(), 1);
    await kiosk.goto('/kiosk/apply/who');
    const form = await kiosk.page.locator('main form').evaluate((one) => [...new FormData(one)]);
    await kiosk.leads(() => kiosk.page.getByRole('link', { name: kiosk.text('page.kiosk.call_consultant') }).tap());
    await kiosk.type(device.consultant_code);
    await kiosk.go();
    assert.equal(kiosk.path, '/kiosk/apply/who', 'he explains where the person is');
    await kiosk.expectHeading('page.kiosk.explain.title');
    await kiosk.seen('explains');
    for (const address of ['/kiosk/apply/who', '/kiosk/apply/where', '/kiosk/apply/check', '/kiosk/history', '/kiosk/profile', '/kiosk/']) {
      await kiosk.goto(address);
      await kiosk.expectHeading('page.kiosk.explain.title');
      const seen = await kiosk.page.content();
      for (const personal of [person.iin, person.name, person.surname]) assert.ok(!seen.includes(personal), address);
      assert.equal(await kiosk.page.locator('main form').count(), 1, 'the one button gives the screen back');
    }
    for (const [address, more] of [['/kiosk/apply/who', form], ['/kiosk/sign-in', [['iin', person.iin]]], ['/kiosk/key', [['key', 'a']]]]) {
      const answer = await kiosk.raw('POST', address, more);
      assert.equal(answer.status, 403, `${address} is refused by the service`);
    }
    await kiosk.goto('/kiosk/apply/who');
    await kiosk.press('page.kiosk.explain.back');
    await kiosk.expectHeading('page.who.title');
    await kiosk.next();
    assert.equal(kiosk.path, '/kiosk/apply/where', 'the person acts again');
    await kiosk.leave();
  });

  test('is gone with the visit', async () => {
    const kiosk = await switchedOn(portal, device.token);
    const explain = async () => {
      await kiosk.goto('/kiosk/consultant');
      await kiosk.type(device.consultant_code);
      await kiosk.go();
      await kiosk.expectHeading('page.kiosk.explain.title');
    };
    await explain();
    await kiosk.finish();
    await kiosk.goto('/kiosk/');
    await kiosk.isAtStart();
    await explain();
    await service.advance({ seconds: 91 });
    await kiosk.goto('/kiosk/');
    await kiosk.isAtStart();
    await kiosk.leave();
  });
});
