// Fetches a key set from its issuer: bounded in time and size, never
// redirected, whatever content type it claims.
import { refusal } from "./refusal.js";

const MOST_BYTES = 256 * 1024;
const HERE = ["localhost", "127.0.0.1", "[::1]"];

/**
 * A function that answers with the text of the key set as it is published now.
 * The URI has to be absolute, and nobody on the way may change what it answers:
 * `https`, or `http` on this machine.
 */
export const endpoint = (uri, timeout) => {
  const url = URL.canParse(uri) && new URL(uri);
  const isSafe = url.protocol === "https:" || (url.protocol === "http:" && HERE.includes(url.hostname));
  if (!isSafe || url.username || url.password) {
    throw refusal("options_malformed", "option jwksUri is missing or malformed");
  }
  return async () => {
    const signal = AbortSignal.timeout(timeout);
    try {
      return await read(await fetch(request(uri, signal)));
    } catch (cause) {
      if (cause.code?.startsWith?.("jwks_")) throw cause;
      throw signal.aborted
        ? refusal("jwks_timeout", "key set did not come in time", cause)
        : refusal("jwks_unreachable", "key set endpoint cannot be reached", cause);
    }
  };
};

const request = (uri, signal) => {
  const headers = { accept: "application/jwk-set+json, application/json" };
  const options = { headers, redirect: "manual", signal };
  try {
    // A browser's own cache would answer with the keys that are known already.
    return new Request(uri, { ...options, cache: "no-cache" });
  } catch {
    // Hosts without such a cache may refuse the word.
    return new Request(uri, options);
  }
};

const read = async (response) => {
  const { body, status, type } = response;
  // A browser hides everything else about a redirect.
  if (type === "opaqueredirect" || (status >= 300 && status < 400)) {
    throw refusal("jwks_redirect", "key set endpoint redirects, which is not followed");
  }
  if (status !== 200) throw refusal("jwks_status", `key set endpoint answered with status ${status}`);
  const reader = body?.getReader();
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let [text, size] = ["", 0];
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (!done && (size += value.byteLength) > MOST_BYTES) {
      // Whether the sender notices is its own affair.
      reader.cancel().catch(() => {});
      throw refusal("jwks_too_large", "key set is too large");
    }
    try {
      text += decoder.decode(value, { stream: !done });
    } catch {
      // What is not UTF-8 is no key set, as the core says of an empty text.
      reader.cancel().catch(() => {});
      return "";
    }
    if (done) return text;
  }
};
