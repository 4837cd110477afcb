// Prints what modules weigh: as they are, and as a server would send them. Each
// path is followed by the most bytes that it may have by gzip; more is a failure.
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";

const row = (name, ...sizes) =>
  console.log(name.padEnd(24) + sizes.map((size) => String(size).padStart(12)).join(""));

row("bytes", "raw", "gzip -9", "limit", "brotli -11");
const words = process.argv.slice(2);
const tooHeavy = [];
for (let place = 0; place < words.length; place += 2) {
  const bytes = readFileSync(words[place]);
  const [name, limit, packed] = [basename(words[place]), Number(words[place + 1]), gzipSync(bytes, { level: 9 }).length];
  row(name, bytes.length, packed, limit, brotliCompressSync(bytes).length);
  // Neither is a limit that is no number kept by anything.
  if (!(packed <= limit)) tooHeavy.push(name);
}
if (tooHeavy.length > 0) {
  console.error(`too heavy: ${tooHeavy.join(", ")}`);
  process.exitCode = 1;
}
