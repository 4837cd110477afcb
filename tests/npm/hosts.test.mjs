// The package inside the hosts that it promises to run in, each a real process:
// the tables are answered as in the core, and a token that the native command
// mints (the variable TOUCHMARK names it) is verified.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { HOSTS, place, start } from "../hosts/host.mjs";
import { readVectors } from "./issuer.mjs";
import { mintTable } from "./minted.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const LIMIT_MS = 120_000;

let folder;
let tables;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "touchmark-tables-"));
  tables = Object.fromEntries(["forged.json", "rfc.json"].map((name) => [name, readVectors(name)]));
  tables.minted = mintTable(folder);
  writeFileSync(join(folder, "tables.json"), JSON.stringify(tables));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const main = (program, ...words) => () => {
  const output = execFileSync(program, [...words, here("tables.main.mjs"), join(folder, "tables.json")], {
    cwd: here("."),
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: folder, DENO_DIR: join(folder, "deno"), DENO_NO_UPDATE_CHECK: "1", NODE_NO_WARNINGS: "1" },
    timeout: LIMIT_MS,
    killSignal: "SIGKILL",
  });
  return JSON.parse(output);
};

/** What each host says about the tables. */
const ask = {
  workerd: async () => {
    const at = await place();
    const words = ["serve", here("tables.capnp"), `--socket-addr=http=127.0.0.1:${at.port}`];
    const host = await start({ program: HOSTS.workerd.program, arguments: () => words }, at);
    try {
      const signal = AbortSignal.timeout(LIMIT_MS);
      const answer = await fetch(at.url, { method: "POST", body: JSON.stringify(tables), signal });
      assert.equal(answer.status, 200, host.log());
      return await answer.json();
    } finally {
      await host.kill();
      at.remove();
    }
  },
  deno: main(HOSTS.deno.program, "run", "--quiet", "--allow-read"),
  bun: main(HOSTS.bun.program),
  node: main(HOSTS.node.program),
};

for (const [name, run] of Object.entries(ask)) {
  test(`in ${name} every token is answered as in the core`, async () => {
    const results = await run();
    for (const [table, { cases }] of Object.entries(tables)) {
      assert.deepEqual(results[table], { tried: cases.length, wrong: [] }, table);
    }
  });
}
