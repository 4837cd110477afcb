// The tables of tokens that every host is tried with, against one way to
// verify. Names no host and nothing of one, so that it runs in all of them.

/**
 * Tries every case of a file of vectors and tells those that were not answered
 * as expected. `verify` gets the options of a verifier and a token, and rejects
 * with an error that has a `code`.
 */
export const tryTable = async ({ cases, jwks, policies }, verify) => {
  const wrong = [];
  for (const vector of cases) {
    const options = { ...policies[vector.policy], jwks: jwks[vector.jwks], now: () => vector.now * 1000 };
    const said = await verify(options, vector.token).then(
      () => "ok",
      (error) => error.code ?? String(error),
    );
    if (said !== vector.expected) wrong.push(`${vector.name}: ${said}, not ${vector.expected}`);
  }
  return { tried: cases.length, wrong };
};

/** Tries every file, with the package itself. */
export const tryTables = async (tables, createVerifier) => {
  const verify = async (options, token) => createVerifier(options).verify(token);
  const results = {};
  for (const [name, table] of Object.entries(tables)) results[name] = await tryTable(table, verify);
  return results;
};
