// simple-oauth2 against a Touchmark server: Cockpit's tokens, the RFCs',
// DataTrails', and Klarity's by JSON.
//
// https://github.com/lelylan/simple-oauth2

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientCredentials, ResourceOwnerPassword } from 'simple-oauth2';

import * as deployment from './deployment.mjs';

/** What the library has to know of a client and of where to ask. */
function settings({ id, secret }, path, options = {}) {
  return {
    client: { id, secret },
    auth: { tokenHost: deployment.URL_OF_SERVER, tokenPath: path },
    options,
  };
}

/** The call fails with this status and error document, as the library has it. */
function refused(call, status, error, description) {
  return assert.rejects(call, (actual) => {
    assert.equal(actual.isBoom, true, String(actual));
    assert.equal(actual.output.statusCode, status);
    assert.equal(actual.data.payload.error, error);
    assert.match(actual.data.payload.error_description, description);
    return true;
  });
}

async function ask(path, token, content) {
  return fetch(deployment.URL_OF_SERVER + path, {
    method: content ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: content && JSON.stringify(content),
  });
}

function cockpit(access, options) {
  return new ResourceOwnerPassword(settings(access, '/oauth/token', options));
}

function signIn(access, parameters = {}, options = {}) {
  return cockpit(access, options).getToken({
    username: access.login,
    password: access.password,
    ...parameters,
  });
}

test('cockpit: a password gives a token that opens the dashboard', async () => {
  const access = await deployment.apiAccess();
  const { token } = await signIn(access, { scope: ['public-api'] });
  assert.match(token.access_token, /^[0-9a-f-]{36}$/);
  assert.equal(token.token_type, 'bearer');
  assert.equal(token.scope, 'public-api');
  assert.ok(token.expires_at > new Date());
  const seen = await (await ask('/api/dashboard', token.access_token)).json();
  assert.equal(seen.operator, access.login);
});

test('cockpit: a refresh token gives another access token', async () => {
  const access = await deployment.apiAccess();
  const first = await signIn(access);
  assert.equal(first.expired(), false);
  const second = await first.refresh();
  assert.notEqual(second.token.access_token, first.token.access_token);
  assert.equal((await ask('/api/dashboard', second.token.access_token)).status, 200);
  assert.equal((await ask('/api/dashboard', first.token.access_token)).status, 401);
});

test('cockpit: secrets of any characters are understood', async () => {
  for (const secret of deployment.SECRETS) {
    const access = await deployment.apiAccess({ secret });
    for (const credentialsEncodingMode of ['strict', 'loose']) {
      const { token } = await signIn(access, {}, { credentialsEncodingMode });
      assert.ok(token.access_token, `${secret} ${credentialsEncodingMode}`);
    }
  }
});

test('cockpit: without the flag nothing is renewed', async () => {
  const without = await deployment.apiAccess({ refresh: false });
  assert.equal((await signIn(without)).token.refresh_token, undefined);
  const access = await deployment.apiAccess();
  const token = await signIn(access);
  await access.takeRenewalAway();
  await refused(
    token.refresh(),
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
  await refused(
    signIn({ ...access, secret: 'wrong' }),
    401,
    'invalid_client',
    /^Bad client credentials$/,
  );
  await refused(
    signIn({ ...access, password: 'wrong' }),
    400,
    'invalid_grant',
    /^Bad credentials$/,
  );
  await refused(signIn(access, { scope: 'root' }), 400, 'invalid_scope', /^Invalid scope/);
  const unknown = { refresh_token: '0c11ad2e-0000-4000-8000-000000000000', expires_in: 1 };
  await refused(
    cockpit(access).createToken(unknown).refresh(),
    400,
    'invalid_grant',
    /^Invalid refresh token$/,
  );
});

// Every way in which the library can prove a client and write a request.
const WAYS = ['header', 'body'].flatMap((authorizationMethod) =>
  ['form', 'json'].map((bodyFormat) => ({ authorizationMethod, bodyFormat })),
);

test('standard: every way to ask gives a token', async () => {
  const robot = await deployment.register('records:read records:write');
  for (const way of WAYS) {
    const client = new ClientCredentials(settings(robot, '/oauth/token', way));
    const { token } = await client.getToken({ scope: ['records:read', 'records:write'] });
    assert.equal(token.token_type, 'Bearer', JSON.stringify(way));
    assert.equal(token.scope, 'records:read records:write');
    const narrow = await client.getToken({ scope: 'records:read' });
    assert.equal(narrow.token.scope, 'records:read');
    await refused(client.getToken({ scope: 'records:burn' }), 400, 'invalid_scope', /./);
    const wrong = settings({ ...robot, secret: 'wrong' }, '/oauth/token', way);
    await refused(new ClientCredentials(wrong).getToken({}), 401, 'invalid_client', /./);
  }
});

test('datatrails: an application gets a token and sees its empty tenancy', async () => {
  const path = '/archivist/iam/v1/appidp/token';
  const robot = await deployment.application();
  for (const authorizationMethod of ['header', 'body']) {
    const client = new ClientCredentials(settings(robot, path, { authorizationMethod }));
    const { token } = await client.getToken({});
    assert.equal(token.expires_in, 3600);
    const seen = await ask('/archivist/v2/assets', token.access_token);
    assert.deepEqual((await seen.json()).assets, []);
  }
  const wrong = settings({ ...robot, secret: '0'.repeat(64) }, path);
  await refused(new ClientCredentials(wrong).getToken({}), 401, 'invalid_client', /./);
});

test('klarity: an integration gets a token by JSON and pushes with it', async () => {
  const robot = await deployment.integration();
  const way = { authorizationMethod: 'body', bodyFormat: 'json' };
  const audience = deployment.AUDIENCE;
  const client = new ClientCredentials(settings(robot, '/oauth/token', way));
  const { token } = await client.getToken({ audience });
  assert.equal(token.token_type, 'Bearer');
  assert.equal(token.expires_in, 86400);
  const records = { records: [{ id: 'lic-7', type: 'acme/licence' }] };
  const pushed = await ask('/v1/estateRecords', token.access_token, records);
  assert.equal(pushed.status, 202);
  assert.deepEqual(await pushed.json(), { message: 'Accepted 1 estate records' });

  const elsewhere = client.getToken({ audience: 'https://elsewhere.example' });
  await refused(elsewhere, 403, 'access_denied', /^Service not enabled within domain/);
  const wrong = settings({ ...robot, secret: 'wrong' }, '/oauth/token', way);
  const stranger = new ClientCredentials(wrong).getToken({ audience });
  await refused(stranger, 401, 'access_denied', /^Unauthorized$/);
});
