// oauth4webapi against a Touchmark server: Cockpit's tokens, the RFCs' and
// DataTrails', and access tokens verified as a resource server does.
//
// https://github.com/panva/oauth4webapi

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as oauth from 'oauth4webapi';

import * as deployment from './deployment.mjs';

// Loopback has no TLS.
const insecure = { [oauth.allowInsecureRequests]: true };
const server = new URL(deployment.URL_OF_SERVER);

/** What the library has to know of a server without metadata. */
function as(path) {
  return { issuer: deployment.URL_OF_SERVER, token_endpoint: deployment.URL_OF_SERVER + path };
}

/** The call fails with a challenge of this scheme, as the library has it. */
function challenged(call, scheme) {
  return assert.rejects(call, (error) => {
    assert.ok(error instanceof oauth.WWWAuthenticateChallengeError, error);
    assert.equal(error.status, 401);
    assert.equal(error.cause[0].scheme, scheme);
    return true;
  });
}

/** The call fails with an error document, as the library has it. */
function refused(call, status, error, description) {
  return assert.rejects(call, (actual) => {
    assert.ok(actual instanceof oauth.ResponseBodyError, actual);
    assert.equal(actual.status, status);
    assert.equal(actual.error, error);
    assert.match(actual.error_description, description);
    return true;
  });
}

const cockpit = as('/oauth/token');

async function signIn(access, parameters = {}) {
  const client = { client_id: access.id };
  const proof = oauth.ClientSecretBasic(access.secret);
  const asked = { username: access.login, password: access.password, ...parameters };
  const response = await oauth.genericTokenEndpointRequest(
    cockpit,
    client,
    proof,
    'password',
    asked,
    insecure,
  );
  return oauth.processGenericTokenEndpointResponse(cockpit, client, response);
}

async function renew(access, refreshToken) {
  const client = { client_id: access.id };
  const proof = oauth.ClientSecretBasic(access.secret);
  const response = await oauth.refreshTokenGrantRequest(
    cockpit,
    client,
    proof,
    refreshToken,
    insecure,
  );
  return oauth.processRefreshTokenResponse(cockpit, client, response);
}

function dashboard(token) {
  const url = new URL('/api/dashboard', server);
  return oauth.protectedResourceRequest(token, 'GET', url, undefined, undefined, insecure);
}

test('cockpit: a password gives a token that opens the dashboard', async () => {
  const access = await deployment.apiAccess();
  const token = await signIn(access, { scope: 'public-api' });
  assert.match(token.access_token, /^[0-9a-f-]{36}$/);
  assert.equal(token.token_type, 'bearer');
  assert.equal(token.scope, 'public-api');
  assert.ok(token.expires_in <= 3600);
  const seen = await (await dashboard(token.access_token)).json();
  assert.equal(seen.operator, access.login);
});

test('cockpit: a refresh token gives another access token', async () => {
  const access = await deployment.apiAccess();
  const first = await signIn(access);
  const second = await renew(access, first.refresh_token);
  assert.notEqual(second.access_token, first.access_token);
  assert.equal((await dashboard(second.access_token)).status, 200);
  await challenged(dashboard(first.access_token), 'bearer');
});

test('cockpit: secrets of any characters are understood', async () => {
  for (const secret of [...deployment.SECRETS, ...deployment.WIDE_SECRETS]) {
    const access = await deployment.apiAccess({ secret });
    assert.ok((await signIn(access)).access_token, secret);
  }
});

test('cockpit: without the flag nothing is renewed', async () => {
  const without = await deployment.apiAccess({ refresh: false });
  assert.equal((await signIn(without)).refresh_token, undefined);
  const access = await deployment.apiAccess();
  const token = await signIn(access);
  await access.takeRenewalAway();
  await refused(
    renew(access, token.refresh_token),
    400,
    'unauthorized_client',
    /^Unauthorized grant type: refresh_token$/,
  );
});

test('cockpit: without the flag nobody signs in', async () => {
  const access = await deployment.apiAccess({ signingIn: false });
  const denied = /^Unauthorized grant type: password$/;
  await refused(signIn(access), 400, 'unauthorized_client', denied);
});

test('cockpit: each refusal has its error', async () => {
  const access = await deployment.apiAccess();
  await challenged(signIn({ ...access, secret: 'wrong' }), 'basic');
  await refused(
    signIn({ ...access, password: 'wrong' }),
    400,
    'invalid_grant',
    /^Bad credentials$/,
  );
  await refused(signIn(access, { scope: 'root' }), 400, 'invalid_scope', /^Invalid scope/);
  const unknown = '0c11ad2e-0000-4000-8000-000000000000';
  await refused(renew(access, unknown), 400, 'invalid_grant', /^Invalid refresh token$/);
});

async function discover() {
  const options = { ...insecure, algorithm: 'oauth2' };
  const response = await oauth.discoveryRequest(server, options);
  return oauth.processDiscoveryResponse(server, response);
}

async function ask(metadata, id, proof, parameters = {}) {
  const client = { client_id: id };
  const response = await oauth.clientCredentialsGrantRequest(
    metadata,
    client,
    proof,
    parameters,
    insecure,
  );
  return oauth.processClientCredentialsResponse(metadata, client, response);
}

/** Verifies a token as a resource server does. */
function validate(metadata, token, audience) {
  const headers = { authorization: `Bearer ${token}` };
  const request = new Request('https://api.example.com/', { headers });
  return oauth.validateJwtAccessToken(metadata, request, audience, insecure);
}

const scope = 'records:read records:write';

test('standard: both ways to authenticate give a token', async () => {
  const metadata = await discover();
  const { id, secret } = await deployment.register(scope);
  const ways = {
    client_secret_basic: oauth.ClientSecretBasic,
    client_secret_post: oauth.ClientSecretPost,
  };
  assert.deepEqual(metadata.token_endpoint_auth_methods_supported, Object.keys(ways));
  for (const prove of Object.values(ways)) {
    const token = await ask(metadata, id, prove(secret));
    assert.equal(token.token_type, 'bearer');
    assert.equal(token.scope, scope);
  }
  await challenged(ask(metadata, id, oauth.ClientSecretBasic('wrong')), 'basic');
});

test('standard: a scope is narrowed and never widened', async () => {
  const metadata = await discover();
  const { id, secret } = await deployment.register(scope);
  const proof = oauth.ClientSecretBasic(secret);
  const narrow = await ask(metadata, id, proof, { scope: 'records:read' });
  assert.equal(narrow.scope, 'records:read');
  const wide = ask(metadata, id, proof, { scope: 'records:burn' });
  await refused(wide, 400, 'invalid_scope', /./);
});

test('standard: a token is introspected until its client is gone', async () => {
  const metadata = await discover();
  const { id, secret } = await deployment.register(scope);
  const { access_token: token } = await ask(metadata, id, oauth.ClientSecretBasic(secret));
  const admin = { client_id: deployment.ADMINISTRATOR.id };
  const introspect = async (prove) => {
    const proof = prove(deployment.ADMINISTRATOR.secret);
    const response = await oauth.introspectionRequest(metadata, admin, proof, token, insecure);
    return oauth.processIntrospectionResponse(metadata, admin, response);
  };
  for (const prove of [oauth.ClientSecretBasic, oauth.ClientSecretPost]) {
    const said = await introspect(prove);
    assert.equal(said.active, true);
    assert.equal(said.client_id, id);
    assert.equal(said.scope, scope);
  }
  await deployment.remove(id);
  assert.deepEqual(await introspect(oauth.ClientSecretBasic), { active: false });
});

test('standard: a token is verified by the key set', async () => {
  const metadata = await discover();
  const { id, secret } = await deployment.register(scope);
  const { access_token: token } = await ask(metadata, id, oauth.ClientSecretBasic(secret));
  const audience = deployment.claimsOf(token).aud;
  const claims = await validate(metadata, token, audience);
  assert.equal(claims.client_id, id);
  assert.equal(claims.scope, scope);
  await assert.rejects(validate(metadata, deployment.tampered(token), audience), Error);
  await assert.rejects(validate(metadata, token, 'https://elsewhere.example'), {
    code: oauth.JWT_CLAIM_COMPARISON,
  });
});

test('datatrails: an application gets a token that is verified and used', async () => {
  const datatrails = as('/archivist/iam/v1/appidp/token');
  const { id, secret } = await deployment.application();
  for (const prove of [oauth.ClientSecretPost, oauth.ClientSecretBasic]) {
    const token = await ask(datatrails, id, prove(secret));
    assert.equal(token.expires_in, 3600);
    const bearer = token.access_token;
    const { iss, aud } = deployment.claimsOf(bearer);
    const { jwks_uri } = await discover();
    const claims = await validate({ issuer: iss, jwks_uri }, bearer, aud);
    assert.equal(claims.client_id, id);
    const url = new URL('/archivist/v2/assets', server);
    const seen = await oauth.protectedResourceRequest(
      bearer,
      'GET',
      url,
      undefined,
      undefined,
      insecure,
    );
    assert.deepEqual((await seen.json()).assets, []);
  }
  await refused(
    ask(datatrails, id, oauth.ClientSecretPost('0'.repeat(64))),
    401,
    'invalid_client',
    /./,
  );
});

test('klarity: an integration gets a token for its audience', async () => {
  // The library has no JSON, so it asks where forms are taken too.
  const klarity = as('/klarity/oauth/token');
  const { id, secret } = await deployment.integration();
  for (const prove of [oauth.ClientSecretPost, oauth.ClientSecretBasic]) {
    const token = await ask(klarity, id, prove(secret), { audience: deployment.AUDIENCE });
    assert.equal(token.expires_in, 86400);
  }
  await refused(
    ask(klarity, id, oauth.ClientSecretPost(secret), { audience: 'https://elsewhere.example' }),
    403,
    'access_denied',
    /^Service not enabled within domain/,
  );
});
