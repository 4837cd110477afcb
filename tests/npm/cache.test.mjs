// The cache of verdicts: seen through an endpoint that counts and keys that
// change, because a verdict from the cache is meant to look like any other.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createVerifier } from "touchmark";

import { codeOf, newClock, newKey, policy, publish, seconds, startEndpoint } from "./issuer.mjs";

const key = newKey("ES256", "first");
const next = newKey("ES256", "next");

/** Counts the signatures that the host is asked about after the first. */
const watch = (context) => {
  const { subtle } = crypto;
  const asked = context.mock.method(subtle, "verify", subtle.verify.bind(subtle));
  return () => asked.mock.callCount() - 1;
};

/** A verifier that has its keys: the verdict that fetched them is not kept. */
const setUp = async (clock, options) => {
  const verifier = createVerifier({ ...policy, jwks: { keys: [key.jwk] }, now: clock.now, ...options });
  await verifier.verify(key.mint({ jti: "first of all" }));
  return { verifier, verify: (token) => codeOf(() => verifier.verify(token)) };
};

test("a token that comes again is not verified again", async (context) => {
  const asked = watch(context);
  const { verifier } = await setUp(newClock(), { cache: 10 });
  const token = key.mint();
  const first = await verifier.verify(token);
  assert.equal(await verifier.verify(token), first);
  assert.equal(asked(), 1);
});

test("without a cache every token is verified", async (context) => {
  const asked = watch(context);
  const { verify } = await setUp(newClock(), {});
  const token = key.mint();
  await verify(token);
  await verify(token);
  assert.equal(asked(), 2);
});

test("no verdict outlives its token", async () => {
  const clock = newClock();
  const { verify } = await setUp(clock, { cache: 10 });
  const token = key.mint();
  assert.equal(await verify(token), "ok");
  clock.pass(299.999);
  assert.equal(await verify(token), "ok");
  clock.pass(0.001);
  assert.equal(await verify(token), "expired");
});

test("a clock that is set back meets the rules again", async () => {
  const clock = newClock();
  const { verify } = await setUp(clock, { cache: 10 });
  const token = key.mint({ nbf: seconds });
  assert.equal(await verify(token), "ok");
  clock.pass(-10);
  assert.equal(await verify(token), "not_yet_valid");
});

test("the cache keeps as many verdicts as it may", async (context) => {
  const asked = watch(context);
  const { verify } = await setUp(newClock(), { cache: 2 });
  const [a, b, c] = ["a", "b", "c"].map((jti) => key.mint({ jti }));
  for (const token of [a, b, c]) await verify(token);
  assert.equal(asked(), 3);
  for (const token of [b, c]) await verify(token);
  assert.equal(asked(), 3);
  await verify(a);
  assert.equal(asked(), 4);
});

test("refusals are not kept", async (context) => {
  const asked = watch(context);
  const { verify } = await setUp(newClock(), { cache: 10 });
  const forged = `${key.mint().slice(0, -86)}${next.mint().slice(-86)}`;
  assert.equal(await verify(forged), "bad_signature");
  assert.equal(await verify(forged), "bad_signature");
  assert.equal(asked(), 2);
});

test("a verdict ends with the keys that it was reached by", async (context) => {
  const endpoint = await startEndpoint(publish(key));
  context.after(endpoint.stop);
  const clock = newClock();
  const options = { jwks: undefined, jwksUri: endpoint.uri, maxAge: 100, cache: 10 };
  const { verify } = await setUp(clock, options);
  const token = key.mint();
  assert.equal(await verify(token), "ok");
  assert.equal(await verify(token), "ok");
  endpoint.answer = publish(next);
  clock.pass(100);
  assert.equal(await verify(token), "unknown_key");
  assert.equal(await verify(next.mint()), "ok");
});
