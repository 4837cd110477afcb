// What happens between the questions of the WebAssembly module: keys are
// fetched, one attempt at a time however many tokens wait for it, and the
// host's cryptography is asked.
import { Verifier } from "../dist/verifier.js";
import { endpoint } from "./endpoint.js";
import { current, guard } from "./instance.js";
import { findSigner, importKeys } from "./signatures.js";

// A token may need keys, and other keys once these are there.
const MOST_ATTEMPTS = 2;

/**
 * A function that answers with a token's claims, and the one that numbers sets
 * of keys. Both serve as long as the instance does that they are made in.
 */
export const createJudge = (options, now) => {
  const instance = current();
  const ask = (run) => guard(instance, run);
  const verifier = ask(() => new Verifier(options, now));
  const uri = ask(() => verifier.uri());
  const fetchKeys = uri === undefined ? async () => "" : endpoint(uri, verifier.timeout());
  let handles;
  let attempt;

  const getKeys = async () => {
    try {
      const text = await fetchKeys();
      const list = ask(() => verifier.receive(text));
      if (list === undefined) return;
      const imported = await importKeys(JSON.parse(list));
      ask(() => verifier.settle(imported.leftOut));
      handles = imported.handles;
    } catch (error) {
      // An instance that is gone takes no note of it.
      if (instance !== current()) throw error;
      ask(() => verifier.fail(error));
    } finally {
      attempt = undefined;
    }
  };
  const load = () => {
    if (!attempt) {
      ask(() => verifier.begin());
      attempt = getKeys();
    }
    return attempt;
  };

  const verify = async (token) => {
    let [attempts, set, signer] = [0, 0, 0];
    for (;;) {
      const said = JSON.parse(ask(() => verifier.verify(token, attempts < MOST_ATTEMPTS, set, signer)));
      if (!Array.isArray(said)) return said;
      if (said.length === 0) {
        attempts += 1;
        await load();
      } else {
        const [asked, name, numbers, claims] = said;
        signer = await findSigner(handles, name, numbers, token);
        if (signer >= 0 && claims !== undefined) return claims;
        set = asked;
      }
    }
  };
  return { instance, verify, epoch: () => ask(() => verifier.epoch()) };
};
