// The core knows nothing of what stands below it: a test reads the includes (ARCHITECTURE.md, "Folders").
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';

const source = new URL('../../src/', import.meta.url).pathname;

// What each layer of the core may include beside itself.
const allowed = {
  base: [],
  domain: ['base'],
  policy: ['base', 'domain'],
  rules: ['base', 'domain', 'policy', 'i18n'],
  journal: ['base', 'domain'],
};

for (const [layer, others] of Object.entries(allowed)) {
  test(`${layer} includes only ${[layer, ...others].join(', ')}`, () => {
    const folder = join(source, layer);
    const files = readdirSync(folder).filter((name) => /\.(cpp|hpp)$/.test(name));
    assert.ok(files.length > 0);
    for (const file of files) {
      const text = readFileSync(join(folder, file), 'utf8');
      for (const [, included] of text.matchAll(/^#include "([a-z0-9_]+)\//gm)) {
        assert.ok(included === layer || others.includes(included), `${layer}/${file} includes ${included}/`);
      }
    }
  });
}
