// An issuer for the tests of the package: keys and signatures by Node's own
// cryptography, and an endpoint whose answers a test chooses.
import { createHmac, generateKeyPairSync, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

export const seconds = Date.UTC(2026, 0, 5, 10) / 1000;

export const claims = {
  iss: "https://issuer.example",
  aud: "https://api.example",
  sub: "client-1",
  client_id: "client-1",
  jti: "4f1c",
  iat: seconds,
  exp: seconds + 300,
};

export const policy = { issuer: claims.iss, audience: claims.aud };

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

const pairs = {
  EdDSA: () => generateKeyPairSync("ed25519"),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
};

const signers = {
  EdDSA: (message, key) => sign(null, message, key),
  ES256: (message, key) => sign("sha256", message, { key, dsaEncoding: "ieee-p1363" }),
  RS256: (message, key) => sign("sha256", message, key),
  HS256: (message, key) => createHmac("sha256", key).update(message).digest(),
};

/** A key pair of the issuer, its public half as a JWK. */
export const newKey = (alg, kid) => {
  const { privateKey, publicKey } = pairs[alg]();
  const jwk = { ...publicKey.export({ format: "jwk" }), kid, alg, use: "sig" };
  return { alg, kid, jwk, mint: (changes = {}) => mint({ alg, kid }, changes, privateKey) };
};

export const mint = (header, changes, key) => {
  const message = `${encode({ typ: "at+jwt", ...header })}.${encode({ ...claims, ...changes })}`;
  return `${message}.${signers[header.alg](Buffer.from(message), key).toString("base64url")}`;
};

/** A time that stands still until a test moves it. */
export const newClock = () => {
  let time = seconds * 1000;
  return { now: () => time, pass: (duration) => void (time += duration * 1000) };
};

/** An endpoint that answers as `answer` does, which may be changed. */
export const startEndpoint = async (answer) => {
  const endpoint = { requests: 0, answer };
  const server = createServer((request, response) => {
    endpoint.requests += 1;
    endpoint.answer(response, request);
  });
  await new Promise((started) => server.listen(0, "127.0.0.1", started));
  endpoint.uri = `http://127.0.0.1:${server.address().port}/jwks`;
  endpoint.stop = () => {
    server.closeAllConnections();
    return new Promise((stopped) => server.close(stopped));
  };
  return endpoint;
};

/** The answer of an endpoint that works, whatever type it claims. */
export const publish =
  (...keys) =>
  (response) =>
    response.setHeader("content-type", "text/plain").end(JSON.stringify({ keys: keys.map((key) => key.jwk ?? key) }));

/** A file of vectors: its key sets, policies and cases. */
export const readVectors = (name) =>
  JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));

/** The code that a call is refused with. */
export const codeOf = async (call) => {
  try {
    await call();
  } catch (error) {
    if (error.name === "TouchmarkError" && error instanceof Error && error.message) return error.code;
    throw error;
  }
  return "ok";
};
