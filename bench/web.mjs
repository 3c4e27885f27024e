// What the pages cost those who open them: bytes of the first view, Lighthouse, and time of the server at a steady
// 1,000 pages a second beside nginx with the same bytes as files. Used by run.mjs.
import { execFile, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const chromium = process.env.CHROME_PATH ?? '/usr/bin/chromium';
const chromiumFlags = ['--headless=new', '--no-sandbox', '--disable-background-networking', '--disable-component-update', '--no-first-run'];
const KB = 1024; // as the limits mean it
const firstView = 50 * KB;
const critical = 14 * KB; // HTML and style sheet: what one round trip of a new connection carries

/** The pages that the limits name. `signed`: shown to somebody who has signed in. */
export const pages = [
  { name: 'portal home', path: '/' },
  { name: 'service page', path: '/services/residence' },
  { name: 'form step', path: '/apply/reason', signed: true },
  { name: 'mobile home', path: '/m/' },
];

/** Bytes over the wire with heads, as Chromium counts them with nothing kept from before. */
export async function weigh(address, cookie, report) {
  const { chromium: driver } = createRequire(new URL('../tests/package.json', import.meta.url))('playwright-core');
  const browser = await driver.launch({ executablePath: chromium, args: chromiumFlags });
  for (const { name, path, signed } of pages) {
    let worst;
    for (const language of ['kk', 'kk-Latn', 'ru', 'en']) {
      const own = `__Host-lang=${language}${signed ? `; ${cookie}` : ''}`;
      const context = await browser.newContext({ extraHTTPHeaders: { Cookie: own }, viewport: { width: 390, height: 844 }, serviceWorkers: 'block' });
      const page = await context.newPage();
      const devtools = await context.newCDPSession(page);
      await devtools.send('Network.enable');
      const asked = new Map();
      devtools.on('Network.responseReceived', ({ requestId, response, type }) => asked.set(requestId, { url: response.url, type, bytes: 0 }));
      devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => asked.has(requestId) && (asked.get(requestId).bytes = encodedDataLength));
      await page.goto(address + path, { waitUntil: 'networkidle' });
      const answers = [...asked.values()];
      const strangers = answers.filter(({ url }) => !url.startsWith(address) && !url.startsWith('data:')).length;
      // The icon of the tab comes after the view is there.
      const sum = (wanted) => answers.filter((one) => !one.url.includes('favicon') && wanted(one)).reduce((all, { bytes }) => all + bytes, 0);
      const weight = { language, total: sum(() => true), html: sum(({ type }) => type === 'Document'), css: sum(({ type }) => type === 'Stylesheet'), strangers };
      if (!worst || weight.total > worst.total) worst = weight;
      await context.close();
    }
    const { language, total, html, css, strangers } = worst;
    report(`(g) first view, ${name}`, (total / KB).toFixed(1), 'KB', `limit 50; ${language}, the heaviest; ${strangers} requests to others`, total / firstView);
    report(`(g) HTML and style, ${name}`, ((html + css) / KB).toFixed(1), 'KB', `limit 14; HTML ${(html / KB).toFixed(1)}`, (html + css) / critical);
  }
  await browser.close();
}

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];

/** Median of three; `quick`: one. */
export async function lighthouse(address, cookie, report, { quick, chrome = chromium } = {}) {
  const { default: audit, desktopConfig } = await import('lighthouse');
  const { launch } = await import('chrome-launcher');
  const categories = ['performance', 'accessibility', 'best-practices'];
  for (const [form, config] of [['phone', undefined], ['desktop', desktopConfig]]) {
    for (const { name, path, signed } of pages) {
      const scores = Object.fromEntries(categories.map((one) => [one, []]));
      const short = new Set();
      for (let i = 0; i < (quick ? 1 : 3); ++i) {
        const browser = await launch({ chromePath: chrome, chromeFlags: chromiumFlags });
        const result = await audit(address + path, {
          port: browser.port, onlyCategories: categories, logLevel: 'silent', output: 'json',
          extraHeaders: { Cookie: `__Host-lang=kk${signed ? `; ${cookie}` : ''}` },
        }, config);
        await browser.kill();
        for (const one of categories) scores[one].push(Math.round(result.lhr.categories[one].score * 100));
        for (const one of categories) {
          for (const { id, weight } of result.lhr.categories[one].auditRefs) {
            const { score } = result.lhr.audits[id];
            if (weight > 0 && score !== null && score < 0.9) short.add(id);
          }
        }
      }
      const medians = categories.map((one) => median(scores[one]));
      report(`(h) Lighthouse, ${name}, ${form}`, medians.join(' / '), 'points',
        `performance, accessibility, best practices; limit 100${short.size ? `; short: ${[...short].join(', ')}` : ''}`, Math.min(...medians) / 100);
    }
  }
}

/** A steady rate: each request has its moment, and its time counts from there (bench/paced.cpp). */
export async function paced(tool, port, path, cookie, seconds) {
  const { stdout } = await run(tool, ['--port', String(port), '--path', path, '--rate', '1000', '--seconds', String(seconds),
    '--accept-encoding', 'gzip', ...(cookie ? ['--cookie', cookie] : [])]);
  return JSON.parse(stdout);
}

/** nginx with some bodies as files, each already compressed where `gzip` says so. */
export async function nginx(root, port, files) {
  mkdirSync(root, { recursive: true });
  for (const [name, body] of Object.entries(files)) writeFileSync(join(root, name), body);
  writeFileSync(join(root, 'nginx.conf'), `
${process.getuid() === 0 ? 'user root;' : ''} daemon off; pid ${root}/pid; error_log /dev/null; worker_processes ${cpus().length};
events { worker_connections 1024; }
http { access_log off; sendfile on; keepalive_requests 1000000; client_body_temp_path ${root}/t1; proxy_temp_path ${root}/t2;
  fastcgi_temp_path ${root}/t3; uwsgi_temp_path ${root}/t4; scgi_temp_path ${root}/t5; default_type text/html; gzip_static on;
  server { listen 127.0.0.1:${port}; root ${root}; } }`);
  const child = spawn('nginx', ['-c', join(root, 'nginx.conf'), '-p', root], { stdio: 'ignore' });
  const [any] = Object.keys(files);
  for (;;) {
    try {
      const { ok, status } = await fetch(`http://127.0.0.1:${port}/${any}`);
      if (!ok) throw new Error(`nginx answers ${status}`, { cause: status });
      break;
    } catch (error) {
      if (error.cause === undefined || typeof error.cause === 'number') throw error; // not: nobody listens yet
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return child;
}
