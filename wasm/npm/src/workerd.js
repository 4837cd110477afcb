// For workerd, which compiles modules when a worker is deployed and not later.
import module from "../dist/verifier_bg.wasm";

import { initSync } from "../dist/verifier.js";
import { once } from "./load.js";
import * as verifier from "./verifier.js";

const load = /* @__PURE__ */ once(async () => initSync({ module }));

export const createVerifier = (options) => verifier.createVerifier(load, options);
export const inspect = (token) => verifier.inspect(load, token);
