// Verdicts on tokens that come again and again. A verdict ends with the token,
// with the set of keys that it was reached by, and when others need its place.

/**
 * Wraps `verify` so that it is asked once per token. The cache is bounded by
 * `size`; what came first goes first. Refusals are not kept: whoever sends
 * rubbish could fill the cache with it.
 */
export const claimsCache = (size, epochNow, now, verify) => {
  const verdicts = new Map();
  let epoch = 0;

  return async (token) => {
    const current = epochNow();
    if (current !== epoch) {
      verdicts.clear();
      epoch = current;
    }
    const known = verdicts.get(token);
    if (known !== undefined) {
      const time = now();
      // A clock that was set back knows nothing about `nbf`.
      if (time >= known.from && time < known.until) return known.claims;
      verdicts.delete(token);
    }

    const from = now();
    const claims = await verify(token);
    const until = claims.exp === undefined ? Infinity : claims.exp * 1000;
    // The keys may have changed while the signature was checked; a verdict
    // belongs to the keys that were there before and after.
    if (current !== 0 && current === epoch && epochNow() === current && from < until) {
      if (verdicts.size >= size) verdicts.delete(verdicts.keys().next().value);
      verdicts.set(token, { claims, from, until });
    }
    return claims;
  };
};
