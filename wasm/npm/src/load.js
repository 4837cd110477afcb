// Loads the WebAssembly module when it is first needed, and once.
import { refusal } from "./refusal.js";

/** Runs `start` once, and again only if it failed. */
export const once = (start) => {
  let loading;
  return () =>
    (loading ??= start().catch((cause) => {
      loading = undefined;
      throw refusal("module_unavailable", "the WebAssembly module cannot be loaded", cause);
    }));
};
