// For browsers, bundlers and Deno: the module is fetched from beside its glue.
import init from "../dist/verifier.js";
import { once } from "./load.js";
import * as verifier from "./verifier.js";

const load = /* @__PURE__ */ once(() =>
  init({ module_or_path: new URL("./verifier_bg.wasm", import.meta.url) }),
);

export const createVerifier = (options) => verifier.createVerifier(load, options);
export const inspect = (token) => verifier.inspect(load, token);
