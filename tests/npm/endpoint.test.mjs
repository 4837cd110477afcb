// Keys that an issuer publishes: what an endpoint may answer, how often it is
// asked, and what holds while it is away. Time is the test's, except for the
// timeout itself.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createVerifier } from "touchmark";

import { codeOf, mint, newClock, newKey, policy, publish, startEndpoint } from "./issuer.mjs";

const key = newKey("EdDSA", "first");
const next = newKey("EdDSA", "next");

const setUp = async (context, answer, options = {}) => {
  const endpoint = await startEndpoint(answer);
  context.after(endpoint.stop);
  const clock = newClock();
  const verifier = createVerifier({ ...policy, jwksUri: endpoint.uri, now: clock.now, ...options });
  return { endpoint, clock, verify: (token) => codeOf(() => verifier.verify(token)) };
};

const junk = "x".repeat(64 * 1024);
const answers = [
  ["jwks_timeout", "nothing", () => {}],
  ["jwks_timeout", "a beginning", (response) => response.write('{"keys":[')],
  ["jwks_redirect", "a redirect", (response) => response.writeHead(302, { location: "/elsewhere" }).end()],
  ["jwks_redirect", "a permanent redirect", (response) => response.writeHead(308, { location: "/elsewhere" }).end()],
  ["jwks_status", "500", (response) => response.writeHead(500).end('{"keys":[]}')],
  ["jwks_status", "404", (response) => response.writeHead(404).end()],
  ["jwks_status", "204", (response) => response.writeHead(204).end()],
  [
    "jwks_too_large",
    "10 MB",
    (response) => {
      for (let sent = 0; sent < 160; sent += 1) response.write(junk);
      response.end();
    },
  ],
  ["jwks_malformed", "a page", (response) => response.end("<!doctype html><title>Sign in</title>")],
  ["jwks_malformed", "nothing at all", (response) => response.end()],
  ["jwks_malformed", "another document", (response) => response.end('{"issuer":"x"}')],
  ["jwks_unreachable", "a broken connection", (response) => response.socket.destroy()],
];
for (const [code, what, answer] of answers) {
  test(`an endpoint that answers with ${what} gives ${code}`, { timeout: 10_000 }, async (context) => {
    const { endpoint, verify } = await setUp(context, answer, { timeout: 1 });
    assert.equal(await verify(key.mint()), code);
    assert.equal(await verify(key.mint()), code, "the failure is remembered");
    assert.equal(endpoint.requests, 1);
  });
}

test("an endpoint that is not there is unreachable", async (context) => {
  const { endpoint, verify } = await setUp(context, publish(key));
  await endpoint.stop();
  assert.equal(await verify(key.mint()), "jwks_unreachable");
});

test("a token without form costs no request", async (context) => {
  const { endpoint, verify } = await setUp(context, publish(key));
  assert.equal(await verify("not a token"), "not_three_segments");
  assert.equal(endpoint.requests, 0);
});

test("tokens that come together wait for one request", async (context) => {
  const { endpoint, verify } = await setUp(context, (response) => setTimeout(() => publish(key)(response), 50));
  const said = await Promise.all(Array.from({ length: 20 }, () => verify(key.mint())));
  assert.deepEqual(new Set(said), new Set(["ok"]));
  assert.equal(endpoint.requests, 1);
});

test("an unknown key is asked for once per cooldown", async (context) => {
  const { endpoint, clock, verify } = await setUp(context, publish(key), { cooldown: 30 });
  assert.equal(await verify(key.mint()), "ok");
  clock.pass(29);
  assert.equal(await verify(next.mint()), "unknown_key");
  assert.equal(endpoint.requests, 1);
  clock.pass(1);
  assert.equal(await verify(next.mint()), "unknown_key");
  assert.equal(await verify(next.mint()), "unknown_key");
  assert.equal(endpoint.requests, 2);
  endpoint.answer = publish(key, next);
  clock.pass(30);
  assert.equal(await verify(next.mint()), "ok");
  assert.equal(await verify(key.mint()), "ok");
  assert.equal(endpoint.requests, 3);
});

test("keys are asked for again when they are old, and those that are gone are gone", async (context) => {
  const { endpoint, clock, verify } = await setUp(context, publish(key), { maxAge: 100 });
  assert.equal(await verify(key.mint()), "ok");
  endpoint.answer = publish(next);
  clock.pass(99);
  assert.equal(await verify(key.mint()), "ok");
  clock.pass(1);
  assert.equal(await verify(key.mint()), "unknown_key");
  assert.equal(await verify(next.mint()), "ok");
  assert.equal(endpoint.requests, 2);
});

test("old keys stand in while the issuer is away, for a bounded time", async (context) => {
  const { endpoint, clock, verify } = await setUp(context, publish(key), { maxAge: 100, staleIfError: 50 });
  const token = () => key.mint({ exp: policyEnd });
  const policyEnd = clock.now() / 1000 + 1000;
  assert.equal(await verify(token()), "ok");
  endpoint.answer = (response) => response.writeHead(503).end();
  clock.pass(149);
  assert.equal(await verify(token()), "ok");
  assert.equal(endpoint.requests, 2);
  clock.pass(1);
  assert.equal(await verify(token()), "jwks_status");
  endpoint.answer = publish(key);
  clock.pass(30);
  assert.equal(await verify(token()), "ok");
});

test("a secret that is published verifies nothing", async (context) => {
  const k = Buffer.alloc(32, "known to everybody");
  const secret = { kty: "oct", k: k.toString("base64url"), kid: "first", alg: "HS256" };
  const { verify } = await setUp(context, publish(secret), { algorithms: ["HS256"] });
  assert.equal(await verify(mint({ alg: "HS256", kid: "first" }, {}, k)), "unknown_key");
});
