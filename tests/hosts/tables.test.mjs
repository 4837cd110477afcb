// The core in wasmtime, which runs no JavaScript and so not the npm package: the
// tables that every host is tried with are answered as in the core, and tokens
// that the native command mints are verified. The component that is asked
// (the variable TOUCHMARK_VERDICT names it) is tests/verdict.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { readVectors } from "../npm/issuer.mjs";
import { mintTable } from "../npm/minted.mjs";
import { tryTable } from "../npm/table.mjs";
import { HOSTS, place, start } from "./host.mjs";

const LIMIT_MS = 60_000;
const verdict = { program: HOSTS.wasmtime.program, arguments: () => [process.env.TOUCHMARK_VERDICT] };

describe("wasmtime", () => {
  let at, host;
  before(async () => {
    at = await place();
    host = await start(verdict, at);
  });
  after(async () => {
    await host?.kill();
    at?.remove();
  });

  const verify = async ({ jwks, now, ...policy }, token) => {
    const body = JSON.stringify({ policy, jwks, token, now: now() / 1000 });
    const answer = await fetch(at.url, { method: "POST", body, signal: AbortSignal.timeout(LIMIT_MS) });
    const said = await answer.text();
    assert.equal(answer.status, 200, `${said}\n${host.log()}`);
    if (said !== "ok") throw Object.assign(new Error("refused"), { code: said });
  };

  const tables = {
    "forged.json": () => readVectors("forged.json"),
    "rfc.json": () => readVectors("rfc.json"),
    "what is minted natively": () => mintTable(at.data),
  };
  for (const [name, read] of Object.entries(tables)) {
    test(`${name}: every token is answered as in the core`, async () => {
      const table = read();
      assert.ok(table.cases.length >= 10);
      assert.deepEqual(await tryTable(table, verify), { tried: table.cases.length, wrong: [] });
    });
  }
});
