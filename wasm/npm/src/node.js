// For Node and Bun, where `fetch` reads no files.
import { readFile } from "node:fs/promises";

import { initSync } from "../dist/verifier.js";
import { once } from "./load.js";
import * as verifier from "./verifier.js";

const load = /* @__PURE__ */ once(async () => {
  const bytes = await readFile(new URL("./verifier_bg.wasm", import.meta.url));
  initSync({ module: await WebAssembly.compile(bytes) });
});

export const createVerifier = (options) => verifier.createVerifier(load, options);
export const inspect = (token) => verifier.inspect(load, token);
