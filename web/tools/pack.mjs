// Packs what Vite built into the one file that bulkhead-front serves (src/front/pages.h), and holds the scripts to
// their size. Usage: BULKHEAD_PAGES=FILE node tools/pack.mjs
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const built = new URL("../../build/web/", import.meta.url).pathname;
const target = process.env.BULKHEAD_PAGES ?? join(built, "desk.pages");
const scriptBytesMax = 300 * 1024; // in gzip, all scripts together
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

function page(path, file) {
  const plain = readFileSync(join(built, file));
  const isEntry = path === "/"; // changes with each answer, so it cannot be packed beforehand
  const forms = isEntry
    ? [plain, Buffer.alloc(0), Buffer.alloc(0)]
    : [
        plain,
        gzipSync(plain, { level: 9 }),
        brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
      ];
  const type = types[extname(file)];
  if (!type) throw new Error(`${file}: no content type is known for it`);
  return { path, type, forms };
}

const pages = [
  page("/", "desk.html"),
  ...readdirSync(join(built, "assets")).map((name) => page(`/assets/${name}`, `assets/${name}`)),
].sort((a, b) => (a.path < b.path ? -1 : 1));

const head = [`bulkhead pages v1 ${pages.length}`];
for (const { path, type, forms } of pages) head.push([path, type, ...forms.map((form) => form.length)].join("\t"));
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, Buffer.concat([Buffer.from(`${head.join("\n")}\n\n`), ...pages.flatMap((one) => one.forms)]));

const inGzip = (ending) =>
  pages.filter((one) => one.path.endsWith(ending)).reduce((sum, one) => sum + one.forms[1].length, 0);
const scripts = inGzip(".js");
console.log(`desk: ${(scripts / 1024).toFixed(1)} KiB of scripts and ${(inGzip(".css") / 1024).toFixed(1)} KiB of styles in gzip`);
if (scripts > scriptBytesMax) {
  console.error(`the desk's scripts may have ${scriptBytesMax / 1024} KiB`);
  process.exit(1);
}
