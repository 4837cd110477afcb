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
import { claims, policy, readVectors } from "./issuer.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const LIMIT_MS = 120_000;
const ALGORITHMS = ["EdDSA", "ES256", "HS256", "HS384", "HS512"];

let folder;
let tables;
before(() => {
  folder = mkdtempSync(join(tmpdir(), "touchmark-tables-"));
  tables = Object.fromEntries(["forged.json", "rfc.json"].map((name) => [name, readVectors(name)]));
  tables.minted = minted();
  writeFileSync(join(folder, "tables.json"), JSON.stringify(tables));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** A table of one native token for each algorithm. */
function minted() {
  const touchmark = (...words) => execFileSync(process.env.TOUCHMARK, words, { encoding: "utf8" });
  // A minute from now every token has been issued and none has expired.
  const now = Math.floor(Date.now() / 1000) + 60;
  const table = { cases: [], jwks: {}, policies: { all: { ...policy, algorithms: ALGORITHMS } } };
  for (const algorithm of ALGORITHMS) {
    const key = join(folder, `${algorithm}.jwk`);
    writeFileSync(key, touchmark("key", "generate", "--alg", algorithm), { mode: 0o600 });
    const words = ["--subject", claims.sub, "--client-id", claims.client_id, "--issuer", claims.iss, "--audience", claims.aud];
    const token = touchmark("token", "mint", "--key", key, ...words).trim();
    const symmetric = algorithm.startsWith("HS");
    // A shared secret has no public half.
    table.jwks[algorithm] = symmetric ? { keys: [JSON.parse(readFileSync(key, "utf8"))] } : JSON.parse(touchmark("key", "jwks", key));
    const [head, body, signature] = token.split(".");
    const other = `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    table.cases.push(
      { name: `${algorithm} minted natively`, token, policy: "all", jwks: algorithm, now, expected: "ok" },
      { name: `${algorithm}, signature changed`, token: other, policy: "all", jwks: algorithm, now, expected: "bad_signature" },
    );
  }
  return table;
}

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
