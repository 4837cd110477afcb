// One verification for each algorithm, ours and those of others, on a host that
// has WebCrypto. Which packages take part is the caller's business.
import { compare } from "./rounds.mjs";

const ISSUER = "https://issuer.example";
const AUDIENCE = "https://api.example";

const base64url = (bytes) =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const text = (value) => base64url(new TextEncoder().encode(JSON.stringify(value)));

const SCHEMES = {
  EdDSA: [{ name: "Ed25519" }, { name: "Ed25519" }],
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  RS256: [
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    { name: "RSASSA-PKCS1-v1_5" },
  ],
  HS256: [{ name: "HMAC", hash: "SHA-256" }, { name: "HMAC" }],
};

/** A token of about 335 bytes of payload, and the key that verifies it. */
const mint = async (alg) => {
  const [making, signing] = SCHEMES[alg];
  const made = await crypto.subtle.generateKey(making, true, ["sign", "verify"]);
  const exported = await crypto.subtle.exportKey("jwk", made.publicKey ?? made);
  const { kty, crv, x, y, n, e, k } = exported;
  const jwk = JSON.parse(JSON.stringify({ kty, crv, x, y, n, e, k, kid: alg, alg, use: "sig" }));
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "client-1",
    client_id: "client-1",
    jti: "0123456789abcdef0123456789abcdef",
    iat: now - 10,
    exp: now + 3600,
    scope: "records:read records:write",
    note: "x".repeat(90),
  };
  const message = `${text({ typ: "at+jwt", alg, kid: alg })}.${text(claims)}`;
  const key = made.privateKey ?? made;
  const signature = await crypto.subtle.sign(signing, key, new TextEncoder().encode(message));
  return { jwk, token: `${message}.${base64url(new Uint8Array(signature))}` };
};

/** Verifiers of others, by name: given an algorithm and its key, what verifies a token. */
export const joseVerifier = (jose) => async (alg, jwk) => {
  const options = { issuer: ISSUER, audience: AUDIENCE, algorithms: [alg], typ: "at+jwt" };
  const keys = alg === "HS256" ? await jose.importJWK(jwk, alg) : jose.createLocalJWKSet({ keys: [jwk] });
  return async (token) => (await jose.jwtVerify(token, keys, options)).payload;
};

const ours = (createVerifier, cache) => async (alg, jwk) => {
  const verifier = createVerifier({ issuer: ISSUER, audience: AUDIENCE, algorithms: [alg], jwks: { keys: [jwk] }, cache });
  return (token) => verifier.verify(token);
};

/** Microseconds by algorithm and verifier, ours under `touchmark`; with `cached` those that keep verdicts. */
export const measureVerify = async ({ createVerifier, peers, cached = {} }, effort) => {
  const figures = {};
  const tryAll = async (title, alg, makers) => {
    const { jwk, token } = await mint(alg);
    const contestants = {};
    for (const [name, make] of Object.entries(makers)) {
      const verify = await make(alg, jwk);
      const claims = await verify(token);
      if (claims.sub !== "client-1") throw new Error(`${name} does not verify ${alg}`);
      contestants[name] = () => verify(token);
    }
    figures[title] = await compare(contestants, effort);
  };
  for (const alg of Object.keys(SCHEMES)) {
    await tryAll(alg, alg, { touchmark: ours(createVerifier, 0), ...peers });
  }
  await tryAll("EdDSA, the same again", "EdDSA", { touchmark: ours(createVerifier, 1000), ...cached });
  return figures;
};
