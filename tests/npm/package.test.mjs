// The package as it is published: what is in it, what it weighs, whether its
// types hold and whether a bundler understands it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { CODES } from "./codes.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const root = here("../../wasm/npm");
const run = (program, args, cwd) => execFileSync(program, args, { cwd, encoding: "utf8", stdio: "pipe" });

/** The files that `npm pack` would publish. */
const packed = () => JSON.parse(run("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], root));
const listed = () => [packed()].flat(2).flatMap((it) => it.files ?? Object.values(it)[0].files).map((it) => it.path).sort();

test("the package holds these files and no others", () => {
  assert.deepEqual(listed(), readFileSync(here("contents.txt"), "utf8").trim().split("\n"));
});

test("every entry point is in the package", () => {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const files = listed();
  for (const path of Object.values(exports["."])) assert.ok(files.includes(path.slice(2)), path);
});

test("the package weighs at most 60 KB, as servers send it", () => {
  const shipped = listed().filter((path) => /\.(js|wasm)$/.test(path));
  const weights = shipped.map((path) => gzipSync(readFileSync(join(root, path)), { level: 9 }).length);
  const weight = weights.reduce((sum, it) => sum + it, 0);
  console.log(`${weight} bytes gzipped in ${shipped.length} files`);
  assert.ok(weight <= 60 * 1024, `${weight} bytes`);
});

test("the list of codes in the README is whole", () => {
  assert.ok(CODES.length > 40);
  const readme = readFileSync(join(root, "README.md"), "utf8");
  const documented = new Set([...readme.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1]));
  assert.deepEqual(CODES.filter((code) => !documented.has(code)), []);
});

test("the types hold for a strict consumer", () => {
  run(process.execPath, [here("node_modules/typescript/bin/tsc"), "--project", here("consumer")], here("."));
});

test("a bundler ships the module beside the page, and nothing for other hosts", async () => {
  const { build } = await import("vite");
  const folder = here("consumer");
  const outDir = join(tmpdir(), `touchmark-consumer-${process.pid}`);
  await build({ root: folder, logLevel: "error", base: "./", build: { outDir, target: "es2022", emptyOutDir: true } });
  const assets = readdirSync(join(outDir, "assets"));
  assert.equal(assets.filter((name) => name.endsWith(".wasm")).length, 1);
  const scripts = assets.filter((name) => name.endsWith(".js"));
  const text = scripts.map((name) => readFileSync(join(outDir, "assets", name), "utf8")).join("");
  assert.doesNotMatch(text, /node:fs/);
  assert.ok(existsSync(join(outDir, "index.html")));
});
