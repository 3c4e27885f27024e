// `make bench`: every measure beside its limit or a peer, in one run. A table on standard output, the same as JSON in
// build/bench.json. Benchmarks never gate CI: this program judges nothing, it prints ratios.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { lighthouse, nginx, paced, pages, weigh } from './web.mjs';

const run = promisify(execFile);
const build = process.env.MEKENJAI_BUILD ?? new URL('../build', import.meta.url).pathname;
const program = join(build, 'mekenjai');
const work = mkdtempSync(join(tmpdir(), 'mekenjai-bench-'));
const quick = process.env.BENCH_QUICK === '1'; // a tenth of everything, to try the bench itself
// BENCH_ONLY=g,i: these rows only.
const wanted = (part) => !process.env.BENCH_ONLY || process.env.BENCH_ONLY.split(',').includes(part);
const scale = (n) => (quick ? Math.max(100, Math.round(n / 10)) : n);
const rows = [];
const result = { cores: cpus().length, model: cpus()[0].model, at: new Date().toISOString(), measures: {} };

function report(name, value, unit, beside, ratio) {
  rows.push([name, value, unit, beside ?? '', ratio === undefined ? '' : `${(ratio * 100).toFixed(0)} %`]);
  result.measures[name] = { value, unit, beside, ratio };
  console.error(`  ${name}: ${value} ${unit}`);
}

// --- the service ------------------------------------------------------------------------------------------------

const config = (data, port, smsc) => `
[service]
data = "${data}"
listen = "127.0.0.1:${port}"
[limits]
sign_ins_a_minute = 0
codes_a_minute = 0
applications_a_minute = 0
address_searches_a_minute = 0
connections_a_source = 0
[metrics]
listen = "127.0.0.1:0"
[sms]
smpp = ["127.0.0.1:${smsc}"]
system_id = "bench"
password = "bench"
window = 1000
backoff_min_seconds = 0.1
backoff_max_seconds = 0.2
[log]
level = "error"
`;

let nextPort = 18200 + (process.pid % 1000) * 4;

async function serve(data, extra = []) {
  const port = nextPort++;
  const smsc = nextPort++;
  const file = join(work, `config-${port}.toml`);
  writeFileSync(file, config(data, port, smsc));
  const start = process.hrtime.bigint();
  const child = spawn(program, ['serve', '--config', file, ...extra], { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
      const found = /listening on (http:\S+)/.exec(text);
      if (found) resolve(found[1]);
    });
    child.on('exit', (code) => reject(new Error(`serve ended with ${code}`)));
  });
  const start_ms = Number(process.hrtime.bigint() - start) / 1e6;
  return {
    address, port, smsc, start_ms, child,
    memory_mb: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    stop: () => new Promise((resolve) => { child.removeAllListeners('exit'); child.on('exit', resolve); child.kill('SIGTERM'); }),
  };
}

function population(persons) {
  const extracts = join(work, `extracts-${persons}`);
  const data = join(work, `data-${persons}`);
  const start = Date.now();
  execFileSync(program, ['sandbox-population', '--persons', String(persons), '--seed', '1', '--out', extracts]);
  const written = (Date.now() - start) / 1000;
  const begin = Date.now();
  execFileSync(program, ['import', '--data', data, extracts], { stdio: 'ignore' });
  const imported = (Date.now() - begin) / 1000;
  rmSync(extracts, { recursive: true });
  return { data, written, imported };
}

// --- (a) whole cases through HTTP and SMPP ------------------------------------------------------------------------

const cases = { 1: scale(1500), 8: scale(6000), 32: scale(6000) };
const people = Object.values(cases).reduce((a, b) => a + b, 0);

async function wholeCases(label, data) {
  const extracts = join(work, `people-${label}`);
  mkdirSync(extracts);
  const tool = join(build, 'bench/bench_cases');
  execFileSync(tool, ['extracts', extracts, '--cases', String(people)]);
  execFileSync(program, ['import', '--data', data, extracts], { stdio: 'ignore' });
  const service = await serve(data);
  const measured = {};
  let first = 0;
  for (const [clients, count] of Object.entries(cases)) {
    const { stdout } = await run(tool, ['run', '--port', String(service.port), '--smsc-port', String(service.smsc),
      '--cases', String(count), '--clients', clients, '--first', String(first)], { maxBuffer: 1 << 20 });
    measured[clients] = JSON.parse(stdout);
    first += count;
  }
  const memory_mb = service.memory_mb();
  await service.stop();
  return { measured, memory_mb };
}

async function bar(data, batch) {
  const to = join(work, `bar-${batch}.db`);
  const { stdout } = await run(join(build, 'bench/bench_cases'),
    ['bar', '--from', join(data, 'mekenjai.db'), '--to', to, '--batch', String(batch)], { maxBuffer: 1 << 20 });
  return JSON.parse(stdout).bar_cases_per_s;
}

// --- (b) a form page beside nginx -------------------------------------------------------------------------------

async function post(address, path, body, headers = {}) {
  return fetch(address + path, { method: 'POST', redirect: 'manual', headers, body });
}

/** Signs somebody in through the pages of a sandbox; his cookies. */
async function signIn(address) {
  const all = await (await fetch(`${address}/sandbox/people`)).json();
  const person = all.find((p) => p.what === 'newcomer');
  const jar = new Map();
  const keep = (answer) => answer.headers.getSetCookie().forEach((line) => {
    const [pair] = line.split(';');
    jar.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    return answer;
  });
  const cookies = () => [...jar].map(([k, v]) => `${k}=${v}`).join('; ');
  const form = async (path, fields) => {
    const page = await fetch(address + path, { headers: { cookie: cookies() } });
    keep(page);
    const html = await page.text();
    const hidden = Object.fromEntries([...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
      /name="([^"]*)"/.exec(tag)[1], /value="([^"]*)"/.exec(tag)?.[1] ?? '']));
    const action = /<form[^>]*method="post"[^>]*action="([^"]*)"/.exec(html)?.[1] ?? path;
    const answer = await post(address, action.startsWith('/') ? action : path, new URLSearchParams({ ...hidden, ...fields }),
      { cookie: cookies(), 'content-type': 'application/x-www-form-urlencoded' });
    keep(answer);
    return answer.headers.get('location') ?? path;
  };
  const next = await form('/sign-in', { iin: person.iin });
  const inbox = await (await fetch(`${address}/sandbox/phones/${encodeURIComponent(person.phone)}/messages`)).json();
  const code = /(?<!\d)\d{6}(?!\d)/.exec(inbox.at(-1).text)[0];
  await form(next, { code });
  return cookies();
}

async function wrk(url, cookie) {
  const { stdout } = await run('wrk', ['-t1', '-c32', `-d${quick ? 2 : 8}s`, '--latency', '-H', `Cookie: ${cookie}`, url]);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)[1]);
}

/** The service as a sandbox, with somebody signed in. */
async function sandbox(data) {
  const port = nextPort++;
  const child = spawn(program, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, '--sandbox'], { stdio: ['ignore', 'pipe', 'ignore'] });
  process.on('exit', () => child.kill()); // also where a row fails
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const address = `http://127.0.0.1:${port}`;
  return { address, port, cookie: await signIn(address), stop: () => child.kill('SIGTERM') };
}

async function formPage({ address, cookie }) {
  const page = await (await fetch(`${address}/apply/where`, { headers: { cookie } })).text();
  if (!page.includes('<form')) throw new Error('the form page was not served');
  const ours = await wrk(`${address}/apply/where`, cookie);
  const port = nextPort++;
  const server = await nginx(join(work, 'nginx'), port, { 'where.html': page });
  const theirs = await wrk(`http://127.0.0.1:${port}/where.html`, cookie);
  server.kill();
  return { ours, theirs, bytes: Buffer.byteLength(page) };
}

// --- (i) pages at a steady rate ------------------------------------------------------------------------------------

async function steadyPages({ address, port, cookie }) {
  const tool = join(build, 'bench/bench_paced');
  const seconds = quick ? 2 : 10;
  const limit_us = 5000;
  for (const { name, path, signed } of pages) {
    const own = signed ? cookie : '';
    const ours = await paced(tool, port, path, own, seconds);
    const page = Buffer.from(await (await fetch(address + path, { headers: own ? { cookie: own } : {} })).arrayBuffer());
    const theirPort = nextPort++;
    const server = await nginx(join(work, `nginx-${theirPort}`), theirPort, { 'page.html': page, 'page.html.gz': gzipSync(page) });
    const theirs = await paced(tool, theirPort, '/page.html', '', seconds);
    server.kill();
    const ms = (us) => (us / 1000).toFixed(2);
    const shown = (one) => [one.p50_us, one.p99_us, one.p99_middle_us].map(ms).join(' / ');
    report(`(i) 1,000 pages/s, ${name}: p50 / p99 / p99 of the middle second`, shown(ours), 'ms',
      `limit p99 5; nginx ${shown(theirs)}; ${ours.answered} of ${ours.asked}`, ours.p99_us / limit_us);
  }
}

// --- (c), (d) parts by themselves ---------------------------------------------------------------------------------

function benchmarks(tool) {
  const out = execFileSync(join(build, 'bench', tool), ['--benchmark_format=json', ...(quick ? ['--benchmark_min_time=0.05'] : [])],
    { stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(out).benchmarks;
}

function parts() {
  return Object.fromEntries(benchmarks('bench_core').map((b) => [b.name.split('/')[0], b.items_per_second ?? 1e9 / b.real_time]));
}

// --- (f) digital signatures: one core, each beside its limit or OpenSSL ----------------------------------------------

const nanoseconds = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };

function signatures() {
  const all = ['bench_eds_crypto', 'bench_eds_crl', 'bench_eds_check'].flatMap(benchmarks);
  const one = Object.fromEntries(all.map((b) => [b.name.split('/')[0], {
    rate: b.items_per_second ?? 1e9 / (b.cpu_time * nanoseconds[b.time_unit]),
    ns: b.items_per_second ? 1e9 / b.items_per_second : b.cpu_time * nanoseconds[b.time_unit],
    mb_per_s: (b.bytes_per_second ?? 0) / 1e6,
  }]));
  const rate = (name) => Math.round(one[name].rate);
  report('(f) GOST-512 verified, unknown key', rate('GostVerifyUnknown'), '1/s',
    `limit 2000; OpenSSL EC_GROUP ${rate('GostVerifyEcGroup')}`, one.GostVerifyUnknown.rate / 2000);
  report('(f) GOST-512 verified, prepared key', rate('GostVerifyPrepared'), '1/s', 'limit 6000', one.GostVerifyPrepared.rate / 6000);
  report('(f) RSA-2048 verified', rate('RsaVerify2048'), '1/s', `OpenSSL EVP ${rate('RsaVerify2048Evp')}`,
    one.RsaVerify2048.rate / one.RsaVerify2048Evp.rate);
  report('(f) Streebog-512', Math.round(one.Streebog.mb_per_s), 'MB/s', 'limit 150', one.Streebog.mb_per_s / 150);
  const ms = (name) => (one[name].ns / 1e6).toFixed(2);
  report('(f) GOST CMS, full check, OCSP at hand', ms('GostCmsFullCheck'), 'ms', 'limit 1.2', one.GostCmsFullCheck.ns / 1.2e6);
  report('(f) GOST CMS of a new signer', ms('GostCmsFirstCheck'), 'ms', '');
  report('(f) RSA CMS, full check, OCSP at hand', rate('RsaCmsFullCheck'), '1/s',
    `CMS_verify ${rate('RsaCmsVerifyOpenssl')}, same file (limit 80 %)`, one.RsaCmsFullCheck.rate / one.RsaCmsVerifyOpenssl.rate);
  report('(f) CRL of half a million, lookup', Math.round(one.CrlLookup.ns), 'ns', 'limit 1000', one.CrlLookup.ns / 1000);
  report('(f) CRL of half a million, read', Math.round(one.CrlRead.ns / 1e6), 'ms', '');
}

// --- the run --------------------------------------------------------------------------------------------------------

console.error('building the benches');
execFileSync('cmake', ['--build', build, '--target', ['a', 'c', 'd', 'e', 'f'].some(wanted) ? 'benches' : 'bench_paced'], { stdio: ['ignore', 'ignore', 'inherit'] });

console.error('20,000 people');
const small = population(20_000);
const untouched = join(work, 'page');
mkdirSync(untouched);
copyFileSync(join(small.data, 'mekenjai.db'), join(untouched, 'mekenjai.db'));

let few;
if (wanted('a') || wanted('e')) {
  few = await wholeCases('small', small.data);
  for (const [clients, one] of Object.entries(few.measured)) {
    const limit = await bar(small.data, Number(clients));
    report(`(a) cases/s, ${clients} clients`, one.cases_per_s, '1/s', `bar ${limit} (same rows into SQLite)`, one.cases_per_s / limit);
    report(`(a) p50 / p95 / p99, ${clients} clients`, `${one.p50_ms} / ${one.p95_ms} / ${one.p99_ms}`, 'ms', clients === '8' ? 'limit p95 20' : '');
  }
}

if (['b', 'g', 'h', 'i'].some(wanted)) {
  const site = await sandbox(untouched);
  if (wanted('b')) {
    const page = await formPage(site);
    report('(b) form page, signed in', Math.round(page.ours), '1/s', `nginx ${Math.round(page.theirs)}, ${page.bytes} bytes`, page.ours / page.theirs);
  }
  if (wanted('i')) await steadyPages(site);
  if (wanted('g')) await weigh(site.address, site.cookie, report);
  if (wanted('h')) await lighthouse(site.address, site.cookie, report, { quick });
  site.stop();
}

if (wanted('c') || wanted('d')) {
  const core = parts();
  for (const [name, value] of Object.entries(core)) {
    if (name === 'journal_appends') report('(d) journal appends', Math.round(value), '1/s', `raw inserts ${Math.round(core.raw_inserts)}`, value / core.raw_inserts);
    else if (name !== 'raw_inserts') report(`(c) rules::decide, ${name}`, Math.round(value), '1/s', 'limit 500000', value / 500_000);
  }
}

if (wanted('f')) signatures();

if (wanted('e')) {
  const idle = await serve(small.data);
  report('(e) start, 20,000 people', idle.start_ms.toFixed(0), 'ms', 'limit 1000', idle.start_ms / 1000);
  await idle.stop();
  report('(e) memory after the cases, 20,000 people', few.memory_mb.toFixed(0), 'MB', 'limit 100', few.memory_mb / 100);

  const persons = quick ? 100_000 : 1_000_000;
  console.error(`${persons} people`);
  const large = population(persons);
  report(`population of ${persons}`, large.written.toFixed(1), 's');
  report(`import of ${persons} people`, large.imported.toFixed(1), 's');
  const many = await wholeCases('large', large.data);
  const again = await serve(large.data);
  report(`(e) start, ${persons} people`, again.start_ms.toFixed(0), 'ms', 'limit 1000', again.start_ms / 1000);
  await again.stop();
  report(`(e) memory after the cases, ${persons} people`, many.memory_mb.toFixed(0), 'MB', 'limit 100', many.memory_mb / 100);
  for (const clients of Object.keys(cases)) {
    const ratio = many.measured[clients].cases_per_s / few.measured[clients].cases_per_s;
    report(`cases/s, ${clients} clients, ${persons} people`, many.measured[clients].cases_per_s, '1/s', 'beside 20,000 people (80 to 120 %)', ratio);
  }
}

rmSync(work, { recursive: true });
writeFileSync(join(build, 'bench.json'), JSON.stringify(result, null, 2));
const width = [0, 1, 2, 3].map((i) => Math.max(...rows.map((r) => String(r[i]).length)));
for (const row of rows) console.log(row.map((cell, i) => (i === 1 || i === 4 ? String(cell).padStart(width[i] ?? 6) : String(cell).padEnd(width[i] ?? 6))).join('  '));
