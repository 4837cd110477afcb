// The tables that every host is tried with, and what this package adds:
// options, inspection, and what is not a text.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createVerifier, inspect } from "touchmark";

import { claims, codeOf, mint, newKey, policy, readVectors, seconds } from "./issuer.mjs";
import { tryTables } from "./table.mjs";

for (const name of ["forged.json", "rfc.json"]) {
  test(`${name}: every token is answered as in the core`, async () => {
    const results = await tryTables({ [name]: readVectors(name) }, createVerifier);
    assert.ok(results[name].tried > 10);
    assert.deepEqual(results[name].wrong, []);
  });
}

const now = () => seconds * 1000;
const keys = ["EdDSA", "ES256", "RS256"].map((alg) => newKey(alg, alg));
const jwks = { keys: keys.map((key) => key.jwk) };
const algorithms = ["EdDSA", "ES256", "RS256"];

for (const key of keys) {
  test(`a token signed with ${key.alg} gives its claims, which nobody can change`, async () => {
    const verifier = createVerifier({ ...policy, algorithms, jwks, now });
    const given = await verifier.verify(key.mint({ nested: { list: [1] } }));
    assert.deepEqual(given, { ...claims, nested: { list: [1] } });
    assert.throws(() => (given.sub = "somebody else"), TypeError);
    assert.throws(() => given.nested.list.push(2), TypeError);
  });
}

test("a curve point that is none takes its key away, and no other", async () => {
  const [ed, ec] = keys;
  const broken = { ...ec.jwk, y: ec.jwk.x };
  const verifier = createVerifier({ ...policy, jwks: { keys: [broken, ed.jwk] }, now });
  assert.equal(await codeOf(() => verifier.verify(ec.mint())), "unknown_key");
  assert.equal(await codeOf(() => verifier.verify(ed.mint())), "ok");
});

test("without the host's cryptography the other algorithms still work", async (context) => {
  const [ed, ec] = keys;
  const original = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  Object.defineProperty(globalThis, "crypto", { configurable: true, value: undefined });
  context.after(() => Object.defineProperty(globalThis, "crypto", original));
  const verifier = createVerifier({ ...policy, jwks, now });
  assert.equal(await codeOf(() => verifier.verify(ec.mint())), "signature_unavailable");
  assert.equal(await codeOf(() => verifier.verify(ed.mint())), "ok");
});

test("a clock that tells no time admits nothing", async () => {
  for (const clock of [() => NaN, () => undefined, () => Infinity]) {
    const verifier = createVerifier({ ...policy, jwks, now: clock });
    assert.equal(await codeOf(() => verifier.verify(keys[0].mint())), "now_malformed");
  }
});

test("what is not a text is no token", async () => {
  const verifier = createVerifier({ ...policy, jwks, now });
  const token = keys[0].mint();
  for (const given of [undefined, null, 7, {}, [token], { toString: () => token }]) {
    assert.equal(await codeOf(() => verifier.verify(given)), "not_three_segments");
    assert.equal(await codeOf(() => inspect(given)), "not_three_segments");
  }
});

const cycle = {};
cycle.jwks = cycle;
const options = [
  ["policy_malformed", { jwks }],
  ["policy_malformed", { ...policy, jwks, algorithms: ["HS1"] }],
  ["policy_malformed", { ...policy, jwks, leeway: 61 }],
  ["policy_malformed", { ...policy, jwks, audiences: ["misspelt"] }],
  ["key_set_malformed", { ...policy, jwks: [] }],
  ["options_malformed", undefined],
  ["options_malformed", policy],
  ["options_malformed", { ...policy, jwks, jwksUri: "https://issuer.example/jwks" }],
  ["options_malformed", { ...policy, jwksUri: "/jwks" }],
  ["options_malformed", { ...policy, jwksUri: "http://issuer.example/jwks" }],
  ["options_malformed", { ...policy, jwksUri: "https://user:secret@issuer.example/jwks" }],
  ["options_malformed", { ...policy, jwksUri: "data:application/json,{}" }],
  ["options_malformed", { ...policy, jwksUri: "https://issuer.example/jwks", timeout: 0 }],
  ["options_malformed", { ...policy, jwks, cache: -1 }],
  ["options_malformed", { ...policy, jwks, now: 7 }],
  ["options_malformed", cycle],
];
for (const [code, given] of options) {
  const shown = given === cycle ? "a cycle" : JSON.stringify(given)?.slice(0, 120);
  test(`options are refused as ${code}: ${shown}`, async () => {
    assert.equal(await codeOf(() => createVerifier(given).ready()), code);
  });
}

test("inspection trusts nothing and shows everything", async () => {
  const forged = mint({ alg: "HS256" }, {}, "anybody's secret");
  assert.deepEqual(await inspect(forged), {
    header: { typ: "at+jwt", alg: "HS256" },
    unverifiedClaims: claims,
  });
  assert.equal(await codeOf(() => inspect("a.b")), "not_three_segments");
});
