// Notifications on a device: somebody turns them on in the profile, is told what happens, and turns them off. No browser
// here reaches a real push service, so that the one it subscribes to is ours; what arrives there is handed to the
// browser's own service worker, as Chromium would.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { PushService } from '../lib/push_service.mjs';
import { Portal } from './lib/portal.mjs';

/** A browser whose push service is `device`'s; what it did is in `globalThis.asked`. */
async function subscribesTo(visitor, device) {
  await visitor.context.addInitScript((subscription) => {
    globalThis.asked = 0;
    const ask = Notification.requestPermission.bind(Notification);
    Notification.requestPermission = () => {
      globalThis.asked += 1;
      return ask();
    };
    const bytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const subscribed = () => ({
      toJSON: () => subscription,
      options: { applicationServerKey: bytes(localStorage.subscribed).buffer },
      unsubscribe: async () => delete localStorage.subscribed,
    });
    PushManager.prototype.getSubscription = async () => (localStorage.subscribed ? subscribed() : null);
    PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
      if (!userVisibleOnly) throw new Error('a browser takes no silent pushes');
      if (!subscription) throw new Error('the push service does not answer');
      localStorage.subscribed = applicationServerKey;
      return subscribed();
    };
  }, device?.toJSON() ?? null);
}

/** The browser hands a push to the service worker of the page's origin; the notifications that are shown then. */
async function deliver(visitor, text) {
  const cdp = await visitor.context.newCDPSession(visitor.page);
  const registered = new Promise((resolve) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL, isDeleted }) => scopeURL.endsWith('/m/') && !isDeleted);
      if (ours) resolve(ours.registrationId);
    });
  });
  await cdp.send('ServiceWorker.enable');
  const registrationId = await registered;
  await cdp.send('ServiceWorker.deliverPushMessage', { origin: visitor.portal.origin, registrationId, data: text });
  await cdp.detach();
}
const shown = (visitor) => visitor.page.evaluate(async () => {
  const registration = await navigator.serviceWorker.getRegistration('/m/');
  const all = await registration.getNotifications();
  return all.map(({ title, body, lang, tag, data }) => ({ title, body, lang, tag, data }));
});
/** No event tells a page that its worker has shown something. */
async function untilShown(visitor, title) {
  for (;;) {
    const found = (await shown(visitor)).find((one) => one.title === title);
    if (found) return found;
  }
}

/** What somebody does who says "block" to his browser; it holds as long as the session that said so. */
async function forbid(visitor) {
  const page = await visitor.context.newCDPSession(visitor.page);
  const { targetInfo: { browserContextId } } = await page.send('Target.getTargetInfo');
  const browser = await visitor.portal.browser.newBrowserCDPSession();
  await browser.send('Browser.setPermission', {
    origin: visitor.portal.origin, browserContextId, permission: { name: 'notifications' }, setting: 'denied',
  });
}

/** Touches the notification with this tag. Browsers let a worker open windows only then, so that we look at what it asks for. */
const touched = (visitor, tag) => visitor.context.serviceWorkers()[0].evaluate(async (wanted) => {
  const notification = (await self.registration.getNotifications()).find((one) => one.tag === wanted);
  const event = new NotificationEvent('notificationclick', { notification });
  let done;
  Object.defineProperty(event, 'waitUntil', { value: (promise) => (done = promise) });
  const opened = [];
  const really = self.clients.openWindow;
  self.clients.openWindow = async (address) => void opened.push(address);
  self.dispatchEvent(event);
  await done;
  self.clients.openWindow = really;
  return { opened, left: (await self.registration.getNotifications()).map((one) => one.tag) };
}, tag);

const panel = (visitor) => visitor.page.locator('#push');
const says = (visitor, state) => panel(visitor).locator(`[data-push-say="${state}"]`).waitFor({ state: 'visible' });

describe('notifications on a device', () => {
  let portal, pushes, people;
  before(async () => {
    pushes = await PushService.started();
    portal = await Portal.open((town) => {
      const person = (details) => town.person(details);
      const all = { owners: [], applicants: [], homes: [] };
      for (const [at, language] of ['kk', 'ru', 'ru'].entries()) {
        all.owners.push(person({ surname: 'Оспанова', name: ['Динара', 'Мадина', 'Салтанат'][at], language }));
        all.applicants.push(person({ surname: 'Сериков', name: 'Асхат', sex: 'm' }));
        all.homes.push(town.dwelling({ owners: [all.owners[at]], street_ru: 'улица Абая', street_kk: 'Абай көшесі', house: String(40 + at) }));
      }
      return all;
    });
    people = portal.people;
  });
  after(async () => {
    await portal?.close();
    await pushes?.stop();
  });

  const devices = async (person) => (await portal.service.citizen(person).get('/push')).subscriptions;
  const asksOwner = (at) => portal.service.citizen(people.applicants[at]).apply({ at: people.homes[at] });
  async function inProfile(person, { device, allowed = true, door = '', ...more } = {}) {
    const visitor = await portal.visitor(more);
    if (allowed) {
      await visitor.context.grantPermissions(['notifications'], { origin: portal.origin });
    } else {
      await forbid(visitor);
    }
    await subscribesTo(visitor, device);
    await visitor.goto(`/sign-in?next=${door}/profile`);
    await visitor.signIn(person);
    assert.equal(visitor.path, `${door}/profile`);
    return visitor;
  }

  test('an owner turns them on, is told in her language, opens the request, and signs out', async () => {
    const owner = people.owners[0];
    const device = pushes.browser();
    const visitor = await inProfile(owner, { device, language: 'kk' });
    await says(visitor, 'off');
    assert.equal(await visitor.page.evaluate(() => globalThis.asked), 0, 'nothing is asked before a button is pressed');
    await visitor.seen('push-off', { again: false });
    await panel(visitor).getByRole('button', { name: visitor.text('page.push.turn_on') }).click();
    await says(visitor, 'on');
    assert.equal(await visitor.page.evaluate(() => globalThis.asked), 1);
    assert.equal(await visitor.page.evaluate(() => document.activeElement.dataset.pushSay), 'on', 'and it is read out');
    await visitor.seen('push-on', { again: false });
    assert.deepEqual((await devices(owner)).map(({ language }) => language), ['kk']);

    await asksOwner(0);
    assert.equal((await portal.service.requestsTo(owner.phone)).length, 1, 'the SMS goes out as ever');
    const { request, note } = await pushes.push(device);
    await deliver(visitor, device.read(request.body));
    const notification = await untilShown(visitor, visitor.text('push.consent.title'));
    assert.deepEqual(notification, { title: note.title, body: visitor.text('push.consent.text'), lang: 'kk', tag: 'consent', data: '/consents' });

    // The profile stands open, and nothing is being filled in there: it becomes the page of the requests.
    const { opened, left } = await touched(visitor, 'consent');
    assert.deepEqual(left, []);
    assert.deepEqual(opened, [`${portal.origin}/consents`]);
    await visitor.goto(opened[0]);
    await visitor.expectHeading('page.my_consents');

    await visitor.goto('/profile');
    await says(visitor, 'on');
    await visitor.press('page.profile.sign_out');
    assert.deepEqual(await devices(owner), [], 'whoever signs out on a device is not told on it');
    await visitor.leave();
  });

  test('the words of every kind, in every language; a push that is none of ours shows no stranger\'s words', async () => {
    const visitor = await inProfile(people.owners[1], { device: pushes.browser() });
    await panel(visitor).getByRole('button', { name: visitor.text('page.push.turn_on') }).click();
    await says(visitor, 'on');
    for (const language of ['kk', 'ru', 'en']) {
      visitor.language = language;
      for (const kind of ['news', 'consent']) {
        const [title, body] = [visitor.text(`push.${kind}.title`), visitor.text(`push.${kind}.text`)];
        await deliver(visitor, JSON.stringify({ kind, lang: language, title, body, open: '/messages' }));
        assert.deepEqual(await untilShown(visitor, title), { title, body, lang: language, tag: kind, data: '/messages' });
      }
    }
    assert.equal((await shown(visitor)).length, 2, 'one of a kind at a time');
    for (const wrong of ['', 'x', '{"kind":"advert","title":"Win a car","open":"https://elsewhere.example/"}']) {
      await deliver(visitor, wrong);
      const { body, tag, data } = await untilShown(visitor, 'Мекенжай');
      assert.deepEqual({ body, tag, data }, { body: '', tag: 'news', data: '/messages' });
    }
    for (const open of ['//elsewhere.example/', 'https://elsewhere.example/', '/\\elsewhere.example']) {
      await deliver(visitor, JSON.stringify({ kind: 'news', title: open, open }));
      assert.equal((await untilShown(visitor, open)).data, '/messages');
    }
    visitor.language = 'ru';
    await visitor.leave();
  });

  test('on the phone: the application opens, and a browser with a new address stays known', async () => {
    const owner = people.owners[2];
    const [device, renewed, again] = [pushes.browser(), pushes.browser(), pushes.browser()];
    const visitor = await inProfile(owner, { device, door: '/m', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await panel(visitor).getByRole('button', { name: visitor.text('page.push.turn_on') }).tap();
    await says(visitor, 'on');
    await asksOwner(2);
    assert.equal((await pushes.push(device)).note.open, '/m/consents');

    const changes = (to) => visitor.context.serviceWorkers()[0].evaluate(async (fresh) => {
      const event = new ExtendableEvent('pushsubscriptionchange');
      let done;
      Object.defineProperty(event, 'waitUntil', { value: (promise) => (done = promise) });
      Object.defineProperty(event, 'newSubscription', { value: { toJSON: () => fresh } });
      self.dispatchEvent(event);
      await done;
    }, to.toJSON());
    await changes(renewed);
    // The next time the session has ended long ago.
    await visitor.context.clearCookies({ name: '__Host-session' });
    await changes(again);
    await portal.service.answerBySms(owner.phone, 1);
    assert.equal((await pushes.push(again)).note.open, '/m/messages');
    assert.deepEqual(pushes.to(renewed), []);
    assert.equal((await devices(owner)).length, 1);
    await visitor.leave();
  });

  test('what does not work is said, with the way out of it', async () => {
    const blocked = await inProfile(people.applicants[0], { allowed: false });
    await says(blocked, 'blocked');
    await blocked.seen('push-blocked', { again: false });
    await blocked.leave();

    const unsupported = await portal.visitor();
    await unsupported.context.addInitScript(() => delete globalThis.PushManager);
    await unsupported.goto('/profile');
    await unsupported.signIn(people.applicants[0]);
    await says(unsupported, 'unsupported');
    assert.equal(await panel(unsupported).getByRole('button').count(), 0);
    await unsupported.seen('push-unsupported', { again: false });
    await unsupported.leave();

    const silent = await inProfile(people.applicants[0]);
    await panel(silent).getByRole('button', { name: silent.text('page.push.turn_on') }).click();
    await says(silent, 'failed');
    await silent.seen('push-failed', { again: false });
    assert.equal(await panel(silent).getByRole('button', { name: silent.text('page.push.turn_on') }).count(), 1, 'he may try again');
    assert.deepEqual(await devices(people.applicants[0]), []);
    await silent.leave();
  });

  test('turned off on one device, then on all of them, also without script', async () => {
    const person = people.applicants[1];
    const visitor = await inProfile(person, { device: pushes.browser() });
    const turnOn = () => panel(visitor).getByRole('button', { name: visitor.text('page.push.turn_on') }).click();
    await turnOn();
    await says(visitor, 'on');
    await portal.service.citizen(person).expect(201, 'POST', '/push/subscriptions', pushes.browser().toJSON());
    await panel(visitor).getByRole('button', { name: visitor.text('page.push.turn_off') }).click();
    await says(visitor, 'off');
    assert.equal((await devices(person)).length, 1, 'the other one stays');
    await turnOn();
    await says(visitor, 'on');
    await visitor.press('page.push.everywhere');
    await says(visitor, 'off');
    assert.deepEqual(await devices(person), []);

    // In another language from now on, because he reads in it.
    await turnOn();
    await says(visitor, 'on');
    visitor.language = 'en';
    await visitor.goto('/profile?lang=en');
    while ((await devices(person))[0].language !== 'en');
    await visitor.leave();

    const plain = await portal.visitor({ script: false });
    await plain.goto('/profile');
    await plain.signIn(person);
    await plain.expectSaid('page.push.no_script');
    await plain.seen('push-no-script', { again: false });
    await plain.press('page.push.everywhere');
    assert.deepEqual(await devices(person), []);
    await plain.leave();
  });

  test('whoever signs out silences the browser, whoever has turned it on', async () => {
    const [one, other] = [people.applicants[2], people.applicants[0]];
    const visitor = await inProfile(one, { device: pushes.browser() });
    const turnOn = async () => {
      await panel(visitor).getByRole('button', { name: visitor.text('page.push.turn_on') }).click();
      await says(visitor, 'on');
    };
    await turnOn();
    assert.equal((await devices(one)).length, 1);
    await visitor.context.clearCookies({ name: '__Host-session' }); // left alone for two hours
    await visitor.goto('/sign-in?next=/profile');
    await visitor.signIn(other);
    await says(visitor, 'off');
    await visitor.press('page.profile.sign_out');
    assert.deepEqual(await devices(one), [], 'the next one here is not to see his notifications');

    // A page that outlived its session signs out all the same.
    await visitor.goto('/sign-in?next=/profile');
    await visitor.signIn(other);
    await turnOn();
    await visitor.context.clearCookies({ name: '__Host-session' });
    await visitor.press('page.profile.sign_out');
    await visitor.expectHeading('page.signed_out.title');
    assert.deepEqual(await devices(other), []);
    assert.deepEqual((await visitor.context.cookies()).filter(({ name }) => name === '__Host-device'), []);
    await visitor.leave();
  });

  test('forms of other sites and of nobody change nothing', async () => {
    const person = people.applicants[2];
    const visitor = await inProfile(person, { device: pushes.browser() });
    const device = pushes.browser().toJSON();
    const fields = { endpoint: device.endpoint, ...device.keys };
    assert.equal((await visitor.raw('POST', '/push/subscriptions', fields)).status, 403, 'no token');
    await visitor.context.clearCookies();
    const { body: state } = await visitor.raw('GET', '/push');
    assert.equal(Buffer.from(state.public_key, 'base64url').length, 65);
    assert.equal((await visitor.raw('POST', '/push/subscriptions', { csrf: state.csrf, ...fields })).status, 403);
    assert.equal((await visitor.raw('POST', '/push/off-everywhere', { csrf: state.csrf })).status, 303);
    // A browser that nobody is signed in at may only renew itself.
    await visitor.goto('/sign-in');
    const renewal = (more) => visitor.page.evaluate(async (form) => {
      const { csrf } = await (await fetch('/push')).json();
      const answer = await fetch('/push/subscriptions', { method: 'POST', body: new URLSearchParams({ csrf, ...form }) });
      return answer.status;
    }, { ...fields, ...more });
    assert.equal(await renewal({}), 401);
    assert.equal(await renewal({ renewal: '1' }), 401, 'it has no cookie of a device');
    for (const guess of ['x', '01926b3e-7a00-7000-8000-000000000001']) {
      await visitor.context.addCookies([{ name: '__Host-device', value: guess, url: portal.origin.replace('http:', 'https:'), secure: true }]);
      assert.equal(await renewal({ renewal: '1' }), 404, guess);
    }
    assert.equal((await portal.service.call('GET', '/kiosk/push')).status, 404, 'a kiosk is nobody\'s device');
    assert.deepEqual(await devices(person), []);
    await visitor.context.close();
  });
});
