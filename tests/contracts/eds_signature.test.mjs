// `mekenjai signature verify` as others use it alone: the generated cases, the report, the exit codes.
import assert from 'node:assert/strict';
import { appendFileSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { mekenjai, temporaryFolder } from '../lib/service.mjs';

const cases = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'data', 'eds', 'derived');
const file = (name) => path.join(cases, name);
const at = '2026-11-22T12:00:00Z';
const login = ['--use', 'login', '--nonce', 'Zm9vYmFyMTIzNDU2Nzg5MA', '--origin', 'https://propiska.test'];

/** A folder of certificates to trust: the two of the generated cases, and others by name. */
function trust(...others) {
  const folder = temporaryFolder();
  for (const name of ['derived_root.cer', 'derived_nca.cer', ...others]) writeFileSync(path.join(folder, name), readFileSync(file(name)));
  return folder;
}
const anchors = trust();

async function verify(...args) {
  const { code, out, err } = await mekenjai('signature', 'verify', ...args);
  return { code, out, err, report: out === '' ? null : JSON.parse(out) };
}
/** As the cases are to be judged, unless told otherwise: at their moment, with their anchors, revocation aside. */
function judge(name, ...args) {
  const usual = { '--trust': anchors, '--at': at, '--revocation': 'ignore' };
  const rest = Object.entries(usual).filter(([option]) => !args.includes(option)).flat();
  return verify(...rest, '--test-identities', ...args, file(name));
}

const rows = readFileSync(file('MANIFEST.tsv'), 'utf8').trim().split('\n').slice(1)
  .map((line) => line.split('\t')).map(([id, files, expected, why]) => ({ id, files: files.split(' '), expected, why }));

describe('The generated cases', () => {
  const signatures = rows.filter(({ id }) => /^[cxl]\d/.test(id));
  test('are all there', () => assert.ok(signatures.length >= 34));

  for (const { id, files, expected, why } of signatures) {
    test(`${id} is ${expected}: ${why}`, async () => {
      const more = files.length > 1 && files[1].endsWith('.txt') ? ['--content', file(files[1])] : [];
      const issuers = files.filter((name) => name.endsWith('.issuer.cer'));
      for (const folder of issuers.length > 0 ? [anchors, trust(...issuers)] : [anchors]) {
        const { code, report, err } = await judge(files[0], '--trust', folder, ...more, ...(id.startsWith('l') ? login : []));
        assert.equal(report.valid, expected === 'valid', err);
        assert.equal(code, report.valid ? 0 : 1);
        assert.equal(report.reason === 'ok', report.valid);
        assert.equal(report.format, files[0].endsWith('.xml') ? 'xml' : 'cms');
        assert.equal(report.signers.every((signer) => signer.valid) && report.signers.length > 0, report.valid);
        assert.match(err, report.valid ? /^valid$/m : new RegExp(`^${report.reason}: `, 'm'));
      }
    });
  }
});

describe('Content beside the signature', () => {
  test('is judged to its last byte, however large', async () => {
    const folder = temporaryFolder();
    const large = path.join(folder, 'large.bin'), key = path.join(folder, 'me.p12'), anchors = path.join(folder, 'trust');
    writeFileSync(large, Buffer.alloc(33 * 1024 * 1024 + 1, 'x'));
    assert.equal((await mekenjai('sandbox', 'key', '--iin', '900101300017', '--out', key)).code, 0);
    assert.equal((await mekenjai('sandbox', 'trust', '--out', anchors)).code, 0);
    const signed = path.join(folder, 'large.cms');
    const { code, out, err } = await mekenjai('sandbox', 'sign', '--key', key, '--detached', large);
    assert.equal(code, 0, err);
    writeFileSync(signed, out);
    const judged = () => verify('--content', large, '--trust', anchors, '--revocation', 'ignore', '--test-identities', signed);
    assert.equal((await judged()).report.reason, 'ok');
    appendFileSync(large, 'a tail');
    const tampered = await judged();
    assert.equal(tampered.code, 1);
    assert.equal(tampered.report.reason, 'digest_mismatch');
  });
});

describe('The report', () => {
  test('has the fields of the contract in their order, on one line', async () => {
    const { out, report } = await judge('c06.pem');
    assert.equal(out.trim().split('\n').length, 1);
    assert.deepEqual(Object.keys(report), ['valid', 'reason', 'format', 'signers']);
    const { name, serial, ...signer } = report.signers[0];
    assert.deepEqual(Object.keys(report.signers[0]), ['iin', 'bin', 'name', 'algorithm', 'serial', 'issuer', 'not_before', 'not_after', 'key_use',
      'revocation', 'signing_time', 'timestamp', 'valid', 'reason']);
    assert.deepEqual(signer, { iin: '123456789011', bin: null, algorithm: 'GOST-2015-512', issuer: 'DERIVED TEST NCA (GOST)',
      not_before: '2026-05-01T05:00:00+05:00', not_after: '2027-05-01T05:00:00+05:00', key_use: 'sign', revocation: 'unknown',
      signing_time: signer.signing_time, timestamp: null, valid: true, reason: 'ok' });
    assert.equal(name, 'ТЕСТОВ ТЕСТ');
    assert.equal(serial, '28b4f1ccfffce7f09d0f240cd5c8ad3c38693c14');
    assert.ok(!Number.isNaN(Date.parse(signer.signing_time)));
  });

  test('an employee\'s key: whose organisation, and why not', async () => {
    const { report } = await judge('c61.cms');
    assert.equal(report.reason, 'wrong_key_use');
    assert.equal(report.signers[0].bin, '123456789021');
  });

  test('two signers are two lines', async () => {
    const { report } = await judge('c04.cms');
    assert.deepEqual(report.signers.map(({ iin }) => iin).sort(), ['123456789011', '123456789012']);
    const one = (await judge('c04.cms', '--iin', '123456789011')).report;
    assert.equal(one.reason, 'wrong_person');
    assert.deepEqual(one.signers.map((signer) => signer.valid).sort(), [false, true]);
  });
});

describe('Options', () => {
  test('without an answer about revocation nothing is said for certain', async () => {
    const { code, report, err } = await verify('--trust', anchors, '--at', at, '--test-identities', file('c06.pem'));
    assert.equal(code, 1);
    assert.equal(report.reason, 'revocation_unknown');
    assert.match(err, /cannot be told/);
  });

  const withAnswer = (name) => verify('--trust', anchors, '--at', at, '--test-identities', '--ocsp', file(name), file('c06.pem'));
  for (const [name, reason, revocation] of [['o02.ocsp', 'ok', 'good'], ['o21.ocsp', 'revoked', 'revoked'], ['o23.ocsp', 'revoked', 'revoked'],
    ['o25.ocsp', 'revocation_unknown', 'unknown'], ['o27.ocsp', 'revocation_unknown', 'unknown'], ['o29.ocsp', 'revocation_unknown', 'unknown'],
    ['o31.ocsp', 'revocation_unknown', 'unknown'], ['o33.ocsp', 'revocation_unknown', 'unknown'], ['c06.pem', 'revocation_unknown', 'unknown']]) {
    test(`with ${name} for an OCSP answer: ${reason}`, async () => {
      const { code, report, err } = await withAnswer(name);
      assert.deepEqual([report.reason, report.signers[0].revocation], [reason, revocation], err);
      assert.equal(code, reason === 'ok' ? 0 : 1);
    });
  }

  test('several answers: the worst counts', async () => {
    const { report } = await verify('--trust', anchors, '--at', at, '--test-identities', '--ocsp', file('o02.ocsp'), '--ocsp', file('o21.ocsp'), file('c06.pem'));
    assert.equal(report.reason, 'revoked');
  });

  test('an IIN that no calendar allows is a test key\'s', async () => {
    const { report } = await verify('--trust', anchors, '--at', at, '--revocation', 'ignore', file('c06.pem'));
    assert.equal(report.reason, 'bad_certificate');
  });

  test('the moment decides', async () => {
    const on = (moment) => verify('--trust', anchors, '--at', moment, '--test-identities', '--revocation', 'ignore', file('c06.pem'));
    assert.equal((await on('2026-04-30T23:59:59Z')).report.reason, 'not_yet_valid');
    assert.equal((await on('2027-05-01T00:00:01Z')).report.reason, 'expired');
    assert.equal((await on('2027-05-01T04:59:59+05:00')).report.reason, 'ok');
  });

  test('the content must be what was signed', async () => {
    assert.equal((await judge('c02.cms')).report.reason, 'content_mismatch');
    assert.equal((await judge('c02.cms', '--content', file('MANIFEST.tsv'))).report.reason, 'digest_mismatch');
    assert.equal((await judge('c06.pem', '--content', file('c02.txt'))).report.reason, 'ok');
    assert.equal((await judge('c06.pem', '--content', file('MANIFEST.tsv'))).report.reason, 'content_mismatch');
  });

  test('a document is no login and a login no document', async () => {
    assert.equal((await judge('c06.pem', ...login)).report.reason, 'bad_challenge');
    assert.equal((await judge('x01.xml', ...login)).report.reason, 'bad_challenge');
    assert.equal((await judge('l21.xml')).report.reason, 'content_mismatch');
    const elsewhere = ['--use', 'login', '--nonce', 'Zm9vYmFyMTIzNDU2Nzg5MA', '--origin', 'https://evil.test'];
    assert.equal((await judge('l21.xml', ...elsewhere)).report.reason, 'ok', 'the site that it was signed for');
    assert.equal((await judge('l21.xml', ...elsewhere, '--at', '2026-11-22T12:30:00Z')).report.reason, 'bad_challenge', 'too old');
    assert.equal((await judge('l21.xml', ...elsewhere.with(3, 'b3RoZXI'))).report.reason, 'bad_challenge', 'another nonce');
  });

  test('a folder of revocation lists: what is none is named, and says nothing', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'garbage.crl'), 'no list');
    const { code, report, err } = await verify('--trust', anchors, '--at', at, '--test-identities', '--crl', folder, file('c06.pem'));
    assert.deepEqual([code, report.reason], [1, 'revocation_unknown']);
    assert.match(err, /garbage\.crl/);
  });
});

describe('Wrong usage is 2, a sentence, and no report', () => {
  const empty = temporaryFolder();
  const bad = path.join(temporaryFolder(), 'trust');
  mkdirSync(bad);
  writeFileSync(path.join(bad, 'readme.cer'), 'no certificate');
  for (const [what, args, said] of [
    ['no file', ['--trust', anchors], /FILE/],
    ['a file that is not there', ['--trust', anchors, file('none.cms')], /none\.cms/],
    ['a folder for a file', ['--trust', anchors, cases], /folder/],
    ['content that is not there', ['--trust', anchors, '--content', file('none.txt'), file('c02.cms')], /none\.txt/],
    ['an answer that is not there', ['--trust', anchors, '--ocsp', file('none.ocsp'), file('c02.cms')], /none\.ocsp/],
    ['lists that are not there', ['--trust', anchors, '--crl', file('none'), file('c02.cms')], /none/],
    ['anchors that are not there', ['--trust', file('none'), file('c06.pem')], /--trust/],
    ['a folder without anchors', ['--trust', empty, file('c06.pem')], /no certificate/],
    ['an anchor that is none', ['--trust', bad, file('c06.pem')], /readme\.cer/],
    ['no moment', ['--trust', anchors, '--at', 'yesterday', file('c06.pem')], /RFC 3339/],
    ['another use', ['--trust', anchors, '--use', 'play', file('c06.pem')], /use/],
    ['another revocation', ['--trust', anchors, '--revocation', 'maybe', file('c06.pem')], /revocation/],
    ['a login without its challenge', ['--trust', anchors, '--use', 'login', file('l21.xml')], /--nonce/],
    ['a challenge without login', ['--trust', anchors, '--nonce', 'x', file('c06.pem')], /--use login/],
    ['an IIN of five digits', ['--trust', anchors, '--iin', '12345', file('c06.pem')], /--iin/],
    ['an unknown option', ['--trust', anchors, '--believe', file('c06.pem')], /believe/],
  ]) {
    test(what, async () => {
      const { code, out, err } = await verify(...args);
      assert.equal(code, 2, err);
      assert.equal(out, '');
      assert.match(err, said);
    });
  }

  test('help explains itself with an example', async () => {
    const { code, out } = await mekenjai('signature', 'verify', '--help');
    assert.equal(code, 0);
    for (const word of ['--content', '--trust', '--at', '--use', '--iin', '--nonce', '--origin', '--revocation', '--ocsp', '--crl', '--test-identities',
      'Example', 'Exit code']) assert.ok(out.includes(word), word);
  });
});

describe('Bent files', () => {
  const folder = temporaryFolder();
  const bent = (name, bytes) => {
    writeFileSync(path.join(folder, name), bytes);
    return path.join(folder, name);
  };
  const judged = (name) => verify('--trust', anchors, '--at', at, '--test-identities', '--revocation', 'ignore', name);

  test('truncated ones are malformed', async () => {
    for (const name of ['c04.cms', 'c06.pem', 'x01.xml']) {
      const bytes = readFileSync(file(name));
      for (const size of [0, 1, 2, 100, bytes.length >> 1, bytes.length - 40]) {
        const { code, report } = await judged(bent(`${size}-${name}`, bytes.subarray(0, size)));
        assert.equal(code, 1);
        assert.deepEqual([report.reason, report.signers], ['malformed', []], `${name} of ${size} bytes`);
      }
    }
  });

  test('a hundred megabytes are refused at once', async () => {
    const huge = bent('huge.cms', readFileSync(file('c04.cms')));
    truncateSync(huge, 100 * 1024 * 1024);
    const { code, report } = await judged(huge);
    assert.deepEqual([code, report.reason], [1, 'malformed']);
  });

  test('text behind a container is not ignored', async () => {
    const { report } = await judged(bent('more.cms', Buffer.concat([readFileSync(file('c04.cms')), Buffer.from([0])])));
    assert.equal(report.reason, 'malformed');
  });
});
