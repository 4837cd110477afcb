// The instance of the WebAssembly module, which serves all verifiers. It
// refuses by errors of ours; whatever else it throws is a bug, after which
// nothing in it can be relied on, so that a new instance takes its place.
import { __wbg_reset_state as replace } from "../dist/verifier.js";
import { refusal } from "./refusal.js";

let number = 0;
let broken = false;

/** The number of the instance that serves now. */
export const current = () => number;

/** Thrown to whoever was about to ask an instance that is gone. */
export const SUPERSEDED = /* @__PURE__ */ refusal("internal_error", "the verifier was started anew");

/** Calls into the instance of this number. */
export const guard = (instance, run) => {
  if (instance !== number) throw SUPERSEDED;
  try {
    if (broken) {
      replace();
      broken = false;
    }
    return run();
  } catch (cause) {
    if (cause?.name === "TouchmarkError") throw cause;
    number += 1;
    broken = true;
    throw refusal("internal_error", "the verifier failed and is started anew", cause);
  }
};
