// The verifier as it is shipped: bound, optimised, and loaded by a JavaScript
// host. Tokens are signed by that host's own cryptography, so that nothing is
// right only because both sides are ours.
import assert from "node:assert/strict";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const dist = new URL("../../wasm/npm/dist/", import.meta.url);
const { Verifier, initSync, inspect } = await import(new URL("verifier.js", dist));
initSync({ module: new WebAssembly.Module(readFileSync(new URL("verifier_bg.wasm", dist))) });

const now = Date.UTC(2026, 0, 5, 10);
const claims = {
  iss: "https://issuer.example",
  aud: "https://api.example",
  sub: "client-1",
  client_id: "client-1",
  jti: "4f1c",
  iat: now / 1000,
  exp: now / 1000 + 300,
};
const policy = JSON.stringify({ issuer: claims.iss, audience: claims.aud });

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const edwards = generateKeyPairSync("ed25519");
const curve = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwks = JSON.stringify({
  keys: [
    { ...edwards.publicKey.export({ format: "jwk" }), kid: "ed", alg: "EdDSA" },
    { ...curve.publicKey.export({ format: "jwk" }), kid: "ec", alg: "ES256" },
  ],
});

const signers = {
  EdDSA: (message) => sign(null, message, edwards.privateKey),
  ES256: (message) => sign("sha256", message, { key: curve.privateKey, dsaEncoding: "ieee-p1363" }),
  HS256: (message) => createHmac("sha256", "0".repeat(32)).update(message).digest(),
  none: () => Buffer.alloc(0),
};

const mint = (header, payload = claims) => {
  const message = `${encode({ typ: "at+jwt", ...header })}.${encode(payload)}`;
  return `${message}.${signers[header.alg](Buffer.from(message)).toString("base64url")}`;
};

const refusal = (code) => (error) => {
  assert.equal(error.code, code);
  assert.equal(error.name, "TouchmarkError");
  assert.ok(error instanceof Error && error.message.length > 0);
  return true;
};

for (const header of [{ alg: "EdDSA", kid: "ed" }, { alg: "ES256", kid: "ec" }]) {
  test(`a token signed with ${header.alg} is accepted`, () => {
    const verifier = new Verifier(policy, jwks);
    assert.deepEqual(JSON.parse(verifier.verify(mint(header), now)), claims);
  });
}

const ed = { alg: "EdDSA", kid: "ed" };
const refused = [
  ["expired", mint(ed), now + 300_000],
  ["issued_in_future", mint(ed), now - 1000],
  ["wrong_audience", mint(ed, { ...claims, aud: "https://other.example" }), now],
  ["wrong_issuer", mint(ed, { ...claims, iss: "https://other.example" }), now],
  ["claim_missing", mint(ed, { ...claims, sub: undefined }), now],
  ["bad_signature", `${mint(ed).slice(0, -86)}${"A".repeat(86)}`, now],
  ["alg_none", mint({ alg: "none" }), now],
  ["alg_not_allowed", mint({ alg: "HS256", kid: "ed" }), now],
  ["key_alg_mismatch", mint({ alg: "EdDSA", kid: "ec" }), now],
  ["unknown_key", mint({ alg: "EdDSA", kid: "other" }), now],
  ["wrong_typ", mint({ ...ed, typ: "JWT" }), now],
  ["crit_unsupported", mint({ ...ed, crit: ["b64"] }), now],
  ["not_three_segments", "not a token", now],
  ["now_malformed", mint(ed), NaN],
];
for (const [code, token, at] of refused) {
  test(`a token is refused as ${code}, and the next one accepted`, () => {
    const verifier = new Verifier(policy, jwks);
    assert.throws(() => verifier.verify(token, at), refusal(code));
    verifier.verify(mint(ed), now);
  });
}

test("a policy and keys that cannot be used are refused", () => {
  assert.throws(() => new Verifier("{}", jwks), refusal("policy_malformed"));
  assert.throws(() => new Verifier(policy, "[]"), refusal("key_set_malformed"));
});

test("inspection trusts nothing and shows everything", () => {
  const forged = mint({ alg: "none" });
  assert.deepEqual(JSON.parse(inspect(forged)), {
    header: { typ: "at+jwt", alg: "none" },
    unverifiedClaims: claims,
  });
  assert.throws(() => inspect("a.b"), refusal("not_three_segments"));
});
