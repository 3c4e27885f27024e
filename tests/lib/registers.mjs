// Register extracts made in memory: a test says which people and homes its story needs, and gets exactly
// those. Rows that were written once are not written again, so a story can go on with a further import.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const columns = {
  'persons.csv': ['iin', 'surname', 'given_name', 'patronymic', 'sex', 'birth_date', 'death_date', 'citizenship',
    'capacity', 'document_number', 'document_expires', 'language'],
  'relations.csv': ['iin', 'related_iin', 'relation', 'from', 'to'],
  'phones.csv': ['iin', 'phone', 'since'],
  'organisations.csv': ['bin', 'name_kk', 'name_ru', 'kind', 'head_iin', 'contact', 'kato'],
  'dwellings.csv': ['rka', 'kind', 'kato', 'region_kk', 'region_ru', 'locality_kk', 'locality_ru', 'street_kk',
    'street_ru', 'house', 'flat', 'useful_area', 'actual'],
  'rights.csv': ['rka', 'holder', 'share', 'from', 'to'],
  'encumbrances.csv': ['rka', 'kind', 'from', 'to'],
  'leases.csv': ['lease', 'rka', 'tenant_iin', 'housing_body_bin', 'from', 'to'],
  'lease_members.csv': ['lease', 'iin'],
  'residences.csv': ['iin', 'rka', 'kind', 'from', 'to'],
  'students.csv': ['iin', 'kato', 'from', 'to'],
  'centres.csv': ['id', 'name_kk', 'name_ru', 'kato', 'address_kk', 'address_ru', 'phone', 'hours'],
  'staff.csv': ['iin', 'role', 'bin', 'kato'],
};

/** The check digit of an IIN or BIN (resolution 853): two rounds of weights; none where both give 10. */
export function checkDigit(eleven) {
  const digits = [...eleven].map(Number);
  const round = (shift) => digits.reduce((sum, digit, i) => sum + digit * (((i + shift) % 11) + 1), 0) % 11;
  const first = round(0);
  if (first !== 10) return String(first);
  const second = round(2);
  return second === 10 ? null : String(second);
}

/** Civil days as texts: the sum of a day and years, months, days. 29 February plus a year is 1 March. */
export function day(text, { years = 0, months = 0, days = 0 } = {}) {
  const [y, m, d] = text.split('-').map(Number);
  const at = new Date(Date.UTC(y + years, m - 1 + months, d + days));
  return at.toISOString().slice(0, 10);
}

/** The day by which the contract counts months: same day, or the last one of a shorter month. */
export function monthsLater(text, months) {
  const [y, m, d] = text.split('-').map(Number);
  const last = new Date(Date.UTC(y, m - 1 + months + 1, 0));
  return new Date(Date.UTC(last.getUTCFullYear(), last.getUTCMonth(), Math.min(d, last.getUTCDate())))
    .toISOString().slice(0, 10);
}

const cell = (value) => {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const surnames = ['Сериков', 'Оспанов', 'Жунусов', 'Ахметов', 'Байжанов', 'Касымов', 'Нургалиев', 'Тулегенов'];
const given = { m: ['Асхат', 'Ерлан', 'Данияр', 'Тимур'], f: ['Айгерим', 'Динара', 'Мадина', 'Салтанат'] };

export const almaty = '750000000'; // no norm of floor area
export const astana = '710000000'; // 15 m² a person

export class Registers {
  /** `today`: what ages are counted from; a text or a function that tells it. */
  constructor(today = new Date(Date.now() + 5 * 3600_000).toISOString().slice(0, 10)) {
    this.tellToday = typeof today === 'function' ? today : () => today;
    this.serial = 0;
    this.rows = {};
  }

  get today() {
    return this.tellToday();
  }

  row(file, values) {
    for (const name of Object.keys(values)) {
      if (!columns[file].includes(name)) throw new Error(`${file} has no column ${name}`);
    }
    (this.rows[file] ??= []).push(values);
    return values;
  }

  /** An IIN that the register may hold: birth date, century and sex, serial, check digit. */
  newIin(born, sex) {
    const century = { 18: 1, 19: 3, 20: 5 }[born.slice(0, 2)] + (sex === 'f' ? 1 : 0);
    for (;;) {
      const eleven = born.slice(2, 4) + born.slice(5, 7) + born.slice(8, 10) + century +
        String(++this.serial % 10_000).padStart(4, '0');
      const check = checkDigit(eleven);
      if (check !== null) return eleven + check;
    }
  }

  /** An IIN with a right check digit that no register knows. */
  unknownIin() {
    return this.newIin('1985-05-05', 'm');
  }

  /** A citizen of 30, full capacity, a document without end, a phone bound long ago; told otherwise, otherwise. */
  person({ age = 30, born = day(this.today, { years: -age, days: -100 }), sex = 'f', iin, surname, name, patronymic = '',
    died, citizenship = 'KAZ', capacity = 'full', document = '04512', documentExpires, language = 'ru', phone, phoneSince,
    } = {}) {
    const number = iin ?? this.newIin(born, sex);
    const n = ++this.serial;
    const person = {
      iin: number, sex, born,
      surname: surname ?? surnames[n % surnames.length] + (sex === 'f' ? 'а' : ''),
      name: name ?? given[sex][n % given[sex].length],
      patronymic, language,
      phone: phone === null ? null : (phone ?? `+7701${String(1_000_000 + n).padStart(7, '0')}`),
    };
    this.persons(person, { died, citizenship, capacity, document: document && `${document}${n}`, documentExpires });
    if (person.phone) this.bind(person, person.phone, phoneSince);
    return person;
  }

  /** The row of a person; once more where something about him changes. */
  persons(person, { died, citizenship = 'KAZ', capacity = 'full', document = '045120001', documentExpires } = {}) {
    return this.row('persons.csv', {
      iin: person.iin, surname: person.surname, given_name: person.name, patronymic: person.patronymic, sex: person.sex,
      birth_date: person.born, death_date: died, citizenship, capacity, document_number: document,
      document_expires: documentExpires, language: person.language,
    });
  }

  bind(person, phone, since) {
    person.phone = phone;
    this.row('phones.csv', { iin: person.iin, phone, since });
  }

  relate(one, relation, other, { from, to } = {}) {
    this.row('relations.csv', { iin: one.iin, related_iin: other.iin, relation, from, to });
  }

  /** A flat in Almaty; `owners` are people or organisations with equal shares. */
  dwelling({ kind = 'flat', kato = almaty, area = 60, actual = true, house, flat, owners = [], street_ru = 'улица Сатпаева',
    street_kk = 'Сәтбаев көшесі' } = {}) {
    const n = ++this.serial;
    const city = kato.startsWith('71') ? ['Астана', 'Астана'] : ['Алматы', 'Алматы'];
    const dwelling = { rka: String(1_000_000_000_000_000n + BigInt(n)), kato };
    this.row('dwellings.csv', {
      rka: dwelling.rka, kind, kato, region_kk: `${city[0]} қаласы`, region_ru: `город ${city[1]}`, locality_kk: city[0],
      locality_ru: city[1], street_kk, street_ru, house: house ?? n, flat: flat ?? (kind === 'flat' ? '7' : ''),
      useful_area: area, actual: actual ? 1 : 0,
    });
    owners.forEach((owner) => this.own(dwelling, owner, { share: `1/${owners.length}` }));
    return dwelling;
  }

  own(dwelling, holder, { share = '1/1', from, to } = {}) {
    this.row('rights.csv', { rka: dwelling.rka, holder: holder.iin ?? holder.bin, share, from, to });
  }

  encumber(dwelling, kind, { from, to } = {}) {
    this.row('encumbrances.csv', { rka: dwelling.rka, kind, from, to });
  }

  organisation({ kind = 'housing_body', kato = almaty, contact = '+7 727 300 00 00', bin } = {}) {
    const n = ++this.serial;
    const organisation = { bin: bin ?? this.newBin(), name: `Организация ${n}`, contact };
    this.row('organisations.csv', {
      bin: organisation.bin, name_kk: `Ұйым ${n}`, name_ru: organisation.name, kind, contact, kato,
    });
    return organisation;
  }

  /** A BIN: its fifth digit is 4, 5 or 6, so that it is never an IIN. */
  newBin() {
    for (;;) {
      const eleven = `1001401${String(++this.serial % 10_000).padStart(4, '0')}`;
      const check = checkDigit(eleven);
      if (check !== null) return eleven + check;
    }
  }

  lease(dwelling, tenant, { members = [], body, from, to, lease = `Н-${++this.serial}` } = {}) {
    this.row('leases.csv', { lease, rka: dwelling.rka, tenant_iin: tenant.iin, housing_body_bin: body?.bin, from, to });
    for (const member of members) this.row('lease_members.csv', { lease, iin: member.iin });
    return lease;
  }

  live(person, dwelling, { kind = 'permanent', from = '2015-03-01', to } = {}) {
    this.row('residences.csv', { iin: person.iin, rka: dwelling.rka, kind, from, to });
  }

  study(person, kato, { from, to } = {}) {
    this.row('students.csv', { iin: person.iin, kato, from, to });
  }

  centre({ kato = almaty } = {}) {
    const n = ++this.serial;
    const centre = { id: `ЦОН-${n}`, name: `ЦОН № ${n}` };
    this.row('centres.csv', { id: centre.id, name_kk: `ХҚКО № ${n}`, name_ru: centre.name, kato,
      address_kk: 'Абай даңғылы, 1', address_ru: 'проспект Абая, 1', phone: '1414', hours: '09:00-18:00' });
    return centre;
  }

  staff(person, role, { body, kato } = {}) {
    this.row('staff.csv', { iin: person.iin, role, bin: body?.bin, kato });
  }

  /** Writes what has come since the last time; returns whether there was anything. */
  write(folder) {
    const files = Object.entries(this.rows);
    this.rows = {};
    mkdirSync(folder, { recursive: true });
    for (const [file, rows] of files) {
      const lines = [columns[file], ...rows.map((row) => columns[file].map((name) => row[name]))];
      writeFileSync(path.join(folder, file), lines.map((line) => line.map(cell).join(',') + '\r\n').join(''));
    }
    return files.length > 0;
  }
}
