// A bug in the WebAssembly module, which traps: it costs the token that met it
// a code, and no other token anything. Nothing in the package breaks on
// demand, so the test destroys the memory of the instance that serves.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { createVerifier, inspect } from "touchmark";

import { codeOf, newClock, newKey, policy, publish, startEndpoint } from "./issuer.mjs";

const instances = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...words) {
    super(...words);
    instances.push(this);
  }
};
/** From now on the module reads nonsense wherever it looks. */
const destroy = () => new Uint8Array(instances.at(-1).exports.memory.buffer).fill(0xff);

const keys = Object.fromEntries(["EdDSA", "ES256"].map((alg) => [alg, newKey(alg, alg)]));
const jwks = { keys: Object.values(keys).map((key) => key.jwk) };
const token = keys.EdDSA.mint();
const { now } = newClock();
const given = { ...policy, jwks, now };

beforeEach(async () => {
  await inspect(token);
  instances.splice(0, instances.length - 1);
});

for (const alg of ["EdDSA", "ES256"]) {
  test(`a trap has a code, and the next token with ${alg} is verified`, async () => {
    const verifier = createVerifier(given);
    const good = keys[alg].mint();
    const forged = `${good.slice(0, -86)}${keys[alg].mint({ sub: "somebody else" }).slice(-86)}`;
    assert.equal(await codeOf(() => verifier.verify(good)), "ok");
    for (let round = 1; round <= 3; round += 1) {
      destroy();
      await assert.rejects(verifier.verify(good), (error) => {
        assert.equal(error.name, "TouchmarkError");
        assert.equal(error.code, "internal_error");
        assert.ok(error.cause instanceof WebAssembly.RuntimeError, error.cause);
        return true;
      });
      assert.equal(await codeOf(() => verifier.verify(good)), "ok");
      assert.equal(await codeOf(() => verifier.verify(forged)), "bad_signature");
      assert.equal(instances.length, 1 + round);
    }
  });
}

test("a verifier that cannot be made is made the next time", async () => {
  const verifier = createVerifier(given);
  destroy();
  assert.equal(await codeOf(() => verifier.ready()), "internal_error");
  await verifier.ready();
  assert.equal(await codeOf(() => verifier.verify(token)), "ok");
});

test("inspection survives a trap too", async () => {
  const seen = await inspect(token);
  destroy();
  assert.equal(await codeOf(() => inspect(token)), "internal_error");
  assert.deepEqual(await inspect(token), seen);
});

test("other verifiers do not notice, and keep no verdict of former keys", async () => {
  const [met, other, cached] = [{}, {}, { cache: 10 }].map((more) => createVerifier({ ...given, ...more }));
  for (const verifier of [met, other, cached, cached]) await verifier.verify(token);
  destroy();
  assert.equal(await codeOf(() => met.verify(token)), "internal_error");
  assert.equal(await codeOf(() => other.verify(token)), "ok");
  assert.equal(await codeOf(() => cached.verify(token)), "ok");
  assert.equal(instances.length, 2);
});

test("an issuer's keys that were under way when another token met a trap are asked for again", async (context) => {
  const waiting = [];
  const endpoint = await startEndpoint((response) => waiting.push(response));
  context.after(endpoint.stop);
  const verifier = createVerifier({ ...given, jwks: undefined, jwksUri: endpoint.uri });
  const said = [1, 2, 3].map(() => codeOf(() => verifier.verify(token)));
  const arrived = async (count) => {
    while (waiting.length < count) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await arrived(1);
  destroy();
  assert.equal(await codeOf(() => inspect(token)), "internal_error");
  publish(keys.EdDSA)(waiting[0]);
  await arrived(2);
  publish(keys.EdDSA)(waiting[1]);
  assert.deepEqual(await Promise.all(said), ["ok", "ok", "ok"]);
  assert.equal(endpoint.requests, 2);
});

test("an answer of the host's cryptography counts only in the instance that asked", async (context) => {
  const verifier = createVerifier(given);
  const good = keys.ES256.mint();
  await verifier.verify(good);
  const { subtle } = crypto;
  const verify = subtle.verify.bind(subtle);
  const met = [];
  context.mock.method(subtle, "verify", async (...words) => {
    if (met.length === 0) {
      destroy();
      met.push(await codeOf(() => inspect(token)));
    }
    return verify(...words);
  });
  const forged = `${good.slice(0, -86)}${keys.ES256.mint({ sub: "somebody else" }).slice(-86)}`;
  assert.equal(await codeOf(() => verifier.verify(forged)), "bad_signature");
  assert.deepEqual(met, ["internal_error"]);
});

test("an instance that cannot be had is asked for again by the next token", async (context) => {
  const verifier = createVerifier(given);
  await verifier.verify(token);
  destroy();
  assert.equal(await codeOf(() => verifier.verify(token)), "internal_error");
  const own = WebAssembly.Instance;
  WebAssembly.Instance = class {
    constructor() {
      throw new RangeError("out of memory");
    }
  };
  context.after(() => (WebAssembly.Instance = own));
  assert.equal(await codeOf(() => verifier.verify(token)), "internal_error");
  WebAssembly.Instance = own;
  assert.equal(await codeOf(() => verifier.verify(token)), "ok");
});
