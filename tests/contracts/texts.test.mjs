// No text is forgotten in another language, no word of one language stands in another's, no key is missing or left over.
// What is alike on purpose is named below: a list to read when it grows.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

import { catalogues } from '../journeys/lib/words.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const written = ['kk', 'ru', 'en'];
const all = Object.keys(catalogues);

/** Every text of a language, of plurals every form: `[key, text]`. */
const texts = (language) => [...catalogues[language]].flatMap(([key, forms]) => forms.map((text) => [key, text]));
/** Without {names}, and paths and types that programmers and operators look up: what a person reads. */
const said = (text) => text.replace(/\{\w*\}|\/?[\w.-]+(?:\/[\w.-]+)+\/?/g, ' ');

// The same in every language, in whatever letters: each language is called by its own name; keys of the kiosk's keyboard
// are letters and no words; what stands in an example of an SMS is spelled by the SMS.
const same = /^page\.lang(_name)?\.|^page\.kiosk\.kb\.(rows|name)\.|^help\.sample\./;
// The numbers of acts are cited as they were given.
const actNumbers = /500\/НҚ/g;
// Words that both Kazakh and Russian have, spelled alike.
const alike = new Set(['Мекенжай', 'мекенжай', 'Профиль', 'Телефон', 'Аудитор', 'Алгоритм', 'Статистика', 'минут', 'ГОСТ', 'бит', 'RSA']);
// Names and terms that are Latin in every language; `R` begins an answer by SMS, K7P4XM is an example of its reference.
const latin = new Set(['SMS', 'R', 'eGov', 'Mobile', 'NCALayer', 'egov.kz', 'mekenjai.kz', 'JSON', 'HTTP', 'UTF', 'QR', 'V',
  'IV', 'WCAG', 'A', 'AA', 'RFC', 'ASCII', 'RSA', 'SHA', 'OCSP', 'CRL', 'TSP', 'ZIP', 'CMS', 'XML', 'JavaScript', 'K7P4XM', 'RKA',
  'PDF', 'PIN', 'NFC', 'iPhone', 'iOS', 'Android', 'Safari', 'Chrome', 'Firefox', 'Wi', 'Fi', 'Chromium', 'axe', 'Tab', 'Enter',
  // What programmers read in errors of the API and on the sandbox's page.
  'sandbox', 'people', 'phones', 'messages', 'Host', 'cookie', 'Expect', 'continue', 'Allow', 'application', 'json',
  'Idempotency', 'Key', 'cms', 'xml']);
// Letters of the alphabet of 2021 stand for themselves; a word with one of these is from another language.
const notOf2021 = /\S*(?:[cwx]|[CWX]\p{Ll}{2})\S*/u;
const foreignInLatin = /\/sandbox\/\S*|\b(?:NCALayer|JavaScript|WCAG|RFC|OCSP|CRL|cookie|Expect|continue|Allow|cms|xml|CMS|XML|ASCII|Idempotency-Key|K7P4XM|Chrome|Chromium|Firefox|axe|application\/json|Wi-Fi)\b/g;

test('every language has every text, with the same names in it', () => {
  const names = (text) => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name.replace(/_dative$/, '')))].sort();
  for (const language of all) {
    assert.deepEqual([...catalogues[language].keys()].sort(), [...catalogues.en.keys()].sort(), language);
    for (const [key, text] of texts(language)) {
      assert.notEqual(text.trim(), '', `${language} ${key}`);
      assert.equal(text.match(/\*\*/g)?.length % 2 || 0, 0, `${language} ${key}: bold without an end`);
    }
  }
  for (const [key, [english]] of catalogues.en) {
    for (const language of all) {
      // Of a plural, the form for one may do without {n}.
      const forms = catalogues[language].get(key);
      assert.deepEqual(names(forms.at(-1)), names(catalogues.en.get(key).at(-1) ?? english), `${language} ${key}`);
    }
  }
});

test('a text is not the same in two languages unless nothing in it is a word', () => {
  for (const [first, second] of [['kk', 'ru'], ['kk', 'en'], ['ru', 'en']]) {
    for (const [key, [text]] of catalogues[first]) {
      if (same.test(key) || catalogues[second].get(key)[0] !== text) continue;
      const words = said(text).match(/\p{L}+/gu) ?? [];
      assert.deepEqual(words.filter((word) => !alike.has(word)), [], `${key} in ${first} and ${second}`);
    }
  }
});

test('English and Latin Kazakh have no Cyrillic letter, Russian no Kazakh one', () => {
  const cyrillic = /[\u0400-\u052F]/;
  for (const [language, foreign] of [['en', cyrillic], ['kk-Latn', cyrillic], ['ru', /[ӘәҒғҚқҢңӨөҰұҮүҺһІі]/]]) {
    for (const [key, text] of texts(language)) {
      if (same.test(key)) continue;
      assert.doesNotMatch(text.replace(actNumbers, ''), foreign, `${language} ${key}`);
    }
  }
});

test('Cyrillic texts have no Latin word but names and terms, and no Latin letter within a word', () => {
  for (const language of ['kk', 'ru']) {
    for (const [key, text] of texts(language)) {
      if (same.test(key)) continue;
      const words = said(text).match(/[\p{L}\d][\p{L}\d.]*[\p{L}\d]|\p{L}/gu) ?? [];
      const foreign = words.filter((word) => /[A-Za-z]/.test(word) && !latin.has(word));
      assert.deepEqual(foreign, [], `${language} ${key}`);
    }
  }
});

test('Latin Kazakh has no word of another language', () => {
  for (const [key, text] of texts('kk-Latn')) {
    if (same.test(key)) continue;
    assert.equal(said(text).replace(foreignInLatin, ' ').match(notOf2021)?.[0], undefined, key);
  }
});

// --- keys in templates and code ------------------------------------------------------------------------------

function filesBelow(folder, endings) {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(file, endings);
    return endings.some((ending) => file.endsWith(ending)) && !file.endsWith('_test.cpp') ? [file] : [];
  });
}
const code = ['src', 'web/templates', 'web/scripts'].flatMap((folder) => filesBelow(folder, ['.cpp', '.hpp', '.html', '.ts']))
  .map((file) => [file, readFileSync(path.join(root, file), 'utf8')]);

test('no key is asked for that no catalogue has', () => {
  let found = 0;
  for (const [file, source] of code) {
    // Whole keys in quotes or as marks of templates; those that are put together are met in unit tests and journeys.
    for (const [, key] of source.matchAll(/(?:"|\[\[(?:title:)?)([a-z_]+(?:\.[a-z0-9_]+)+)(?:"|\]\])/g)) {
      if (!/^(?:page|service)\./.test(key)) continue;
      found += 1;
      assert.ok(catalogues.en.has(key), `${file} asks for ${key}`);
    }
  }
  assert.ok(found > 500, `${found} keys`);
});

test('no key is left over that nothing asks for', () => {
  const whole = new Set();
  const patterns = [];
  const take = (mark) => {
    if (/^[a-z_]+(\.[A-Za-z0-9_-]+)+$/.test(mark)) whole.add(mark);
    if (/^[a-z_]+\./.test(mark) && /\{\}|\.$/.test(mark)) {
      const pattern = mark.replaceAll('.', '\\.').replaceAll('-', '\\-').replaceAll('{}', '[\\w.-]+');
      patterns.push(new RegExp(`^${pattern}${mark.endsWith('.') ? '[\\w.-]+' : ''}$`));
    }
  };
  for (const [, source] of code) {
    for (const [, mark] of source.matchAll(/["'`:[]([a-z_]+\.[\w.{}-]*)["'`\]]/g)) take(mark);
    for (const [, first] of source.matchAll(/text_at\(\w+, \w+, "(\w+)"/g)) take(`${first}.`);
  }
  const left = [...catalogues.en.keys()].filter((key) => !whole.has(key) && !patterns.some((one) => one.test(key))
    // The beginning of a key whose end is added: "sms.registered" + ".temporary".
    && ![...whole].some((stem) => key.startsWith(`${stem}.`)));
  assert.deepEqual(left, []);
});

test('templates and pages hold no words of their own', () => {
  for (const [file, source] of code) {
    if (!file.startsWith('web/')) continue;
    // The service worker calls a push that says nothing by the service's own name.
    const bare = file.endsWith('.ts') ? source.replace(/\/\/.*|\/\*[^]*?\*\/|"Мекенжай"/g, '') : source;
    assert.doesNotMatch(bare, /[\u0400-\u052F]/, file);
    assert.doesNotMatch(bare, / lang="(?:kk|ru|en)"/, `${file}: [[lang]] and [[kazakh]] name the language`);
    if (!file.endsWith('.html')) continue;
    // What is left between tags, without marks and variables, are signs and numbers.
    const text = bare.replace(/\[\[[^\]]*\]\]|\{\{[^}]*\}\}|<svg[^]*?<\/svg>|<[^>]*>|[a-z.]+\.kz\b|\/api\/\S*/g, ' ');
    for (const word of text.match(/\p{L}{3,}/gu) ?? []) assert.ok(latin.has(word), `${file} says "${word}"`);
  }
});
