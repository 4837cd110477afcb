// The signatures that the host checks: those of the algorithms that WebCrypto
// is faster at, and which are therefore not in the WebAssembly module.
// https://www.w3.org/TR/webcrypto-2/

// What WebCrypto calls an algorithm when it imports a key, and when it verifies.
const SCHEMES = {
  ES256: [{ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }],
  RS256: [{ name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, { name: "RSASSA-PKCS1-v1_5" }],
  PS256: [{ name: "RSA-PSS", hash: "SHA-256" }, { name: "RSA-PSS", saltLength: 32 }],
};

// In the place of a key's number.
const NONE = -1;
const UNAVAILABLE = -2;

/**
 * Gives WebCrypto the keys of a list `[[number, algorithm, jwk], …]`. Answers
 * with handles, and with the numbers of those that are no keys. What WebCrypto
 * cannot import for another reason has no handle.
 */
export const importKeys = async (list) => {
  const handles = new Map();
  const leftOut = [];
  const importKey = async ([number, name, jwk]) => {
    try {
      const key = await crypto.subtle.importKey("jwk", jwk, SCHEMES[name][0], false, ["verify"]);
      handles.set(`${name} ${number}`, key);
    } catch (error) {
      if (error.name === "DataError") leftOut.push(number);
    }
  };
  await Promise.all(list.map(importKey));
  return { handles, leftOut };
};

/** The number of the first of some keys that signed a token. */
export const findSigner = async (handles, name, numbers, token) => {
  const end = token.lastIndexOf(".");
  const message = new TextEncoder().encode(token.slice(0, end));
  const signature = bytes(token.slice(end + 1));
  try {
    for (const number of numbers) {
      const key = handles.get(`${name} ${number}`);
      if (!key) return UNAVAILABLE;
      if (await crypto.subtle.verify(SCHEMES[name][1], key, signature, message)) return number;
    }
    return NONE;
  } catch {
    return UNAVAILABLE;
  }
};

// The core has seen that it is base64url.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (it) => it.charCodeAt(0));
