// The texts of pages, as their catalogues have them: a person looks for a button by what is written on it.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { toLatin } from './latin.mjs';

const locales = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../locales');
export const languages = ['kk', 'kk-Latn', 'ru', 'en'];
const written = ['kk', 'ru', 'en']; // kk-Latn is made from kk

/** `msgid` → texts (of a plural: all forms), of one .po file. */
function read(file) {
  const texts = new Map();
  let id;
  let into;
  let forms = [];
  const keep = () => {
    if (id) texts.set(id, forms);
  };
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const [, word, quoted] = line.match(/^(msgid|msgid_plural|msgstr(?:\[\d\])?)?\s*(".*")\s*$/) ?? [];
    if (quoted === undefined) continue;
    const text = JSON.parse(quoted);
    if (word === 'msgid') {
      keep();
      id = text;
      forms = [];
      into = 'id';
    } else if (word?.startsWith('msgstr')) {
      forms.push(text);
      into = 'text';
    } else if (word) {
      into = undefined;
    } else if (into === 'id') {
      id += text;
    } else if (into === 'text') {
      forms.push(forms.pop() + text);
    }
  }
  keep();
  return texts;
}

export const catalogues = Object.fromEntries(written.map((language) => [language,
  new Map(readdirSync(path.join(locales, language)).flatMap((name) => [...read(path.join(locales, language, name))]))]));

catalogues['kk-Latn'] = new Map([
  ...[...catalogues.kk].map(([key, texts]) => [key, texts.map(toLatin)]),
  ...read(path.join(locales, 'kk-Latn', 'exceptions.po')),
]);

/** The text of a key, of a plural its first form; `{name}` is replaced where `values` has it. */
export function text(language, key, values = {}) {
  const found = catalogues[language].get(key)?.[0];
  if (found === undefined) throw new Error(`no text for ${key} in ${language}`);
  return found.replaceAll('**', '').replaceAll('\u00A0', ' ').replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** Every key of all catalogues: none of them may be seen on a page. */
export const keys = [...new Set(languages.flatMap((language) => [...catalogues[language].keys()]))]
  .filter((key) => /^[a-z_]+\.[a-z0-9_.]+$/.test(key));
