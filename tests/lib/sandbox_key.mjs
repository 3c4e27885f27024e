// A person's key, as the sandbox's authority issues it, and what programs at home do with it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { binary, mekenjai, temporaryFolder } from './service.mjs';

export class SandboxKey {
  /** A key of `person` (`{iin, surname, name}`). RSA comes as a pair: one to sign with, one to sign in with. */
  static async issue(person, { algorithm = 'gost' } = {}) {
    const folder = temporaryFolder();
    const file = path.join(folder, 'key.p12');
    const { code, err } = await mekenjai('sandbox', 'key', '--iin', person.iin, '--out', file, '--algorithm', algorithm,
      '--name', `${person.surname} ${person.name}`.toUpperCase());
    assert.equal(code, 0, err);
    const key = new SandboxKey();
    key.person = person;
    key.file = file;
    key.loginFile = path.join(folder, readdirSync(folder).find((name) => name.startsWith('AUTH_')) ?? 'key.p12');
    key.serial = err.match(/serial ([0-9a-f]+)/i)?.[1];
    return key;
  }

  /** A CMS over bytes, in PEM. */
  sign(bytes, { detached = false, login = false } = {}) {
    return this.#run(bytes, [...(detached ? ['--detached'] : [])], login);
  }
  /** The document with a signature enveloped in it. */
  signXml(document, { login = false } = {}) {
    return this.#run(document, ['--xml'], login);
  }

  #run(input, options, login) {
    return new Promise((resolve, reject) => {
      const child = execFile(binary, ['sandbox', 'sign', '--key', login ? this.loginFile : this.file, ...options, '-'],
        { maxBuffer: 1 << 24, timeout: 30_000 },
        (error, out, err) => (error ? reject(new Error(`sandbox sign: ${err || error.message}`)) : resolve(out)));
      child.stdin.end(input);
    });
  }
}
