// GET /api/v1/statistics: open to everybody, and nobody is in it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { Service } from '../lib/service.mjs';

describe('Statistics', () => {
  let service, town;
  before(async () => {
    service = await Service.started();
    town = service.registers;
  });
  after(() => service?.stop());

  const statistics = async (query = '', options) => service.expect(200, 'GET', `/api/v1/statistics${query}`, undefined, options);
  /** Every number that an answer tells as one of applications. */
  const numbersIn = (value) => {
    if (Array.isArray(value)) return value.flatMap(numbersIn);
    if (value === null || typeof value !== 'object') return [];
    return Object.entries(value).flatMap(([name, one]) =>
      (['applications', 'others'].includes(name) || name in { registered: 1, rejected: 1, sent_to_psc: 1, withdrawn: 1, open: 1 }
        ? [one] : numbersIn(one)));
  };
  async function applications(count, { kato }) {
    const owners = Array.from({ length: count }, () => town.person());
    const homes = owners.map((owner) => town.dwelling({ owners: [owner], kato }));
    await service.import();
    for (const [i, owner] of owners.entries()) {
      assert.equal((await service.citizen(owner).apply({ at: homes[i] })).status, 'registered');
    }
  }
  test('of a service that nobody uses: twelve months and no number', async () => {
    const told = await statistics();
    assert.deepEqual([told.month, told.region, told.applications, told.median_seconds, told.without_staff_percent],
      [null, null, null, null, null]);
    assert.equal(told.months.length, 12);
    assert.equal(told.months.at(-1).month, service.today.slice(0, 7));
    assert.deepEqual(told.reasons, { items: [], others: null });
    assert.equal(told.rounded_down_to, 5);
    assert.match(told.counted_at, /\+05:00$/);
  });

  let month;
  test('four are as good as none, twenty-one are told as twenty, and all of them tomorrow', async () => {
    month = service.today.slice(0, 7);
    await applications(4, { kato: '750000000' });
    await applications(21, { kato: '710000000' });
    assert.equal((await statistics()).applications, null, 'today is not over');
    await service.startOfNextDay();
    const told = await statistics();
    assert.equal(told.applications, 20);
    assert.equal(told.counted_at, `${service.today}T00:00:00+05:00`);
    assert.equal(told.outcomes.registered, 20);
    assert.equal(told.outcomes.rejected, null);
    assert.equal(told.without_staff_percent, 100);
    assert.equal(typeof told.median_seconds, 'number');
    assert.deepEqual(told.regions.items.map(({ region, applications: n }) => [region, n]), [['71', 20]]);
    assert.equal(told.regions.others, null, 'not even by subtraction');
    for (const number of numbersIn(told)) assert.ok(number === null || number % 5 === 0, JSON.stringify(told));
  });

  test('of a month and a region', async () => {
    const told = await statistics(`?month=${month}&region=71`);
    assert.deepEqual([told.month, told.region, told.applications], [month, '71', 20]);
    const few = await statistics('?region=75');
    assert.deepEqual([few.applications, few.median_seconds, few.without_staff_percent], [null, null, null]);
  });

  test('in the language asked for', async () => {
    const names = await Promise.all(['kk', 'ru', 'en'].map(async (language) =>
      (await statistics('', { language })).regions.items[0].name));
    assert.equal(names.length, 3);
    assert.match(names[2], /^[ -~]+$/, 'in English in Latin letters');
  });

  test('what cannot be asked for is named', async () => {
    for (const [query, field, code] of [['?month=november', 'month', 'bad_date'], ['?month=2026-13', 'month', 'bad_date'],
      ['?month=1999-01', 'month', 'unknown_value'], ['?region=Astana', 'region', 'unknown_value'], ['?region=', 'region', 'unknown_value'], ['?region=99', 'region', 'unknown_value']]) {
      const answer = await service.call('GET', `/api/v1/statistics${query}`);
      assert.equal(answer.status, 422, query);
      assert.equal(answer.body.code, code);
      assert.deepEqual(answer.body.errors.map((one) => one.field), [field]);
    }
  });
});
