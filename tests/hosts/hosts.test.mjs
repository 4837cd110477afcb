// What every host has to do beyond answering: keep what it acknowledged
// through a kill, refuse what is broken, survive a panic, say what is missing,
// and end when it is asked to. The hosts are real processes.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { FAULTS, HOSTS, place, refuses, start } from "./host.mjs";

const MB = 1024 * 1024;
const LIMIT_MS = 60_000;

const ask = async (at, path, init = {}) => {
  const response = await fetch(at.url + path, { signal: AbortSignal.timeout(LIMIT_MS), ...init });
  return { status: response.status, headers: response.headers, text: await response.text() };
};
const register = (at, name) =>
  ask(at, "/admin/clients", {
    method: "POST",
    headers: { authorization: at.admin, "content-type": "application/json" },
    body: JSON.stringify({ client_name: name }),
  });
const token = (at, authorization = at.admin, more = {}) =>
  ask(at, "/oauth/token", { method: "POST", headers: { authorization, ...more }, body: new URLSearchParams({ grant_type: "client_credentials" }) });

/** The answer to bytes that no client library would send. */
async function exchange(at, bytes, { hangUp = false } = {}) {
  const socket = connect(at.port, "127.0.0.1");
  socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error("no answer")));
  let answer = "";
  socket.on("data", (part) => (answer += part.toString("latin1")));
  await once(socket, "connect");
  socket.write(bytes);
  if (hangUp) {
    await sleep(50);
    socket.resetAndDestroy();
    return "";
  }
  while (!answer.includes("\r\n")) await once(socket, "data");
  socket.destroy();
  return answer;
}

for (const name of Object.keys(HOSTS)) {
  describe(name, () => {
    let at;
    let host;
    before(async () => {
      at = await place();
      host = await start(name, at, FAULTS.options(name, at));
    });
    after(async () => {
      await host?.kill();
      at?.remove();
    });
    const works = async () => assert.equal((await token(at)).status, 200);

    test("a request without content is answered", async () => {
      const answer = await ask(at, "/oauth/token", { method: "POST", headers: { authorization: at.admin } });
      assert.equal(answer.status, 400);
      assert.equal(JSON.parse(answer.text).error, "invalid_request");
    });

    test("a method that no route has is refused", async () => {
      const refusal = await ask(at, "/oauth/token", { method: "PROPFIND" });
      // Node's own parser knows the method, so the core answers everywhere.
      assert.equal(refusal.status, 405);
      assert.equal(refusal.headers.get("allow"), "POST");
    });

    test("33 MB of content are refused, declared or not", async () => {
      const headers = { authorization: at.admin, "content-type": "application/json" };
      const declared = await ask(at, "/admin/clients", { method: "POST", headers, body: new Uint8Array(33 * MB) });
      assert.equal(declared.status, 413);
      let left = 33;
      const body = new ReadableStream({
        pull: (stream) => (left-- > 0 ? stream.enqueue(new Uint8Array(MB)) : stream.close()),
      });
      const chunked = await ask(at, "/admin/clients", { method: "POST", headers, body, duplex: "half" });
      assert.equal(chunked.status, 413);
      await works();
    });

    test("content that breaks off harms nobody", async () => {
      const head = `POST /admin/clients HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: ${at.admin}\r\ncontent-type: application/json\r\n`;
      await exchange(at, `${head}content-length: 100\r\n\r\n{"client_name":`, { hangUp: true });
      await exchange(at, `${head}transfer-encoding: chunked\r\n\r\n5\r\n{"cli`, { hangUp: true });
      await works();
    });

    test("a request that is not HTTP is refused", async () => {
      assert.match(await exchange(at, "\0\0\0\r\n\r\n"), /^HTTP\/1\.1 400 /);
      await works();
    });

    test("a panic answers 500, and the next request is served", async () => {
      for (let round = 0; round < 3; round += 1) {
        const answer = await FAULTS.during(at, "randomness", (fields) => token(at, at.admin, fields));
        assert.equal(answer.status, 500);
        // A panic ends the component, so that its host has to answer.
        if (name !== "wasmtime") assert.equal(JSON.parse(answer.text).error, "server_error");
        await works();
      }
      assert.match(host.log(), /PanicError|panicked/);
    });

    test("what was acknowledged is there after a kill", async () => {
      const written = await Promise.all([1, 2, 3, 4].map((number) => register(at, `kept ${number}`)));
      await host.kill();
      host = await start(name, at, FAULTS.options(name, at));
      for (const { status, text } of written) {
        assert.equal(status, 201);
        const { client_id: id, client_secret: secret } = JSON.parse(text);
        assert.equal((await token(at, `Basic ${btoa(`${id}:${secret}`)}`)).status, 200);
      }
    });

    test("a tenant has one first administrator, whatever the variables say later", async () => {
      await host.kill();
      host = await start(name, at, { ...FAULTS.options(name, at), variables: { ...FAULTS.options(name, at).variables, TOUCHMARK_ADMIN_SECRET: "x".repeat(32) } });
      assert.equal((await token(at, `Basic ${btoa(`admin:${"x".repeat(32)}`)}`)).status, 401);
      await works();
    });

    test("it ends when it is asked to", async () => {
      assert.deepEqual(await host.stop(), { code: 0, signal: null });
      host = await start(name, at, FAULTS.options(name, at));
      await works();
    });
  });

  describe(`${name}, set up wrongly`, () => {
    const wrong = {
      TOUCHMARK_ORIGIN: ["", "is missing"],
      TOUCHMARK_SIGNING_KEY: ['{"kty":"OKP"}', "is not a private JWK that signs"],
      TOUCHMARK_PEPPER: ["short", "has fewer than 32 bytes"],
      TOUCHMARK_ADMIN_SECRET: ["", "is missing"],
      TOUCHMARK_CONFIGURATION: ['{"limits":{"content":"much"}}', "is wrong: limits.content: expected a number of bytes"],
    };
    if (name === "wasmtime") {
      const limited = '{"systems":{"klarity":{"rate_limit":{"burst":1,"per_minute":1}}}}';
      test("a rate that nobody remembers is refused", () =>
        refuses(name, "TOUCHMARK_CONFIGURATION", limited, "has a rate_limit, which this host cannot keep"));
    }
    for (const [variable, [value, problem]] of Object.entries(wrong)) {
      test(`${variable} that ${problem} is named, without its value`, () => refuses(name, variable, value, problem));
    }
  });
}
