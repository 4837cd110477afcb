// Run by the Node that the server runs on: hands the edge module what no client
// can send over HTTP, and stores that no host has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, test } from "node:test";

import { answer } from "../../wasm/hosts/answer.mjs";
import { Edge, initSync } from "../../wasm/hosts/dist/edge.js";
import { connect } from "../../wasm/hosts/sqlite.mjs";
import { place } from "./host.mjs";

const MB = 1024 * 1024;
const at = await place();
at.remove();

initSync({ module: new WebAssembly.Module(readFileSync(new URL("../../wasm/hosts/dist/edge_bg.wasm", import.meta.url))) });

let sql;
let edge;
beforeEach(async () => {
  sql = connect(new DatabaseSync(":memory:"));
  // Asked by every call, so that a test may change what it does.
  edge = await Edge.open(at.variables, { query: (...words) => sql.query(...words), transact: (...words) => sql.transact(...words) });
});

const ask = async (method, path, body = null, headers = {}) => {
  const fields = Object.entries({ authorization: at.admin, "content-type": "application/json", ...headers });
  const request = { method, url: `https://tokens.example${path}`, headers: { entries: () => fields[Symbol.iterator]() }, body };
  const response = await answer(async () => edge, request, "127.0.0.1");
  return { status: response.status, error: (await response.json()).error };
};
const register = (body) => ask("POST", "/admin/clients", body);
const works = async () => assert.equal((await register(new Blob(['{"client_name":"a"}']).stream())).status, 201);

const bytes = new TextEncoder().encode('{"client_name":');
const broken = {
  "fails at once": () => new ReadableStream({ start: (stream) => stream.error(new Error("gone")) }),
  "fails after its beginning": () => new ReadableStream({ start: (stream) => stream.enqueue(bytes), pull: (stream) => stream.error("gone") }),
  "throws when it is asked": () => new ReadableStream({ pull: () => { throw new Error("gone"); } }),
  "holds text instead of bytes": () => new ReadableStream({ start: (stream) => stream.enqueue("text") }),
  "holds nothing at all": () => new ReadableStream({ start: (stream) => stream.enqueue(undefined) }),
};
for (const [what, make] of Object.entries(broken)) {
  test(`content whose stream ${what} is refused`, async () => {
    assert.deepEqual(await register(make()), { status: 400, error: "invalid_request" });
    await works();
  });
}

test("content without an end is given up and its sender told", async () => {
  let [sent, cancelled] = [0, false];
  const endless = new ReadableStream({
    pull: (stream) => void stream.enqueue(new Uint8Array(MB)) ?? (sent += 1),
    cancel: () => void (cancelled = true),
  });
  assert.equal((await register(endless)).status, 413);
  assert.ok(cancelled);
  assert.ok(sent <= 4 * 32 + 3, `${sent} MB were read`);
  await works();
});

const thrown = { "an error": new Error("gone"), "a text": "gone", nothing: undefined, "null": null, "an object": {} };
for (const [what, value] of Object.entries(thrown)) {
  for (const method of ["query", "transact"]) {
    test(`a store whose ${method} throws ${what} is unavailable, and nothing else`, async () => {
      const own = sql;
      sql = { ...own, [method]: () => { throw value; } };
      const { status, error } = await register(new Blob(['{"client_name":"a"}']).stream());
      assert.deepEqual({ status, error }, { status: 503, error: "temporarily_unavailable" });
      sql = own;
      await works();
    });
  }
}

const rows = { "no row": [undefined], "a row without a version": [{ key: "a", value: "{}" }], "a version that is text": [{ key: "a", version: "1", value: "{}" }] };
for (const [what, answered] of Object.entries(rows)) {
  test(`a store that answers with ${what} is not believed`, async () => {
    const own = sql;
    sql = { ...own, query: () => answered };
    assert.deepEqual(await ask("GET", "/admin/clients"), { status: 503, error: "temporarily_unavailable" });
    sql = own;
    await works();
  });
}

test("what is not there when a deployment opens is named", async () => {
  const refused = (variables, store) => Edge.open(variables, store).then(() => "opened", (error) => [error.code ?? error.name, error.message].join(": "));
  for (const nothing of [undefined, null, {}]) {
    assert.equal(await refused(nothing, sql), "setting_wrong: the variable TOUCHMARK_ORIGIN is missing");
  }
  const throwing = { query: () => { throw new Error("locked"); }, transact: () => { throw new Error("locked"); } };
  assert.match(await refused(at.variables, throwing), /^database_unusable: .*locked/);
  assert.match(await refused(at.variables, {}), /^database_unusable: /);
  await works();
});
