// The emulator of NCALayer that journeys use answers as NCALayer was recorded to answer. The recordings stand beside the
// project (../shared); where they don't, there is nothing to compare with, and the test says so.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { NcaLayer } from '../lib/ncalayer.mjs';
import { SandboxKey } from '../lib/sandbox_key.mjs';

const recorded = path.resolve(path.dirname(fileURLToPath(import.meta.url)),
  '../../../shared/pki/given/ncalayer/ncalayer-js-client_test-data.json');

/** What portals use; hardware, hashes, old time-stamps and lists of documents are not emulated. */
const emulated = ['changeLocale', 'createCAdESFromBase64', 'getKeyInfo', 'sign', 'signXml'];

/** An answer without what differs from key to key: which words, which kinds of values. */
function shape(value, name) {
  if (Array.isArray(value)) return value.map((one) => shape(one, name));
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([key]) => !['details', 'certNotBefore', 'subjectCn'].includes(key));
    return Object.fromEntries(entries.sort().map(([key, one]) => [key, shape(one, key)]));
  }
  if (name === 'message') return /^(action\.|java\.lang\.)/.test(value) ? value : 'words';
  if (name === 'result' && String(value).startsWith('-----')) return String(value).match(/^-----BEGIN CMS-----|-----END CMS-----\s*$/g).map((one) => one.trim());
  return ['code', 'status'].includes(name) ? value : typeof value;
}

test('the emulator answers as NCALayer was recorded to',
  { skip: existsSync(recorded) ? false : 'the recordings are not beside the project' }, async () => {
    const key = await SandboxKey.issue({ iin: '900101300017', surname: 'Тестов', name: 'Тест' }, { algorithm: 'rsa' });
    let compared = 0;
    for (const { request, response } of JSON.parse(readFileSync(recorded, 'utf8'))) {
      const asked = JSON.parse(request);
      if (!emulated.includes(asked.method)) continue;
      const expected = JSON.parse(response);
      const cancelled = expected.message === 'action.canceled' || (expected.status === true && !('result' in expected.body));
      const bare = typeof expected.body?.result === 'string';
      const ncalayer = new NcaLayer({ key: cancelled ? null : key, version: bare ? '1.2' : '1.4', anyChain: true });
      assert.deepEqual(shape(await ncalayer.answer(asked)), shape(expected), request);
      ++compared;
    }
    assert.ok(compared >= 25, `only ${compared} pairs were compared`);
  });
