// Kazakh in the Latin letters of 2021, written down a second time for the tests: what src/i18n/latin.cpp makes is
// compared with this on every page in kk-Latn. The words that are no rule's come from the same list.
import { readFileSync } from 'node:fs';

const pairs = 'а a ә ä б b в v г g ғ ğ д d е e ж j з z и i й i к k қ q л l м m н n ң ñ о o ө ö п p р r с s т t у u ұ ū ү ü ф f ' +
  'х h һ h ш ş ы y і ı ё ö ц s ч tş щ ş э e ю iu я ia';
const letters = new Map([['ъ', ''], ['ь', '']]);
for (const [, cyrillic, latin] of pairs.matchAll(/(\S+) (\S+)/g)) letters.set(cyrillic, latin);

const words = readFileSync(new URL('../../../locales/kk-Latn/words.txt', import.meta.url), 'utf8').split('\n')
  .filter((line) => line.includes(' = ')).map((line) => line.split(' = '))
  .sort(([a], [b]) => b.length - a.length);

const capital = (latin) => latin.replaceAll('i', 'İ').replaceAll('ı', 'I').toUpperCase();
const isCapital = (letter) => letter !== undefined && letter !== letter.toLowerCase();

function word(cyrillic) {
  const all = [...cyrillic];
  const small = all.map((letter) => letter.toLowerCase());
  const raised = (latin, at) => {
    if (!isCapital(all[at])) return latin;
    const shouted = at + 1 < all.length ? isCapital(all[at + 1]) : isCapital(all[at - 1]);
    return shouted ? capital(latin) : capital(latin.slice(0, 1)) + latin.slice(1);
  };
  let out = '';
  let at = 0;
  for (const [from, to] of words) {
    const stem = from.replace('*', '');
    if (!small.join('').startsWith(stem) || (stem === from && stem.length !== all.length)) continue;
    out = raised(to, 0);
    at = stem.length;
    break;
  }
  for (; at < all.length; at += 1) {
    const before = small[at - 1];
    let latin = letters.get(small[at]);
    if ((small[at] === 'ю' || small[at] === 'я') && (before === 'и' || before === 'й')) {
      latin = latin.slice(1);
    } else if (small[at] === 'й' && before === 'и' || small[at] === 'ц' && before === 'с') {
      latin = '';
    }
    out += raised(latin, at);
  }
  return out;
}

export const toLatin = (text) => text.replace(/[А-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі]+/g, word);
