// jose, as a gateway uses it, against the key set of a Touchmark server: the
// systems whose tokens others verify. Those of IONOS name themselves where
// others name the key, and those of 12Port are signed with a shared secret.
//
// https://github.com/panva/jose

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';

import * as deployment from './deployment.mjs';

const METADATA = `${deployment.URL_OF_SERVER}/.well-known/oauth-authorization-server`;

/** Asks for a token by the content, as a form or as JSON. */
async function ask(path, { id, secret }, media = 'application/json', more = {}) {
  const content = { grant_type: 'client_credentials', client_id: id, client_secret: secret, ...more };
  const answer = await fetch(deployment.URL_OF_SERVER + path, {
    method: 'POST',
    headers: { 'content-type': media },
    body: media.endsWith('json') ? JSON.stringify(content) : new URLSearchParams(content),
  });
  assert.equal(answer.status, 200);
  return (await answer.json()).access_token;
}

/** Where each system's tokens come from, and what a verifier expects of them. */
const SYSTEMS = {
  standard: {
    typ: 'at+jwt',
    issue: async () => ask('/oauth/token', await deployment.register('records:read')),
  },
  klarity: {
    typ: 'JWT',
    audience: deployment.AUDIENCE,
    issue: async () =>
      ask('/oauth/token', await deployment.integration(), undefined, {
        audience: deployment.AUDIENCE,
      }),
  },
  datatrails: {
    typ: 'at+jwt',
    issue: async () =>
      ask(
        '/archivist/iam/v1/appidp/token',
        await deployment.application(),
        'application/x-www-form-urlencoded',
      ),
  },
};

for (const [name, system] of Object.entries(SYSTEMS)) {
  test(`${name}: a token is verified by the key set, and nothing else is`, async () => {
    const metadata = await (await fetch(METADATA)).json();
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
    const token = await system.issue();
    const { iss, aud } = deployment.claimsOf(token);
    const expected = { issuer: iss, audience: system.audience ?? aud, typ: system.typ };
    const verify = (text, options = {}) => jwtVerify(text, keys, { ...expected, ...options });

    const { payload, protectedHeader } = await verify(token);
    assert.ok(payload.exp > payload.iat);
    assert.equal(protectedHeader.typ, system.typ);
    assert.ok(keys.jwks().keys.some((key) => key.kid === protectedHeader.kid));

    const tampered = verify(deployment.tampered(token));
    await assert.rejects(tampered, errors.JWSSignatureVerificationFailed);
    for (const options of [
      { issuer: 'https://elsewhere.example' },
      { audience: 'https://elsewhere.example' },
      { typ: 'dpop+jwt' },
      { requiredClaims: ['nobody_says_this'] },
    ]) {
      await assert.rejects(verify(token, options), errors.JWTClaimValidationFailed);
    }
    const later = new Date((payload.exp + 1) * 1000);
    await assert.rejects(verify(token, { currentDate: later }), errors.JWTExpired);
    await assert.rejects(verify(token, { algorithms: ['RS256'] }), errors.JOSEAlgNotAllowed);
  });
}

test('every system signs as an issuer of its own', async () => {
  const tokens = await Promise.all(Object.values(SYSTEMS).map((system) => system.issue()));
  const issuers = new Set(tokens.map((token) => deployment.claimsOf(token).iss));
  assert.equal(issuers.size, tokens.length);
});
