// openid-client against a Touchmark server: Cockpit's tokens, the RFCs' from
// discovery on, and DataTrails'.
//
// https://github.com/panva/openid-client

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as client from 'openid-client';

import * as deployment from './deployment.mjs';

const server = new URL(deployment.URL_OF_SERVER);

/** A configuration for a server without metadata. Loopback has no TLS. */
function configure(path, { id, secret }, prove) {
  const metadata = {
    issuer: deployment.URL_OF_SERVER,
    token_endpoint: deployment.URL_OF_SERVER + path,
  };
  const config = new client.Configuration(metadata, id, secret, prove?.(secret));
  client.allowInsecureRequests(config);
  return config;
}

/** The call fails with a challenge of this scheme, as the library has it. */
function challenged(call, scheme) {
  return assert.rejects(call, (error) => {
    assert.ok(error instanceof client.WWWAuthenticateChallengeError, error);
    assert.equal(error.status, 401);
    assert.equal(error.cause[0].scheme, scheme);
    return true;
  });
}

/** The call fails with an error document, as the library has it. */
function refused(call, status, error, description) {
  return assert.rejects(call, (actual) => {
    assert.ok(actual instanceof client.ResponseBodyError, actual);
    assert.equal(actual.status, status);
    assert.equal(actual.error, error);
    assert.match(actual.error_description, description);
    return true;
  });
}

function cockpit(access) {
  return configure('/oauth/token', access, client.ClientSecretBasic);
}

function signIn(access, parameters = {}) {
  return client.genericGrantRequest(cockpit(access), 'password', {
    username: access.login,
    password: access.password,
    ...parameters,
  });
}

function dashboard(access, token) {
  const url = new URL('/api/dashboard', server);
  return client.fetchProtectedResource(cockpit(access), token, url, 'GET');
}

test('cockpit: a password gives a token that opens the dashboard', async () => {
  const access = await deployment.apiAccess();
  const token = await signIn(access, { scope: 'public-api' });
  assert.match(token.access_token, /^[0-9a-f-]{36}$/);
  assert.equal(token.token_type, 'bearer');
  assert.equal(token.scope, 'public-api');
  assert.ok(token.expiresIn() <= 3600);
  const seen = await (await dashboard(access, token.access_token)).json();
  assert.equal(seen.operator, access.login);
});

test('cockpit: a refresh token gives another access token', async () => {
  const access = await deployment.apiAccess();
  const first = await signIn(access);
  const second = await client.refreshTokenGrant(cockpit(access), first.refresh_token);
  assert.notEqual(second.access_token, first.access_token);
  assert.equal((await dashboard(access, second.access_token)).status, 200);
  await challenged(dashboard(access, first.access_token), 'bearer');
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
    client.refreshTokenGrant(cockpit(access), token.refresh_token),
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
  await refused(
    client.refreshTokenGrant(cockpit(access), '0c11ad2e-0000-4000-8000-000000000000'),
    400,
    'invalid_grant',
    /^Invalid refresh token$/,
  );
});

const scope = 'records:read records:write';

/** Finds the server by its metadata, as the client that was registered. */
function discover({ id, secret }, prove) {
  return client.discovery(server, id, secret, prove?.(secret), {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  });
}

test('standard: both ways to authenticate give a token', async () => {
  const robot = await deployment.register(scope);
  // Without a word on it the library proves itself in the content.
  for (const prove of [undefined, client.ClientSecretPost, client.ClientSecretBasic]) {
    const config = await discover(robot, prove);
    const token = await client.clientCredentialsGrant(config);
    assert.equal(token.token_type, 'bearer');
    assert.equal(token.scope, scope);
  }
  const wrong = { ...robot, secret: 'wrong' };
  await refused(
    client.clientCredentialsGrant(await discover(wrong)),
    401,
    'invalid_client',
    /./,
  );
  const basic = await discover(wrong, client.ClientSecretBasic);
  await challenged(client.clientCredentialsGrant(basic), 'basic');
});

test('standard: a scope is narrowed and never widened', async () => {
  const config = await discover(await deployment.register(scope));
  const narrow = await client.clientCredentialsGrant(config, { scope: 'records:read' });
  assert.equal(narrow.scope, 'records:read');
  const wide = client.clientCredentialsGrant(config, { scope: 'records:burn' });
  await refused(wide, 400, 'invalid_scope', /./);
});

test('standard: a token is introspected until its client is gone', async () => {
  const robot = await deployment.register(scope);
  const { access_token: token } = await client.clientCredentialsGrant(await discover(robot));
  for (const prove of [undefined, client.ClientSecretBasic]) {
    const config = await discover(deployment.ADMINISTRATOR, prove);
    const said = await client.tokenIntrospection(config, token);
    assert.equal(said.active, true);
    assert.equal(said.client_id, robot.id);
    assert.equal(said.scope, scope);
  }
  const wrong = await discover({ ...deployment.ADMINISTRATOR, secret: 'wrong' });
  await refused(client.tokenIntrospection(wrong, token), 401, 'invalid_client', /./);
  const admin = await discover(deployment.ADMINISTRATOR);
  await deployment.remove(robot.id);
  assert.deepEqual(await client.tokenIntrospection(admin, token), { active: false });
});

test('datatrails: an application gets a token and sees its empty tenancy', async () => {
  const path = '/archivist/iam/v1/appidp/token';
  const robot = await deployment.application();
  for (const prove of [undefined, client.ClientSecretBasic]) {
    const config = configure(path, robot, prove);
    const token = await client.clientCredentialsGrant(config);
    assert.equal(token.expiresIn() > 3500, true);
    const url = new URL('/archivist/v2/assets', server);
    const seen = await client.fetchProtectedResource(config, token.access_token, url, 'GET');
    assert.deepEqual((await seen.json()).assets, []);
  }
  const wrong = configure(path, { ...robot, secret: '0'.repeat(64) });
  await refused(client.clientCredentialsGrant(wrong), 401, 'invalid_client', /./);
});

test('klarity: an integration gets a token for its audience', async () => {
  // The library has no JSON, so it asks where forms are taken too.
  const config = configure('/klarity/oauth/token', await deployment.integration());
  const token = await client.clientCredentialsGrant(config, { audience: deployment.AUDIENCE });
  assert.equal(token.expiresIn() > 86000, true);
  const pushed = await client.fetchProtectedResource(
    config,
    token.access_token,
    new URL('/v1/estateRecords', server),
    'POST',
    JSON.stringify({ records: [{ id: 'lic-7', type: 'acme/licence' }] }),
    new Headers({ 'content-type': 'application/json' }),
  );
  assert.equal(pushed.status, 202);
  await refused(
    client.clientCredentialsGrant(config, { audience: 'https://elsewhere.example' }),
    403,
    'access_denied',
    /^Service not enabled within domain/,
  );
});
