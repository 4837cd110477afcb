// Type-checked only: a consumer as strict as one can be.
import { createVerifier, inspect, type Claims, type TouchmarkError, type Verifier } from "touchmark";

const published: Verifier = createVerifier({
  issuer: "https://issuer.example",
  audience: ["https://api.example"],
  jwksUri: new URL("https://issuer.example/jwks"),
  algorithms: ["EdDSA", "ES256"],
  leeway: 5,
  typ: ["at+jwt", null],
  cache: 1000,
  timeout: 5,
});
createVerifier({ issuer: "a", audience: null, jwks: { keys: [] }, now: () => 0 });

// @ts-expect-error: nobody said where keys come from.
createVerifier({ issuer: "a", audience: "b" });
// @ts-expect-error: keys come from one place.
createVerifier({ issuer: "a", audience: "b", jwks: { keys: [] }, jwksUri: "https://issuer.example/jwks" });
// @ts-expect-error: this algorithm does not exist.
createVerifier({ issuer: "a", audience: "b", jwks: { keys: [] }, algorithms: ["none"] });

export const subject = async (token: string): Promise<string | undefined> => {
  await published.ready();
  const claims: Claims = await published.verify(token);
  // @ts-expect-error: claims are frozen.
  claims.sub = "somebody else";
  const custom: unknown = claims["role"];
  return custom === "admin" ? claims.sub : undefined;
};

export const reason = (error: unknown): string => (error as TouchmarkError).code;

export const algorithm = async (token: string): Promise<unknown> => (await inspect(token)).header["alg"];
