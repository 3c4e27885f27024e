// What is installed on a kiosk: the unit, the launcher, and a browser policy that lets the pages work and nothing else.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { temporaryFolder } from '../lib/service.mjs';

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../deploy/kiosk');
const read = (name) => readFileSync(path.join(folder, name), 'utf8');
const policy = JSON.parse(read('policy.json'));

/** Policies of Chromium on Linux that this folder may use, with the type of their value. A misspelt one would be ignored in silence. */
const known = {
  list: ['URLBlocklist', 'URLAllowlist', 'ExtensionInstallBlocklist'],
  number: ['IncognitoModeAvailability', 'BrowserSignin', 'RestoreOnStartup', 'DeveloperToolsAvailability', 'DownloadRestrictions',
    'NetworkPredictionOptions', 'SafeBrowsingProtectionLevel', 'DefaultPopupsSetting', 'DefaultNotificationsSetting',
    'DefaultGeolocationSetting', 'DefaultWebUsbGuardSetting', 'DefaultWebBluetoothGuardSetting', 'DefaultSerialGuardSetting',
    'DefaultClipboardSetting', 'DefaultFileSystemReadGuardSetting', 'DefaultFileSystemWriteGuardSetting'],
  boolean: ['ForceEphemeralProfiles', 'SyncDisabled', 'BrowserAddPersonEnabled', 'BrowserGuestModeEnabled', 'SavingBrowserHistoryDisabled',
    'BookmarkBarEnabled', 'EditBookmarksEnabled', 'AllowFileSelectionDialogs', 'PrintingEnabled', 'DisablePrintPreview', 'PrintHeaderFooter',
    'AutofillAddressEnabled', 'AutofillCreditCardEnabled', 'PasswordManagerEnabled', 'PasswordLeakDetectionEnabled',
    'PaymentMethodQueryEnabled', 'TranslateEnabled', 'SpellcheckEnabled', 'SearchSuggestEnabled', 'DefaultSearchProviderEnabled',
    'AlternateErrorPagesEnabled', 'MetricsReportingEnabled', 'UrlKeyedAnonymizedDataCollectionEnabled', 'ComponentUpdatesEnabled',
    'BackgroundModeEnabled', 'PromptForDownloadLocation', 'ShowHomeButton', 'AudioCaptureAllowed', 'VideoCaptureAllowed',
    'ScreenCaptureAllowed'],
};
const typeOf = (value) => (Array.isArray(value) ? 'list' : typeof value);

describe('The policy', () => {
  test('has only names that Chromium knows, with values of their type', () => {
    for (const [name, value] of Object.entries(policy)) assert.ok(known[typeOf(value)]?.includes(name), `${name}: ${value}`);
  });

  test('lets nothing be kept, downloaded, remembered or looked into', () => {
    const wanted = { IncognitoModeAvailability: 2, DownloadRestrictions: 3, DeveloperToolsAvailability: 2, PrintingEnabled: true,
      AutofillAddressEnabled: false, AutofillCreditCardEnabled: false, PasswordManagerEnabled: false, TranslateEnabled: false,
      AllowFileSelectionDialogs: false, SyncDisabled: true, SpellcheckEnabled: false, ForceEphemeralProfiles: true };
    for (const [name, value] of Object.entries(wanted)) assert.equal(policy[name], value, name);
    assert.deepEqual(policy.URLBlocklist, ['*']);
  });

  /** Chromium's filter: scheme://host/path, the path a beginning. */
  const allowed = (address) => {
    const url = new URL(address);
    return policy.URLAllowlist.some((pattern) => {
      assert.ok(!pattern.includes('*'), 'a star in a path is a star');
      const filter = new URL(pattern);
      return url.protocol === filter.protocol && url.host === filter.host && url.pathname.startsWith(filter.pathname);
    });
  };

  test('lets through what the pages of a kiosk load, and nothing else of the service', () => {
    const templates = path.resolve(folder, '../../web/templates');
    const addresses = ['layouts/kiosk.html', ...readdirSync(path.join(templates, 'kiosk')).filter((name) => name.endsWith('.html')).map((name) => `kiosk/${name}`)]
      .flatMap((name) => [...readFileSync(path.join(templates, name), 'utf8').matchAll(/ (?:href|action|src|formaction)="([^"{#][^"]*)"/g)])
      .map(([, address]) => address.replace(/\[\[asset:([^\]]+)\]\](#.*)?/, '/assets/$1'));
    assert.ok(addresses.length > 15);
    for (const address of addresses) {
      const path_ = address.startsWith('/assets/') ? address : `/kiosk${address}`;
      assert.ok(allowed(`https://mekenjai.example${path_}`), address);
    }
    for (const outside of ['https://mekenjai.example/', 'https://mekenjai.example/profile', 'https://mekenjai.example/m/', 'http://mekenjai.example/kiosk',
      'https://egov.kz/', 'https://mekenjai.example.evil/kiosk', 'file:///etc/passwd', 'chrome://settings', 'view-source:https://mekenjai.example/kiosk']) {
      assert.ok(!allowed(outside), outside);
    }
  });
});

describe('The unit', () => {
  const unit = {};
  let section;
  for (const line of read('mekenjai-kiosk.service').split('\n')) {
    const [, name] = line.match(/^\[(\w+)\]$/) ?? [];
    if (name) unit[(section = name)] = {};
    const [, key, value] = line.match(/^(\w+)=(.*)$/) ?? [];
    if (key) (unit[section][key] ??= []).push(value);
    assert.ok(name || key || line === '' || line.startsWith('#'), `a line that systemd would not read: ${line}`);
  }

  test('starts again whatever happened, with the token as a credential and a profile in memory', () => {
    assert.deepEqual(unit.Service.Restart, ['always']);
    assert.deepEqual(unit.Unit.StartLimitIntervalSec, ['0'], 'however often');
    assert.match(unit.Service.LoadCredential[0], /^token:/);
    assert.deepEqual(unit.Service.RuntimeDirectory, ['mekenjai-kiosk']);
    assert.deepEqual(unit.Service.User, ['kiosk']);
    assert.ok(!read('mekenjai-kiosk.service').includes('TOKEN='));
  });

  test('is one that systemd takes', { skip: spawnSync('systemd-analyze', ['--version']).error && 'there is no systemd here' }, () => {
    // The programs it starts are those of a kiosk, not of this machine.
    const at = temporaryFolder();
    const text = read('mekenjai-kiosk.service').replace(/^ExecStart=\S+ -d -- \S+$/m, 'ExecStart=/bin/true').replace(/^Documentation=.*$/m, '');
    writeFileSync(path.join(at, 'mekenjai-kiosk.service'), text);
    const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', path.join(at, 'mekenjai-kiosk.service')], { encoding: 'utf8' });
    assert.deepEqual(stderr.split('\n').filter((line) => /mekenjai-kiosk/.test(line)), []);
  });
});

describe('The launcher', () => {
  /** Runs it with a browser that writes down how it was called, and looks at what stands on the disk meanwhile. */
  function launched({ address = 'https://mekenjai.example/kiosk', token = `${'Ab-_'.repeat(10)}xyz\n`, status = 0 } = {}) {
    const at = temporaryFolder();
    mkdirSync(path.join(at, 'credentials'));
    writeFileSync(path.join(at, 'credentials/token'), token);
    const browser = path.join(at, 'browser');
    writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$@" > ${at}/called\nls -d ${at}/run/profile.* > ${at}/profiles\nexit ${status}\n`);
    chmodSync(browser, 0o755);
    mkdirSync(path.join(at, 'run'));
    const run = spawnSync(path.join(folder, 'mekenjai-kiosk'), {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, ADDRESS: address, CREDENTIALS_DIRECTORY: path.join(at, 'credentials'), RUNTIME_DIRECTORY: path.join(at, 'run'), CHROMIUM: browser },
    });
    const called = run.status === 2 ? [] : readFileSync(path.join(at, 'called'), 'utf8').trim().split('\n');
    return { ...run, called, left: readdirSync(path.join(at, 'run')) };
  }

  test('gives the browser the address with the token behind the #, and a profile that is gone afterwards', () => {
    const { status, called, left, stdout, stderr } = launched();
    assert.equal(status, 0, stderr);
    assert.equal(called.at(-1), `https://mekenjai.example/kiosk#token=${'Ab-_'.repeat(10)}xyz`);
    for (const flag of ['--kiosk', '--incognito', '--no-first-run', '--noerrdialogs', '--disable-session-crashed-bubble', '--disable-translate',
      '--overscroll-history-navigation=0', '--disable-pinch', '--kiosk-printing']) {
      assert.ok(called.includes(flag), flag);
    }
    assert.match(called.find((one) => one.startsWith('--user-data-dir=')), /\/run\/profile\.\w+$/);
    assert.deepEqual(left, [], 'nothing of the visit is on the disk');
    assert.ok(!(stdout + stderr).includes('Ab-_'), 'and nothing is printed');
  });

  test('ends as the browser ends, and cleans up', () => {
    const { status, left } = launched({ status: 7 });
    assert.equal(status, 7);
    assert.deepEqual(left, []);
  });

  test('starts nothing with a token or an address that is none', () => {
    assert.equal(launched({ token: '' }).status, 2);
    assert.equal(launched({ token: 'a b&c' }).status, 2);
    for (const address of ['http://mekenjai.example/kiosk', 'https://mekenjai.example/', '']) assert.notEqual(launched({ address }).status, 0, address);
  });

  test('is a script that any shell reads', () => {
    execFileSync('sh', ['-n', path.join(folder, 'mekenjai-kiosk')]);
  });
});
