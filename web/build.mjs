// Makes what browsers load: node build.mjs [OUT]. Names stay fixed on disk; in addresses each carries the first ten
// digits of its SHA-256 (src/pages/assets.cpp does the same), so that a browser may keep it for ever.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { transformSync, buildSync } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../build/assets"));
const browsers = ["chrome105", "firefox121", "safari15.4"];
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// Debian's Python, which has fonttools.
execFileSync("/usr/bin/python3", [join(here, "fonts.py"), join(here, "node_modules/@fontsource-variable/golos-text/files"), out],
  { stdio: ["ignore", "inherit", "inherit"] });

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex").slice(0, 10);
const named = (folder, ending) => readdirSync(join(here, folder)).filter((one) => one.endsWith(ending)).map((one) => one.slice(0, -ending.length));
const read = (name) => readFileSync(join(here, name), "utf8");

// Styles: one file for all pages, whose font addresses carry the fonts' digests; every other sheet by itself, loaded
// where it is needed, so that the first view stays light.
const shared = ["tokens", "fonts", "mekenjai", "pages"];
const css = (source) => transformSync(source, { loader: "css", minify: true, target: browsers }).code
  .replace(/url\("?(golos-[a-z-]+)\.woff2"?\)/g,
    (_, name) => `url(/assets/${name}-${digest(readFileSync(join(out, `${name}.woff2`)))}.woff2)`);
writeFileSync(join(out, "mekenjai.css"), css(shared.map((name) => read(`styles/${name}.css`)).join("\n")));
for (const name of named("styles", ".css")) {
  if (!shared.includes(name)) writeFileSync(join(out, `${name}.css`), css(read(`styles/${name}.css`)));
}

/** `define`: names that the script is to find filled in. */
function script(name, define = {}) {
  const built = buildSync({
    entryPoints: [join(here, `scripts/${name}.ts`)], bundle: true, minify: true, format: "iife", target: browsers,
    write: false, legalComments: "none", define,
  });
  writeFileSync(join(out, `${name}.js`), built.outputFiles[0].contents);
}
for (const name of named("scripts", ".ts").filter((one) => !one.endsWith(".d") && one !== "sw")) script(name);

const tidy = (svg) => svg.replace(/<!--[\s\S]*?-->/g, "").replace(/>\s+</g, "><").trim();
writeFileSync(join(out, "icons.svg"), tidy(read("icons/icons.svg")));
writeFileSync(join(out, "favicon.svg"), tidy(read("icons/favicon.svg")));
for (const name of named("icons/app", ".png")) copyFileSync(join(here, `icons/app/${name}.png`), join(out, `${name}.png`));

// The worker knows what it belongs to: the files that the app needs, by their addresses, and a name for this very set.
const offline = ["mekenjai.css", "kk-latn.css", "mobile.css", "push.css", "m.js", "session.js", "push.js", "icons.svg", "favicon.svg", "app-192.png",
  ...readdirSync(out).filter((one) => one.endsWith(".woff2"))].map((name) =>
  `/assets/${name.replace(/(\.\w+)$/, `-${digest(readFileSync(join(out, name)))}$1`)}`);
script("sw", { build: JSON.stringify({ version: digest(offline.join()), assets: offline }) });

for (const name of readdirSync(out).filter((one) => /\.(css|js|svg)$/.test(one))) {
  const file = join(out, name);
  writeFileSync(`${file}.gz`, execFileSync("gzip", ["-9nc", file]));
  writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file)));
}
