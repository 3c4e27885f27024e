// The command line: what each command prints, refuses and leaves behind.
import assert from 'node:assert/strict';
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, test } from 'node:test';

import { Registers, monthsLater } from '../lib/registers.mjs';
import { Service, mekenjai, temporaryFolder } from '../lib/service.mjs';

const folder = (name = 'data') => path.join(temporaryFolder(), name);

function write(files) {
  const at = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(path.join(at, name), content);
  return at;
}

describe('Usage', () => {
  const commands = [['serve'], ['import'], ['sandbox-population'], ['journal'], ['journal', 'verify'], ['journal', 'rebuild'],
    ['signature'], ['signature', 'verify'], ['ocsp'], ['ocsp', 'check']];

  for (const command of [[], ...commands]) {
    test(`mekenjai ${[...command, '--help'].join(' ')}`, async () => {
      const { code, out, err } = await mekenjai(...command, '--help');
      assert.equal(code, 0, err);
      assert.match(out, new RegExp(`^Usage: ${['mekenjai', ...command].join(' ')} `, 'm'), 'the help is the command\'s own');
      assert.equal(err, '');
    });
  }

  test('wrong usage is 2 and says so on standard error', async () => {
    for (const args of [[], ['fly'], ['serve', '--wings'], ['import'], ['import', '--data'], ['import', '--data', folder()], ['journal'],
      ['journal', 'burn'], ['journal', 'verify'], ['sandbox-population'],
      ['sandbox-population', '--persons', 'many', '--seed', '1', '--out', folder()],
      ['sandbox-population', '--persons', '0', '--seed', '1', '--out', folder()], ['serve', '--config', folder('none.toml')]]) {
      const { code, out, err } = await mekenjai(...args);
      assert.equal(code, 2, `${args.join(' ')}: ${code} ${err}`);
      assert.equal(out, '');
      assert.ok(err.length > 0);
    }
  });

  test('an unknown key of the configuration is named', async () => {
    for (const [toml, named] of [['[sms]\ncolour = "red"\n', /line 2.*colour/s], ['[weather]\nrain = true\n', /weather/], ['speed = 1\n', /speed/],
      ['[sms]\nsmpp = "127.0.0.1:1"\n', /smpp/], ['[sms]\nscript = "runes"\n', /script/], ['[service]\nloops = "many"\n', /loops/],
      ['[sms\n', /line 1/]]) {
      const config = path.join(write({ 'mekenjai.toml': toml }), 'mekenjai.toml');
      const { code, out, err } = await mekenjai('serve', '--sandbox', '--config', config, '--data', folder(), '--listen', '127.0.0.1:0');
      assert.equal(code, 2, `${toml}: ${err}`);
      assert.match(err, named);
      assert.equal(out, '');
    }
  });

  test('what is wrong or missing in [eds] is named', async () => {
    const on = '[eds]\non = true\n';
    for (const [toml, named] of [[on, /\[eds\] trust is missing/], [`${on}trust = "."\n`, /\[eds\] ocsp and crl are missing/],
      [`${on}trust = "."\ncrl = ["http://127.0.0.1:1/"]\n`, /\[eds\] origin is missing/],
      ['[eds]\nocsp = ["https://ocsp.example"]\n', /line 2: \[eds\] ocsp is not an http:\/\/ address/],
      ['[eds]\ntsp = "http://user:secret@tsp.example"\n', /line 2: \[eds\] tsp may not hold a password/],
      ['[eds]\norigin = "https://mekenjai.example/"\n', /\[eds\] origin/], ['[eds]\ntimeout_ms = 0\n', /\[eds\] timeout_ms/],
      ['[eds]\nanchors = "."\n', /unknown key \[eds\] anchors/]]) {
      const config = path.join(write({ 'mekenjai.toml': toml }), 'mekenjai.toml');
      const { code, out, err } = await mekenjai('serve', '--sandbox', '--config', config, '--data', folder(), '--listen', '127.0.0.1:0');
      assert.equal(code, 2, `${toml}: ${err}`);
      assert.match(err, named);
      assert.equal(out, '');
    }
  });

  test('a trust folder without a readable certificate stops the start', async () => {
    const empty = temporaryFolder();
    const spoilt = write({ 'anchor.cer': 'half a certificate' });
    for (const [trust, named] of [[folder('none'), /\[eds\] trust: .*none cannot be read/], [empty, /no certificate in it/],
      [spoilt, /anchor\.cer is not a certificate/]]) {
      const toml = `[eds]\non = true\ntrust = "${trust}"\nocsp = ["http://127.0.0.1:1/"]\norigin = "https://mekenjai.example"\n`;
      const config = path.join(write({ 'mekenjai.toml': toml }), 'mekenjai.toml');
      const { code, out, err } = await mekenjai('serve', '--sandbox', '--config', config, '--data', folder(), '--listen', '127.0.0.1:0');
      assert.equal(code, 1, `${trust}: ${err}`);
      assert.match(err, named);
      assert.equal(out, '');
    }
  });

  test('without --sandbox an SMS centre must be configured', async () => {
    const { code, err } = await mekenjai('serve', '--data', folder(), '--listen', '127.0.0.1:0');
    assert.equal(code, 2);
    assert.match(err, /smpp/);
  });

  test('one folder serves one service, and SIGTERM ends it with 0', async () => {
    const service = await Service.started();
    const { code, err } = await mekenjai('serve', '--sandbox', '--data', service.data, '--listen', '127.0.0.1:0');
    assert.equal(code, 1, err);
    assert.match(err, /in use/);
    assert.equal((await service.stop()).code, 0);
  });

  test('an address that is taken', async () => {
    const service = await Service.started();
    const { code, err } = await mekenjai('serve', '--sandbox', '--data', folder(), '--listen', `127.0.0.1:${service.port}`);
    await service.stop();
    assert.equal(code, 1, err);
    assert.match(err, new RegExp(service.port));
  });
});

describe('import', () => {
  const header = 'iin,surname,given_name,patronymic,sex,birth_date,death_date,citizenship,capacity,document_number,document_expires,language';
  const registers = new Registers();
  const iin = () => registers.newIin('1990-01-01', 'f');
  const row = (number, name = 'Айгерим', birth = '1990-01-01') => `${number},Серикова,${name},,f,${birth},,KAZ,full,1,,ru`;
  const load = (data, files) => mekenjai('import', '--data', data, write(files));

  test('names file, line and column of the first bad cells, and changes nothing', async () => {
    const data = folder();
    const service = new Service({ data });
    const good = service.registers.person();
    await service.import();
    const bad = [header, row(iin()), row('123456789012'), row(iin(), 'Айгерим', '1990-02-30'), row(iin()).replace(',f,', ',x,')].join('\r\n');
    const { code, out, err } = await load(data, { 'persons.csv': bad, 'phones.csv': `iin,phone,since\r\n${good.iin},+77019990000,\r\n${good.iin},8701,\r\n` });
    assert.equal(code, 1);
    assert.equal(out, '');
    const lines = err.trim().split('\n');
    assert.match(lines[0], /^persons\.csv, line 3, column 1 \(iin\)/);
    assert.match(lines[1], /^persons\.csv, line 4, column 6 \(birth_date\)/);
    assert.match(lines[2], /^persons\.csv, line 5, column 5 \(sex\)/);
    assert.match(err, /phones\.csv, line 3, column 2 \(phone\)/);
    assert.ok(!err.includes('123456789012'), 'a personal number is not repeated');
    // The good phone row of the same folder was not taken.
    await service.start();
    const { items } = await service.citizen(good).get('/applications');
    assert.deepEqual(items, []);
    assert.deepEqual(await service.inbox('+77019990000'), []);
    await service.stop();
  });

  test('at most 20 are named', async () => {
    const bad = [header, ...Array.from({ length: 50 }, () => row('1'))].join('\n');
    const { code, err } = await load(folder(), { 'persons.csv': bad });
    assert.equal(code, 1);
    assert.equal(err.match(/persons\.csv, line/g).length, 20);
  });

  test('what is no extract', async () => {
    const cases = {
      'a missing column': { 'persons.csv': `${header.replace(',language', '')}\n` },
      'an unknown column': { 'persons.csv': `${header},colour\n` },
      'a column twice': { 'persons.csv': `${header},iin\n` },
      'too few cells': { 'persons.csv': `${header}\n${iin()},x\n` },
      'an open quotation mark': { 'persons.csv': `${header}\n${row(iin(), '"Айгерим')}\n` },
      'bytes that are not UTF-8': { 'persons.csv': Buffer.concat([Buffer.from(`${header}\n${iin()},`), Buffer.from([0xff, 0xfe]), Buffer.from(',x,,f,1990-01-01,,KAZ,full,1,,ru\n')]) },
      'a key twice': (() => {
        const same = iin();
        return { 'persons.csv': [header, row(same), row(same)].join('\n') };
      })(),
      'an empty file': { 'persons.csv': '' },
      'a file that is no extract': { 'people.csv': header },
      'no file at all': {},
    };
    for (const [what, files] of Object.entries(cases)) {
      const { code, out, err } = await load(folder(), files);
      assert.equal(code, 1, `${what}: ${err}`);
      assert.equal(out, '');
      assert.ok(err.length > 0, what);
    }
    assert.equal((await mekenjai('import', '--data', folder(), '/nowhere')).code, 1);
  });

  test('quotes, line breaks, a byte order mark and both line ends', async () => {
    const data = folder();
    const number = iin();
    const { code, err } = await load(data, {
      'persons.csv': `\ufeff${header}\r\n${number},"Сериков ""Средний""","Ай\r\nгерим",,f,1990-01-01,,KAZ,full,1,,ru\n`,
      'phones.csv': `iin,phone,since\n${number},+77010000077,`,
    });
    assert.equal(code, 0, err);
    const service = await Service.started({ data });
    const { person } = await service.citizen({ iin: number, phone: '+77010000077' }).me();
    await service.stop();
    assert.match(person.name, /^Сериков "Средний" Ай герим$/);
  });

  test('a row replaces the row of its key; people in no other file are data', async () => {
    const data = folder();
    const service = new Service({ data });
    const town = service.registers;
    const person = town.person({ surname: 'Прежняя' });
    const home = town.dwelling({ owners: [person, { iin: town.unknownIin() }] });
    town.live({ iin: town.unknownIin() }, home);
    await service.import();
    await service.start();
    const citizen = service.citizen(person);
    assert.match((await citizen.me()).person.name, /Прежняя/);
    person.surname = 'Новая';
    town.persons(person);
    await service.import(); // while it serves
    assert.match((await citizen.me()).person.name, /Новая/);
    const { items } = await citizen.get(`/dwellings/${home.rka}/residents`);
    assert.equal(items.length, 1);
    await service.stop();
  });

  test('a further import never undoes an entry', async () => {
    const service = await Service.started();
    const town = service.registers;
    const person = town.person();
    const [old, home] = [town.dwelling({ owners: [person] }), town.dwelling({ owners: [person] })];
    const stay = town.dwelling({ owners: [person] });
    town.live(person, old, { from: '2010-01-01' });
    await service.import();
    const citizen = service.citizen(person);
    assert.equal((await citizen.apply({ at: home })).status, 'registered');
    assert.equal((await citizen.apply({ at: stay, until: monthsLater(service.today, 3) })).status, 'registered');
    const before = await citizen.me();
    assert.equal(before.residence.rka, home.rka);
    for (const from of ['2010-01-01', '2012-05-05']) {
      town.live(person, old, { from });
      await service.import();
      assert.deepEqual(await citizen.me(), before);
    }
    await service.restart();
    assert.deepEqual(await citizen.me(), before);
    await service.stop();
  });
});

describe('sandbox-population', () => {
  const make = async (persons, seed) => {
    const out = folder('extracts');
    const { code, err } = await mekenjai('sandbox-population', '--persons', String(persons), '--seed', String(seed), '--out', out);
    assert.equal(code, 0, err);
    return { out, files: Object.fromEntries(readdirSync(out).sort().map((name) => [name, readFileSync(path.join(out, name), 'utf8')])) };
  };

  test('the same seed gives the same bytes, another seed others', async () => {
    const [one, two, other] = [await make(500, 7), await make(500, 7), await make(500, 8)];
    assert.deepEqual(one.files, two.files);
    assert.notEqual(one.files['persons.csv'], other.files['persons.csv']);
    assert.equal(one.files['persons.csv'].trim().split('\n').length, 501);
    assert.deepEqual(Object.keys(one.files).length, 13);
  });

  test('can be imported and played with', async () => {
    const { out } = await make(3000, 1);
    const data = folder();
    const { code, err } = await mekenjai('import', '--data', data, out);
    assert.equal(code, 0, err);
    const service = await Service.started({ data });
    const people = await service.expect(200, 'GET', '/sandbox/people');
    for (const what of ['owner', 'newcomer', 'co_owner', 'tenant', 'parent', 'guardian', 'minor_owner_home']) {
      const person = people.find((one) => one.what === what) ?? assert.fail(`nobody is ${what}`);
      const citizen = service.citizen(person);
      const application = await citizen.apply({ at: person.rka, who: [person.registrant] });
      assert.deepEqual([application.decision.outcome, application.decision.code], [person.outcome, person.code], what);
      if (application.status === 'waiting_for_consent') await citizen.withdraw(application); // he may be met again
    }
    await service.stop();
  });
});

describe('journal', () => {
  let data, answers, people, middle;
  const verify = (at = data) => mekenjai('journal', 'verify', '--data', at);
  const head = (out) => Number(out.match(/^(\d+) [0-9a-f]{64}\n$/)?.[1] ?? assert.fail(out));

  /** Without what a pause of the service moves: the open hours (row G3). */
  function lasting({ applications, consents, ...rest }) {
    const open = (one) => ['waiting_for_consent', 'pending'].includes(one.status);
    return {
      ...rest,
      consents: consents.items.map((one) => ({ ...one, deadline: open(one) || one.deadline })),
      applications: applications.items.map((one) => ({ ...one, deadline: open(one) || one.deadline,
        history: one.history.filter((entry) => entry.event !== 'deadline_moved') })),
    };
  }

  /** Everything that people can read of their cases. */
  async function read(service) {
    const seen = {};
    for (const person of people) {
      const citizen = service.citizen(person);
      const applications = await citizen.get('/applications?limit=100');
      seen[person.iin] = {
        applications, consents: await citizen.get('/consents?limit=100'), messages: await citizen.get('/messages?limit=100'), me: await citizen.me(),
        residents: await Promise.all((await citizen.me()).dwellings.map(({ rka }) => citizen.get(`/dwellings/${rka}/residents`))),
      };
    }
    return seen;
  }

  before(async () => {
    const service = await Service.started();
    data = service.data;
    const town = service.registers;
    const flat = (owner) => Object.assign(town.dwelling({ owners: [owner] }), { owner });
    const [owner, mother, granted, refused, fraud, late, waits, silent] = Array.from({ length: 8 }, () => town.person({ age: 35 }));
    const child = town.person({ age: 5 });
    town.relate(mother, 'parent', child);
    const [old, home, second, third] = [flat(owner), flat(owner), flat(town.person()), flat(town.person())];
    for (const one of [mother, child]) town.live(one, old);
    const minors = flat(town.person({ age: 4 }));
    await service.import();
    people = [owner, mother, granted, refused, fraud, late, waits, silent, second.owner, third.owner];
    const apply = (person, at, more) => service.citizen(person).apply({ at, ...more });
    await apply(late, second);
    await service.advance({ hours: 2 });
    await apply(mother, home);
    await service.answerBySms(owner, 1);
    await apply(granted, home, { until: monthsLater(service.today, 3), reason_text: 'на время учёбы' });
    await service.citizen(owner).answerInCabinet('grant');
    await apply(refused, second);
    await service.answerBySms(second.owner, 2);
    await apply(fraud, third);
    await service.answerBySms(third.owner, 3);
    assert.equal((await apply(fraud, third)).status, 'on_hold');
    assert.equal((await apply(refused, minors)).status, 'sent_to_psc');
    const citizen = service.citizen(granted);
    await citizen.call('POST', `/messages/${(await citizen.messages())[0].id}/read`);
    await citizen.withdraw(await citizen.draft({ at: second }));
    const late2 = service.citizen(silent);
    const draft = await late2.draft({ at: second });
    await late2.expect(202, 'POST', `/applications/${draft.id}/sms-code`);
    const code = await service.codeOf(silent);
    await service.registerDown('rights');
    await late2.expect(200, 'POST', `/applications/${draft.id}/signature`, { method: 'sms', code });
    await service.registersUp();
    assert.equal((await apply(waits, home)).status, 'waiting_for_consent');
    await service.stop();
    middle = head((await verify()).out);
    await service.start();
    await service.citizen(waits).draft({ at: second, reason: 'treatment' });
    await service.citizen(waits).draft({ at: second, reason: 'rent' });
    answers = await read(service);
    await service.stop();
  });

  test('verify prints the number and hash of the head', async () => {
    const { code, out, err } = await verify();
    assert.equal(code, 0, err);
    assert.ok(head(out) > middle);
    assert.equal((await verify()).out, out, 'looking changes nothing');
  });

  test('rebuild gives the same answers', async () => {
    const head = (await verify()).out;
    const { code, out, err } = await mekenjai('journal', 'rebuild', '--data', data);
    assert.equal(code, 0, err);
    assert.ok(out.length > 0);
    assert.equal((await verify()).out, head);
    const service = await Service.started({ data });
    const again = await read(service);
    await service.stop();
    for (const [iin, seen] of Object.entries(answers)) assert.deepEqual(lasting(again[iin]), lasting(seen));
    const statuses = new Set(Object.values(answers).flatMap((one) => one.applications.items.map((application) => application.status)));
    assert.deepEqual([...statuses].sort(), ['draft', 'on_hold', 'registered', 'rejected', 'retrying', 'sent_to_psc', 'waiting_for_consent', 'withdrawn']);
  });

  test('a changed entry is found and named, and nothing is rebuilt from it', async () => {
    const copy = folder();
    cpSync(data, copy, { recursive: true });
    let changed = 0;
    for (const name of readdirSync(copy).filter((one) => one.startsWith('mekenjai.db'))) {
      const bytes = readFileSync(path.join(copy, name));
      for (let at = bytes.indexOf('"reason":"treatment"'); at >= 0; at = bytes.indexOf('"reason":"treatment"', at + 1)) {
        bytes.write('"reason":"treatmenT"', at);
        ++changed;
      }
      writeFileSync(path.join(copy, name), bytes);
    }
    assert.ok(changed > 0);
    const { code, out, err } = await verify(copy);
    assert.equal(code, 1);
    const bad = Number((out + err).match(/entry (\d+)/)[1]);
    assert.ok(bad > middle && bad < head((await verify()).out), out); // not the last one
    const rebuilt = await mekenjai('journal', 'rebuild', '--data', copy);
    assert.equal(rebuilt.code, 1);
    assert.match(rebuilt.out + rebuilt.err, new RegExp(`entry ${bad}\\b`));
  });

  test('a folder without data', async () => {
    assert.equal((await verify(folder())).code, 1);
    assert.equal((await mekenjai('journal', 'rebuild', '--data', folder())).code, 1);
  });

  test('a new folder has an empty chain', async () => {
    const service = await Service.started();
    await service.stop();
    const { code, out } = await verify(service.data);
    assert.equal(code, 0);
    assert.match(out, /^0 0{64}\n$/);
  });

});
