// Keys of sandbox people, and signatures made with them: what NCALayer or a phone would do, by `mekenjai sandbox`.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { binary, temporaryFolder } from './service.mjs';

function run(args, input) {
  return new Promise((resolve) => {
    const child = execFile(binary, args, { maxBuffer: 1 << 26, timeout: 30_000 }, (error, out, err) => {
      resolve({ code: error ? error.code : 0, out, err });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** A person's key file. RSA comes as a pair: one key signs, the other signs in. */
export class Key {
  static async of({ iin, surname = 'СЕРИКОВА', name = 'АЙГЕРИМ' }, algorithm = 'gost') {
    const key = new Key();
    key.file = path.join(temporaryFolder(), `${iin}.p12`);
    const args = ['sandbox', 'key', '--iin', iin, '--out', key.file, '--algorithm', algorithm, '--name', `${surname} ${name}`];
    const { code, err } = await run(args);
    assert.equal(code, 0, err);
    key.serial = err.match(/serial ([0-9a-f]+)/)?.[1] ?? assert.fail(err);
    const pair = readdirSync(path.dirname(key.file)).find((file) => file.startsWith('AUTH_'));
    key.loginFile = pair ? path.join(path.dirname(key.file), pair) : key.file;
    return key;
  }

  async #sign(file, content, options) {
    const { code, out, err } = await run(['sandbox', 'sign', '--key', file, ...options, '-'], content);
    assert.equal(code, 0, err);
    return out;
  }
  /** CMS in PEM; attached unless told otherwise. */
  cms(content, { detached = false } = {}) {
    return this.#sign(this.file, content, detached ? ['--detached'] : []);
  }
  xml(document) {
    return this.#sign(this.file, document, ['--xml']);
  }
  loginCms(content) {
    return this.#sign(this.loginFile, content, []);
  }
  loginXml(document) {
    return this.#sign(this.loginFile, document, ['--xml']);
  }
}
