// `mekenjai ocsp check`: an answer of an OCSP responder is believed or it is not, and the exit code says so.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync, copyFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { mekenjai, temporaryFolder } from '../lib/service.mjs';

const derived = fileURLToPath(new URL('../data/eds/derived/', import.meta.url));
const at = '2026-11-22T12:00:00Z';
const status = { good: 'good', 'revoked after signing': 'revoked', revoked: 'revoked', unknown: 'unknown', 'not issued': 'not_issued',
  reject: 'rejected', unavailable: 'unavailable' };

const cases = readFileSync(path.join(derived, 'MANIFEST.tsv'), 'utf8').split('\n').slice(1).map((row) => row.split('\t'))
  .filter(([id, , expected]) => id.startsWith('o') && expected !== 'info');

describe('ocsp check', () => {
  let trust;
  const check = async (file, ...more) => {
    const { code, out, err } = await mekenjai('ocsp', 'check', '--cert', path.join(derived, 'alice.cer'), '--trust', trust, '--at', at, ...more, file);
    return { code, err, out, answer: out === '' ? null : JSON.parse(out) };
  };

  before(() => {
    trust = path.join(temporaryFolder(), 'trust');
    mkdirSync(trust);
    for (const name of ['derived_root.cer', 'derived_nca.cer']) copyFileSync(path.join(derived, name), path.join(trust, name));
  });

  test('there are cases', () => assert.equal(cases.length, 8));

  for (const [id, file, expected, why] of cases) {
    test(`${id}: ${why}`, async () => {
      const { code, out, err, answer } = await check(path.join(derived, file));
      assert.equal(answer.status, status[expected], err);
      assert.equal(code, expected === 'good' ? 0 : 1);
      assert.deepEqual(Object.keys(answer), ['status', 'revoked_at', 'reason'], 'the contract names these');
      assert.equal(out.trimEnd().split('\n').length, 1, 'one line');
      if (answer.status === 'rejected' || answer.status === 'unavailable') {
        assert.match(answer.reason, /^[a-z_]+$/);
        assert.match(err, new RegExp(`^${answer.reason}: `), 'the detail is for people');
      } else {
        assert.equal(err, '');
      }
    });
  }

  test('a revocation has its moment and its reason', async () => {
    const { answer } = await check(path.join(derived, 'o21.ocsp'));
    assert.deepEqual(answer, { status: 'revoked', revoked_at: '2026-11-20T17:00:00+05:00', reason: 'superseded' });
  });

  test('what was never issued has no moment of revocation', async () => {
    const { answer } = await check(path.join(derived, 'o23.ocsp'));
    assert.deepEqual(answer, { status: 'not_issued', revoked_at: null, reason: null });
  });

  test('a good answer grows old', async () => {
    const old = await check(path.join(derived, 'o02.ocsp'), '--at', '2026-11-22T12:06:00Z').catch((error) => error);
    assert.equal(old.code, 2, '--at twice is wrong usage');
    const { code, out } = await mekenjai('ocsp', 'check', '--cert', path.join(derived, 'alice.cer'), '--trust', trust, '--at',
      '2026-11-22T12:06:00Z', path.join(derived, 'o02.ocsp'));
    assert.equal(code, 1);
    assert.deepEqual(JSON.parse(out), { status: 'rejected', revoked_at: null, reason: 'expired' });
  });

  test('a nonce that was sent must be there', async () => {
    const { code, answer } = await check(path.join(derived, 'o02.ocsp'), '--nonce', '00112233445566778899aabbccddeeff');
    assert.equal(code, 1);
    assert.deepEqual(answer, { status: 'rejected', revoked_at: null, reason: 'content_mismatch' });
  });

  test('bytes that are no answer are rejected, wherever they are cut', async () => {
    const whole = readFileSync(path.join(derived, 'o02.ocsp'));
    for (const bytes of [Buffer.alloc(0), Buffer.from('no answer\n'), whole.subarray(0, 20), whole.subarray(0, -1),
      Buffer.concat([whole, Buffer.from([0])]), Buffer.alloc(200_000, 0x30)]) {
      const file = path.join(temporaryFolder(), 'answer');
      writeFileSync(file, bytes);
      const { code, answer } = await check(file);
      assert.equal(code, 1);
      assert.deepEqual(answer, { status: 'rejected', revoked_at: null, reason: 'malformed' });
    }
  });

  test('an issuer that is not trusted proves nothing', async () => {
    const { code, answer } = await check(path.join(derived, 'o02.ocsp'));
    assert.equal(code, 0);
    assert.equal(answer.status, 'good');
    const roots = path.join(temporaryFolder(), 'roots');
    mkdirSync(roots);
    copyFileSync(path.join(derived, 'derived_root.cer'), path.join(roots, 'root.cer'));
    const { code: without, out } = await mekenjai('ocsp', 'check', '--cert', path.join(derived, 'alice.cer'), '--trust', roots, '--at', at,
      path.join(derived, 'o02.ocsp'));
    assert.equal(without, 1);
    assert.deepEqual(JSON.parse(out), { status: 'rejected', revoked_at: null, reason: 'untrusted_issuer' });
  });

  test('wrong usage is 2, with a sentence and no report', async () => {
    const alice = path.join(derived, 'alice.cer'), answer = path.join(derived, 'o02.ocsp');
    const none = path.join(temporaryFolder(), 'none'), empty = temporaryFolder();
    for (const [args, named] of [
      [[], /subcommand/], [['check'], /FILE|cert/], [['check', answer], /--cert/], [['check', '--cert', alice], /FILE/],
      [['check', '--cert', none, '--trust', trust, answer], /none cannot be read/],
      [['check', '--cert', alice, '--trust', trust, none], /none cannot be read/],
      [['check', '--cert', alice, '--trust', trust, empty], /is a folder/],
      [['check', '--cert', answer, '--trust', trust, answer], /is not a certificate/],
      [['check', '--cert', alice, '--trust', none, answer], /none cannot be read.*--trust names a folder/s],
      [['check', '--cert', alice, '--trust', empty, answer], /no certificate in it/],
      [['check', '--cert', alice, '--trust', trust, '--at', 'noon', answer], /RFC 3339/],
      [['check', '--cert', alice, '--trust', trust, '--nonce', 'xyz', answer], /hexadecimal/],
      [['check', '--cert', alice, '--trust', trust, '--wings', answer], /wings/],
    ]) {
      const { code, out, err } = await mekenjai('ocsp', ...args);
      assert.equal(code, 2, `${args.join(' ')}: ${err}`);
      assert.equal(out, '');
      assert.match(err, named);
    }
  });
});
