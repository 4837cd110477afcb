// Prints what each named file weighs: as it is, and as a server would send it.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const row = (name, ...sizes) =>
  console.log(name.padEnd(24) + sizes.map((size) => String(size).padStart(12)).join(""));

row("bytes", "raw", "gzip -9", "brotli -11");
for (const path of process.argv.slice(2)) {
  const bytes = readFileSync(path);
  row(basename(path), bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes).length);
}
