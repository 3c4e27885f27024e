// What nobody may do or learn through the pages.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Portal } from './lib/portal.mjs';

describe('safety of the pages', () => {
  let portal;
  let service;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const owner = registers.person({ surname: 'Иесов', name: 'Хозяин' });
      const home = registers.dwelling({ owners: [owner] });
      const resident = registers.person({ surname: 'Жильцов', name: 'Жилец' });
      registers.live(resident, home);
      return { owner, home, resident, guest: registers.person(), other: registers.person() };
    });
    ({ service, people } = portal);
  });
  after(() => portal?.close());

  test('cookies are for this host, for requests only, never for other sites', async () => {
    const visitor = await portal.visitor();
    await visitor.signIn(people.other);
    const cookies = await visitor.context.cookies();
    assert.deepEqual(cookies.map((cookie) => cookie.name).sort(), ['__Host-lang', '__Host-session', '__Host-visit']);
    for (const cookie of cookies) {
      assert.ok(cookie.httpOnly && cookie.secure && cookie.path === '/', cookie.name);
      assert.ok(['Lax', 'Strict'].includes(cookie.sameSite), cookie.name);
    }
    const before = cookies.find((cookie) => cookie.name === '__Host-session');
    await visitor.goto('/profile');
    await visitor.press('page.profile.sign_out');
    assert.ok(!(await visitor.context.cookies()).some((cookie) => cookie.name === '__Host-session'));
    const answer = await service.call('GET', '/profile', undefined, { headers: { Cookie: `${before.name}=${before.value}` } });
    assert.ok([302, 303].includes(answer.status), 'the old session has ended');
    assert.match(answer.headers.location, /^\/sign-in/);
    await visitor.leave();
  });

  test('headers keep pages to themselves', async () => {
    const answer = await service.call('GET', '/');
    const policy = answer.headers['content-security-policy'];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe-|https?:/);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.match(answer.headers['referrer-policy'], /no-referrer|same-origin/);
    const visitor = await portal.visitor();
    await visitor.signIn(people.other);
    const mine = await visitor.raw('GET', '/profile');
    assert.equal(mine.status, 200);
    assert.match(mine.headers['cache-control'], /no-store/);
    await visitor.leave();
  });

  test('a form without its token changes nothing', async () => {
    const visitor = await portal.visitor();
    await visitor.signIn(people.other);
    await visitor.answer({ at: people.home });
    await visitor.next();
    for (const form of [{ data_consent: '1' }, { data_consent: '1', csrf: '' }, { data_consent: '1', csrf: 'A'.repeat(65) }]) {
      const answer = await visitor.raw('POST', '/apply/consent', form);
      assert.equal(answer.status, 403);
      assert.match(answer.text, new RegExp(visitor.text('page.error.403')));
    }
    assert.equal(await visitor.countHistory(), 0);

    // A token of another session does not fit either.
    const stranger = await portal.visitor();
    await stranger.signIn(people.resident);
    await stranger.goto('/apply?new=1');
    const foreign = await stranger.page.locator('form[action="/apply/who"] input[name=csrf]').inputValue();
    assert.equal((await visitor.raw('POST', '/sign-out', { csrf: foreign })).status, 403);
    await visitor.goto('/profile');
    assert.equal(visitor.path, '/profile', 'still signed in');
    await stranger.leave();

    // What a person sees: the page says what to do.
    await visitor.goto('/apply/consent');
    await visitor.page.locator('input[name=csrf]').evaluate((input) => { input.value = 'x'; });
    await visitor.agreeToData();
    await visitor.expectHeading('page.error.403');
    await visitor.seen('error-403', { again: false });
    // Nor does another site's page send it.
    const sent = await service.call('POST', '/sign-in', 'iin=1', { type: 'application/x-www-form-urlencoded',
      headers: { 'Sec-Fetch-Site': 'cross-site' } });
    assert.equal(sent.status, 403);
    await visitor.leave();
  });

  test('what is somebody else’s is not there', async () => {
    const guest = await portal.visitor();
    await guest.signIn(people.guest);
    await guest.apply({ at: people.home });
    const application = guest.path;
    const owner = await portal.visitor();
    await owner.signIn(people.owner);
    await owner.goto('/consents');
    const consent = await owner.page.locator('a.mk-live').getAttribute('href');
    await owner.goto('/messages');
    const message = await owner.page.locator('main li a').first().getAttribute('href');
    const [{ reference }] = await service.requestsTo(people.owner);
    const csrf = async (visitor) => {
      await visitor.goto('/profile');
      return visitor.page.locator('form[action="/sign-out"] input[name=csrf]').inputValue();
    };
    const tries = [
      [owner, [application, `${application}/sign`, `${application}/withdraw`, `${application}/decision`]],
      [guest, [consent, `${consent}/confirm?answer=grant`, message]],
    ];
    for (const [visitor, addresses] of tries) {
      for (const address of addresses) {
        assert.equal((await visitor.goto(address)).status(), 404, address);
        await visitor.expectHeading('page.error.404');
      }
    }
    await guest.seen('error-404-signed-in');
    assert.equal((await owner.raw('GET', `${application}/state`)).status, 404);
    assert.equal((await guest.goto(`/consents?ref=${reference}`)).status(), 404);
    for (const [visitor, address, form] of [[owner, `${application}/withdraw`, {}],
      [owner, `${application}/sign`, { code: '123456' }], [owner, `${application}/code`, {}],
      [guest, consent, { answer: 'grant' }], [guest, `${consent}/confirm`, { answer: 'grant', code: '123456' }]]) {
      const token = await csrf(visitor);
      const answer = await visitor.raw('POST', address, { ...form, csrf: token });
      assert.equal(answer.status, 404, address);
    }
    await guest.goto(application);
    await guest.expectWaiting();
    // The guest never learns who lives there, nor who was asked.
    const source = await guest.page.content();
    for (const secret of [people.resident.surname, people.resident.name, people.owner.surname, people.owner.name,
      people.owner.iin, people.owner.phone]) {
      assert.ok(!source.includes(secret));
    }
    // Before signing in there is nothing but the way in, and it leads back.
    const nobody = await portal.visitor();
    for (const address of [application, consent, message, '/homes', '/history', '/messages', '/consents', '/apply/check']) {
      await nobody.goto(address);
      assert.equal(nobody.path, '/sign-in', address);
      assert.equal(new URL(nobody.page.url()).searchParams.get('next'), address);
    }
    for (const visitor of [guest, owner, nobody]) await visitor.leave();
  });

  test('the way back leads nowhere else; what was typed is only text', async () => {
    const visitor = await portal.visitor();
    for (const address of ['//example.org?lang=kk', '//example.org/x?lang=kk', '/\\example.org?lang=kk', '/x?lang=kk']) {
      const { headers } = await visitor.raw('GET', address);
      assert.match(headers.location ?? '/', /^\/(?![/\\])/, address);
    }
    for (const next of ['https://example.org/', '//example.org', '/\\example.org', 'javascript:alert(1)']) {
      await visitor.goto(`/sign-in?next=${encodeURIComponent(next)}`);
      assert.equal(await visitor.page.locator('input[name=next]').inputValue(), '');
    }
    await visitor.signIn(people.other);
    assert.equal(visitor.path, '/profile');
    await visitor.goto('/apply?new=1');
    await visitor.next();
    const typed = '"><script>alert(1)</script>\'{{Q}}';
    await visitor.page.locator('#q').fill(typed);
    await visitor.press('page.where.find');
    assert.equal(await visitor.page.locator('#q').inputValue(), typed);
    assert.equal(await visitor.page.locator('main script').count(), 0);
    await visitor.goto(`/consents?ref=${encodeURIComponent(typed)}`);
    assert.equal(await visitor.page.locator('main script').count(), 0);
    await visitor.leave();
  });

  test('an IIN that nobody has meets the same pages', async () => {
    const visitor = await portal.visitor();
    const known = await portal.visitor();
    const see = async (one, iin) => {
      await one.goto('/sign-in');
      await one.page.locator('#iin').fill(iin);
      await one.press('page.sign_in.get_code');
      const pages = [await one.said()];
      for (let i = 0; i < 3; ++i) {
        await one.page.locator('#code').fill('000000');
        await one.press('page.nav.sign_in');
        pages.push(await one.said());
      }
      return pages;
    };
    const [seen, strange] = [await see(known, people.resident.iin), await see(visitor, service.registers.unknownIin())];
    const noClock = (pages) => pages.map((page) => page.replace(/\d\d:\d\d/g, ''));
    assert.deepEqual(noClock(strange), noClock(seen));
    await visitor.leave();
    await known.leave();
  });
});
