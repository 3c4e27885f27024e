// Keys of the sandbox: `mekenjai sandbox key`, `sandbox sign` and `sandbox trust`, read by OpenSSL and judged by our own
// `signature verify`.
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { Registers } from '../lib/registers.mjs';
import { binary, mekenjai, temporaryFolder } from '../lib/service.mjs';

const registers = new Registers();
const iin = registers.newIin('1990-01-01', 'f');
const password = 'Qwerty12';

/** OpenSSL's own word on a file: `{code, text}`, both streams. */
function openssl(...args) {
  return new Promise((resolve) => {
    execFile('openssl', args, { timeout: 30_000 }, (error, out, err) => resolve({ code: error ? error.code : 0, text: out + err }));
  });
}

async function key(...options) {
  const folder = temporaryFolder();
  const file = path.join(folder, 'key.p12');
  const { code, out, err } = await mekenjai('sandbox', 'key', '--iin', iin, '--out', file, ...options);
  assert.equal(code, 0, err);
  assert.equal(out, '', 'data goes to the file, messages to standard error');
  return { folder, file, login: path.join(folder, 'AUTH_key.p12'), err };
}

let trust;
before(async () => {
  trust = path.join(temporaryFolder(), 'trust');
  const { code, err } = await mekenjai('sandbox', 'trust', '--out', trust);
  assert.equal(code, 0, err);
});

/** The report of `signature verify` on a signature, nothing asked about revocation. */
async function report(signature, ...options) {
  const file = path.join(temporaryFolder(), 'signature');
  writeFileSync(file, signature);
  const { code, out } = await mekenjai('signature', 'verify', '--trust', trust, '--revocation', 'ignore', ...options, file);
  const said = JSON.parse(out);
  assert.equal(code, said.valid ? 0 : 1);
  return said;
}

function file(content, name = 'content') {
  const at = path.join(temporaryFolder(), name);
  writeFileSync(at, content);
  return at;
}

async function sign(...args) {
  const { code, out, err } = await mekenjai('sandbox', 'sign', ...args);
  assert.equal(code, 0, err);
  return out;
}

describe('sandbox key', () => {
  test('a GOST key is one file, for its owner only', async () => {
    const { folder, file: made, err } = await key();
    assert.deepEqual(readdirSync(folder), ['key.p12']);
    assert.equal(statSync(made).mode & 0o777, 0o600);
    assert.match(err, /serial [0-9a-f]+/);
    assert.doesNotMatch(err, new RegExp(iin), 'no IIN in messages');
    const { text } = await openssl('pkcs12', '-legacy', '-info', '-noout', '-in', made, '-passin', `pass:${password}`);
    assert.match(text, /MAC: sha1, Iteration 1024/);
    assert.match(text, /pbeWithSHA1And3-KeyTripleDES-CBC/);
    assert.match(text, /pbeWithSHA1And40BitRC2-CBC/);
  });

  test('an RSA key is a pair: one signs, one logs in; OpenSSL opens both', async () => {
    const pair = await key('--algorithm', 'rsa', '--name', 'АХМЕТОВА САУЛЕ БОЛАТҚЫЗЫ', '--password', 'другой 1');
    assert.deepEqual(readdirSync(pair.folder).sort(), ['AUTH_key.p12', 'key.p12']);
    assert.match(pair.err, /AUTH_key\.p12: logs in/);
    for (const [name, usage] of [[pair.file, /Digital Signature, Non Repudiation/], [pair.login, /Digital Signature, Key Encipherment/]]) {
      assert.equal(statSync(name).mode & 0o777, 0o600);
      const opened = await openssl('pkcs12', '-legacy', '-in', name, '-passin', 'pass:другой 1', '-nodes', '-out', `${name}.pem`);
      assert.equal(opened.code, 0, opened.text);
      const { text } = await openssl('x509', '-in', `${name}.pem`, '-noout', '-text', '-nameopt', 'utf8,sep_comma_plus');
      assert.match(text, usage);
      assert.match(text, new RegExp(`serialNumber=IIN${iin}`));
      assert.match(text, /CN=АХМЕТОВА САУЛЕ/);
      assert.match(text, /GN=БОЛАТҚЫЗЫ/, 'the patronymic is in GN, as НУЦ РК has it');
      // The private key belongs to the certificate.
      const halves = await Promise.all([openssl('pkey', '-in', `${name}.pem`, '-pubout'), openssl('x509', '-in', `${name}.pem`, '-noout', '-pubkey')]);
      assert.equal(halves[0].text, halves[1].text);
    }
  });

  test('what cannot be issued is refused', async () => {
    const out = path.join(temporaryFolder(), 'key.p12');
    for (const args of [['--out', out], ['--iin', iin], ['--iin', '123', '--out', out], ['--iin', '900101300018', '--out', out],
      ['--iin', iin, '--out', out, '--algorithm', 'dsa'], ['--iin', iin, '--out', out, '--name', 'ОДНО'],
      ['--iin', iin, '--out', out, '--password', 'x'.repeat(300)]]) {
      const { code, err } = await mekenjai('sandbox', 'key', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.ok(err.length > 0);
      assert.ok(!existsSync(out));
    }
    const { code, err } = await mekenjai('sandbox', 'key', '--iin', iin, '--out', path.join(temporaryFolder(), 'none', 'key.p12'));
    assert.equal(code, 1);
    assert.match(err, /key\.p12/);
  });

  test('two keys of one person are two keys', async () => {
    const [one, other] = await Promise.all([key(), key()]);
    assert.notEqual(one.err.match(/serial (\w+)/)[1], other.err.match(/serial (\w+)/)[1]);
  });
});

describe('sandbox sign', () => {
  const content = '{"application":"what is signed"}';

  for (const algorithm of ['gost', 'rsa']) {
    test(`${algorithm}: attached, detached, as octets, and as XML`, async () => {
      const { file: made } = await key('--algorithm', algorithm);
      const attached = await sign('--key', made, file(content));
      assert.match(attached, /^-----BEGIN CMS-----\r\n/);
      const said = await report(attached, '--iin', iin);
      assert.equal(said.reason, 'ok');
      assert.equal(said.signers[0].key_use, 'sign');
      assert.match(said.signers[0].algorithm, algorithm === 'rsa' ? /^RSA-2048$/ : /^GOST-2015-512$/);

      const detached = await sign('--key', made, '--detached', file(content));
      assert.equal((await report(detached, '--content', file(content))).reason, 'ok');
      assert.equal((await report(detached, '--content', file(`${content} `))).reason, 'digest_mismatch');

      const octets = execFileSync(binary, ['sandbox', 'sign', '--key', made, '--der', file(content)]);
      assert.equal(octets[0], 0x30);
      assert.equal((await report(octets)).reason, 'ok');

      const xml = await sign('--key', made, '--xml', file('<application number="1" sha256="00"/>'));
      assert.match(xml, /^<application number="1" sha256="00"><ds:Signature/);
      assert.equal((await report(xml)).reason, 'ok');
      assert.equal((await report(xml.replace('number="1"', 'number="2"'))).reason, 'digest_mismatch');
    });
  }

  test('standard input is -', async () => {
    const { file: made } = await key();
    const signature = execFileSync(binary, ['sandbox', 'sign', '--key', made, '-'], { input: content }).toString();
    assert.equal((await report(signature)).reason, 'ok');
  });

  test('the RSA key for logging in signs no document', async () => {
    const { login } = await key('--algorithm', 'rsa');
    assert.equal((await report(await sign('--key', login, file(content)))).reason, 'wrong_key_use');
  });

  test('OpenSSL verifies an RSA signature up to the sandbox\'s root', async () => {
    const { file: made } = await key('--algorithm', 'rsa');
    const signature = file(await sign('--key', made, '--detached', file(content)), 'signature.pem');
    const chain = file(['root', 'nca'].map((name) => execFileSync('openssl',
      ['x509', '-inform', 'DER', '-in', path.join(trust, `sandbox_${name}_rsa.cer`)])).join(''), 'chain.pem');
    const verified = await openssl('cms', '-verify', '-binary', '-inform', 'PEM', '-in', signature, '-content', file(content), '-CAfile', chain);
    assert.equal(verified.code, 0, verified.text);
  });

  test('a wrong password, a wrong file and wrong wishes', async () => {
    const { file: made } = await key();
    const note = file(content);
    for (const [expected, said, args] of [[1, /password/, ['--key', made, '--password', 'other', note]], [1, /PKCS#12/, ['--key', note, note]],
      [1, /cannot be read/, ['--key', `${made}.not`, note]], [1, /cannot be read/, ['--key', made, `${note}.not`]],
      [1, /well-formed/, ['--key', made, '--xml', note]], [2, /--xml/, ['--key', made, '--xml', '--detached', note]], [2, /./, [note]],
      [2, /./, ['--key', made]]]) {
      const { code, out, err } = await mekenjai('sandbox', 'sign', ...args);
      assert.equal(code, expected, `${args.join(' ')}: ${err}`);
      assert.match(err, said);
      assert.equal(out, '');
    }
  });
});

describe('sandbox trust', () => {
  test('four certificates, and nobody else believes them', async () => {
    assert.deepEqual(readdirSync(trust).sort(), ['sandbox_nca_gost.cer', 'sandbox_nca_rsa.cer', 'sandbox_root_gost.cer', 'sandbox_root_rsa.cer']);
    for (const name of readdirSync(trust)) assert.equal(readFileSync(path.join(trust, name))[0], 0x30);
    const { file: made } = await key();
    const signature = file(await sign('--key', made, file('{}')));
    const elsewhere = temporaryFolder();
    writeFileSync(path.join(elsewhere, 'other.cer'), readFileSync(path.join(trust, 'sandbox_root_rsa.cer')));
    const { code, out } = await mekenjai('signature', 'verify', '--trust', elsewhere, '--revocation', 'ignore', signature);
    assert.equal(code, 1);
    assert.equal(JSON.parse(out).reason, 'untrusted_issuer');
  });

  for (const command of [['sandbox'], ['sandbox', 'key'], ['sandbox', 'sign'], ['sandbox', 'trust']]) {
    test(`mekenjai ${command.join(' ')} --help`, async () => {
      const { code, out } = await mekenjai(...command, '--help');
      assert.equal(code, 0);
      assert.match(out, new RegExp(`^Usage: mekenjai ${command.join(' ')} `, 'm'));
      if (command.length > 1) assert.match(out, /^Examples?:$/m);
    });
  }
});
