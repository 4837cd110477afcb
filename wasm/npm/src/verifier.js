// The JavaScript side of a verifier: options in, claims out. Every rule about
// tokens and keys is in the WebAssembly module.
import { inspect as inspectText } from "../dist/verifier.js";
import { claimsCache } from "./cache.js";
import { SUPERSEDED, current, guard } from "./instance.js";
import { createJudge } from "./judge.js";
import { refusal } from "./refusal.js";

/** A verifier whose options are read, and whose module is loaded, on first use. */
export const createVerifier = (load, options) => {
  const { cache = 0, now = Date.now, ...rest } = options ?? {};
  if (!Number.isInteger(cache) || cache < 0 || cache > 100_000) {
    throw refusal("options_malformed", "option cache is missing or malformed");
  }
  if (typeof now !== "function") {
    throw refusal("options_malformed", "option now is missing or malformed");
  }
  const settled = write(rest);

  let judge;
  let instance;
  const prepare = async () => {
    await load();
    if (instance === current()) return;
    const { verify: decide, epoch, instance: made } = createJudge(settled, now);
    const verify = async (token) => freeze(await decide(token));
    judge = cache > 0 ? claimsCache(cache, epoch, now, verify) : verify;
    instance = made;
  };
  const verify = async (token) => {
    if (instance !== current()) await prepare();
    try {
      return await judge(text(token));
    } catch (error) {
      // Another token broke the instance, which says nothing about this one.
      if (error !== SUPERSEDED) throw error;
      return verify(token);
    }
  };
  return Object.freeze({ ready: prepare, verify });
};

/** What a token says about itself. Nobody vouches for any of it. */
export const inspect = async (load, token) => {
  await load();
  return JSON.parse(guard(current(), () => inspectText(text(token))));
};

// What cannot be written, such as a cycle, is no option either.
const write = (options) => {
  try {
    return JSON.stringify(options);
  } catch (cause) {
    throw refusal("options_malformed", "options cannot be written as JSON", cause);
  }
};

// The glue would turn anything into a text, and an object's text is no token.
const text = (token) => {
  if (typeof token === "string") return token;
  throw refusal("not_three_segments", "token is not a text");
};

// Claims are shared by all who verify the same token, so nobody may change them.
const freeze = (value) => {
  if (typeof value !== "object" || value === null) return value;
  Object.values(value).forEach(freeze);
  return Object.freeze(value);
};
