// Every code that this package promises, as its README lists them.
import { readFileSync } from "node:fs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const find = (path, pattern) => [...read(path).matchAll(pattern)].map((found) => found[1]);

/** The codes in the sources that this package's answers come from. */
export const CODES = [
  ...find("core/src/token/error.rs", /=> "([a-z0-9_]+)", "/g),
  ...find("wasm/npm/src/endpoint.js", /refusal\("([a-z_]+)"/g),
  ...find("wasm/npm/src/instance.js", /refusal\("([a-z_]+)"/g),
  ...find("wasm/npm/src/load.js", /refusal\("([a-z_]+)"/g),
  ...find("wasm/npm/src/verifier.js", /refusal\("([a-z_]+)"/g),
  "jwks_malformed",
  "key_bad_json",
  "key_set_malformed",
  "key_set_too_large",
  "now_malformed",
  "policy_malformed",
];
