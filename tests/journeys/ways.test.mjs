// The ways that do not end in a registration online, or do so by another road.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { day, monthsLater } from '../lib/registers.mjs';
import { Portal } from './lib/portal.mjs';

describe('other ways', () => {
  let portal;
  let service;
  let people;
  before(async () => {
    portal = await Portal.open((registers) => {
      const body = registers.organisation({ contact: '+7 727 311 22 33' });
      const rented = registers.dwelling({ owners: [body] });
      const tenant = registers.person({ surname: 'Нанимателев', name: 'Нурлан' });
      registers.lease(rented, tenant, { body });
      const stranger = registers.person({ language: 'kk' });
      const named = registers.person({ surname: 'Жильцов', name: 'Сосед' });
      const council = registers.dwelling({ owners: [body] });
      const holder = registers.person();
      registers.lease(council, holder, { body, members: [named] });

      registers.centre();
      registers.centre();
      const minor = registers.person({ age: 12, phone: null });
      const coOwner = registers.person({ language: 'kk' });
      const shared = registers.dwelling({ owners: [coOwner, minor] });

      const parent = registers.person({ age: 40 });
      const small = registers.person({ age: 13, name: 'Малыш', phone: null });
      const teenager = registers.person({ age: 15, name: 'Подросток' });
      const grown = registers.person({ age: 20, name: 'Взрослый' });
      for (const child of [small, teenager, grown]) registers.relate(parent, 'parent', child);
      const family = registers.dwelling({ owners: [parent] });

      const temporary = registers.person();
      const cottage = registers.dwelling({ kind: 'dacha', owners: [temporary], house: '112/2А',
        street_ru: 'проспект имени Бауыржана Момышулы в посёлке Ремизовка',
        street_kk: 'Ремизовка кентіндегі Бауыржан Момышұлы атындағы даңғыл' });
      const queued = registers.person({ language: 'kk' });
      const queuedHome = registers.dwelling({ owners: [queued] });
      return { council, holder, named, rented, tenant, stranger, body, coOwner, shared, parent, small, teenager, family, temporary, cottage,
        queued, queuedHome, guesser: registers.person(), forgetful: registers.person(),
        block: registers.dwelling({ kind: 'building', flat: '' }) };
    });
    ({ service, people } = portal);
  });
  after(() => portal?.close());

  test('state housing, not in the lease: a refusal that names whom to ask', async () => {
    const { stranger, rented, tenant, body } = people;
    const visitor = await portal.visitor({ language: 'kk' });
    await visitor.signIn(stranger);
    await visitor.answer({ at: rented });
    await visitor.expectSaid('page.forecast.reject');
    await visitor.seen('check-reject');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    assert.equal(await visitor.page.locator('.mk-decision--no').count(), 1);
    assert.ok((await visitor.said()).includes(body.contact));
    assert.ok(!(await visitor.page.content()).includes(tenant.surname));
    await visitor.seen('refused-lease');
    await visitor.follow('page.decision.title');
    await visitor.seen('decision-lease');
    await visitor.leave();
    assert.deepEqual(await service.inbox(tenant), [], 'nobody was asked');
  });

  test('state housing: the tenant files for himself and a grown-up of the lease, who confirms himself', async () => {
    const { holder, named, council } = people;
    const tenant = service.citizen(holder);
    const { id } = await tenant.apply({ at: council, who: [holder, named], reason: 'rent' });
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.signIn(holder);
    await visitor.goto(`/applications/${id}`);
    await visitor.expectHeading('page.waiting.title_people');
    await visitor.seen('waiting-registrant');
    const other = await portal.visitor({ language: 'kk' });
    await other.signIn(named);
    await other.goto('/consents');
    await other.leads(() => other.page.locator('a.mk-live').click());
    await other.expectHeading('page.consent.title_registrant');
    await other.seen('consent-registrant');
    await other.press('page.consent.grant');
    await other.enterCode(named, 'page.consent_code.submit.grant');
    await other.leave();
    await visitor.page.reload();
    await visitor.expectHeading('page.registered.title');
    assert.ok(!(await visitor.page.content()).includes(named.surname), 'a name only of those related in the register');
    await visitor.seen('registered-two');
    await visitor.leave();

    const member = await portal.visitor({ language: 'ru' });
    await member.signIn(named);
    await member.apply({ at: council });
    assert.ok(await member.page.locator('.mk-decision--no').count(), 'already registered there');
    await member.seen('refused-already');
    await member.leave();
  });

  test('a co-owner is a child: to the service centre, with papers and addresses', async () => {
    const visitor = await portal.visitor({ language: 'kk' });
    await visitor.signIn(people.coOwner);
    await visitor.answer({ at: people.shared });
    await visitor.seen('check-centre');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    assert.equal(await visitor.page.locator('.mk-decision--no').count(), 0, 'not a refusal');
    assert.match(await visitor.said(), /ХҚКО № \d+\s/);
    await visitor.seen('centre');
    await visitor.leave();
  });

  test('children: 13 moves with the parents, for 15 a parent applies, 15 cannot apply alone', async () => {
    const { parent, small, teenager, family } = people;
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.signIn(parent);
    await visitor.goto('/apply?new=1');
    assert.equal(await visitor.option('who', small.iin).count(), 0);
    assert.match(await visitor.said(), new RegExp(`${small.name}[^]*${visitor.text('page.who.under_14_law')}`));
    await visitor.seen('who-family');
    await visitor.answerWho([teenager]);
    await visitor.answerWhere(family);
    await visitor.answerKind();
    await visitor.answerReason('study');
    await visitor.seen('check-child');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    assert.match(await visitor.heading(), new RegExp(teenager.name));
    await visitor.seen('registered-child');
    await visitor.leave();

    const alone = await portal.visitor({ language: 'ru' });
    await alone.signIn(teenager);
    await alone.answer({ at: family });
    await alone.seen('check-alone');
    await alone.next();
    await alone.agreeToData();
    await alone.sign();
    assert.equal(await alone.page.locator('.mk-decision--no').count(), 1);
    await alone.seen('refused-alone');
    await alone.leave();
  });

  test('for a time, in English: the last day is asked for, and checked', async () => {
    const { temporary, cottage } = people;
    const visitor = await portal.visitor({ language: 'en' });
    await visitor.goto('/');
    await visitor.follow('page.temporary');
    await visitor.follow('page.request_online');
    await visitor.signIn(temporary);
    await visitor.next();
    await visitor.answerWhere(cottage);
    await visitor.expectHeading('page.kind.title');
    assert.ok(await visitor.labelled('page.kind.temporary').isChecked(), 'chosen on the first page already');
    await visitor.seen('kind-temporary');
    await visitor.answerKind('2020-02-30');
    await visitor.seen('kind-no-such-day', { again: false });
    await visitor.answerKind(day(service.today, { days: 3 }));
    await visitor.seen('kind-too-short', { again: false });
    await visitor.answerKind(monthsLater(service.today, 6));
    await visitor.answerReason('treatment');
    await visitor.seen('check-temporary');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    await visitor.expectHeading('page.registered.title_temporary');
    await visitor.seen('registered-temporary');
    await visitor.goto('/homes');
    await visitor.seen('homes-temporary');
    await visitor.leave();
  });

  test('a house without the flat: the search says so, the forecast too', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.signIn(people.guesser);
    await visitor.answer({ at: people.block });
    await visitor.seen('check-building');
    await visitor.leave();
  });

  test('a register is silent: the application waits in a queue and goes on by itself', async () => {
    const visitor = await portal.visitor({ language: 'kk' });
    await visitor.signIn(people.queued);
    await visitor.answer({ at: people.queuedHome });
    await service.registerDown('rights');
    await visitor.page.reload();
    await visitor.seen('check-silent');
    await visitor.next();
    await visitor.agreeToData();
    await visitor.sign();
    await visitor.seen('queue');
    await visitor.expectSaid('page.retrying.text');
    await service.registerDown('rights', false);
    await service.advance({ minutes: 2 });
    await visitor.headingBecomes('page.registered.title');
    await visitor.leave();
  });

  test('the register of addresses is silent: the search says so and keeps what was typed', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.signIn(people.forgetful);
    await visitor.goto('/apply?new=1');
    await visitor.next();
    await service.registerDown('dwellings');
    await visitor.page.locator('#q').fill('Сатпаева 1');
    await visitor.press('page.where.find');
    await service.registerDown('dwellings', false);
    await visitor.expectSaid('page.where.silent');
    assert.equal(await visitor.page.locator('#q').inputValue(), 'Сатпаева 1');
    await visitor.seen('where-silent', { again: false });
    await service.registerDown('persons');
    const answer = await visitor.goto('/homes');
    await service.registerDown('persons', false);
    assert.equal(answer.status(), 503);
    await visitor.seen('homes-silent', { again: false });
    await visitor.leave();
  });

  test('three wrong codes close the codes for a while', async () => {
    const visitor = await portal.visitor({ language: 'ru' });
    await visitor.goto('/sign-in');
    await visitor.page.locator('#iin').fill(people.tenant.iin);
    await visitor.press('page.sign_in.get_code');
    const right = await visitor.codeFor(people.tenant);
    const wrong = right === '123456' ? '654321' : '123456';
    for (const left of [2, 1]) {
      await visitor.page.locator('#code').fill(wrong);
      await visitor.press('page.nav.sign_in');
      assert.match(await visitor.said(), new RegExp(`Остал\\S+ ${left} `));
    }
    await visitor.page.locator('#code').fill(wrong);
    await visitor.press('page.nav.sign_in');
    await visitor.expectHeading('page.blocked.title');
    await visitor.seen('blocked', { again: false });
    await visitor.leave();
  });
});
