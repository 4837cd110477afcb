// Tokens that the native command mints (the variable TOUCHMARK names it), as a
// table like those of the vectors.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { claims, policy } from "./issuer.mjs";

const ALGORITHMS = ["EdDSA", "ES256", "HS256", "HS384", "HS512"];

/** A table of one token for each algorithm. The keys are written to the folder. */
export function mintTable(folder) {
  const touchmark = (...words) => execFileSync(process.env.TOUCHMARK, words, { encoding: "utf8" });
  // A minute from now every token has been issued and none has expired.
  const now = Math.floor(Date.now() / 1000) + 60;
  const table = { cases: [], jwks: {}, policies: { all: { ...policy, algorithms: ALGORITHMS } } };
  for (const algorithm of ALGORITHMS) {
    const key = join(folder, `${algorithm}.jwk`);
    writeFileSync(key, touchmark("key", "generate", "--alg", algorithm), { mode: 0o600 });
    const words = ["--subject", claims.sub, "--client-id", claims.client_id, "--issuer", claims.iss, "--audience", claims.aud];
    const token = touchmark("token", "mint", "--key", key, ...words).trim();
    const symmetric = algorithm.startsWith("HS");
    // A shared secret has no public half.
    table.jwks[algorithm] = symmetric ? { keys: [JSON.parse(readFileSync(key, "utf8"))] } : JSON.parse(touchmark("key", "jwks", key));
    const [head, body, signature] = token.split(".");
    const other = `${head}.${body}.${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    table.cases.push(
      { name: `${algorithm} minted natively`, token, policy: "all", jwks: algorithm, now, expected: "ok" },
      { name: `${algorithm}, signature changed`, token: other, policy: "all", jwks: algorithm, now, expected: "bad_signature" },
    );
  }
  return table;
}
