// The deployment under test: where it is, and what its administrator makes
// there for a client. Nothing here is tested; what fails here fails loudly.

import { randomUUID } from 'node:crypto';

export const URL_OF_SERVER = process.env.TOUCHMARK_URL;
export const ADMINISTRATOR = {
  id: process.env.TOUCHMARK_ID,
  secret: process.env.TOUCHMARK_SECRET,
};
export const AUDIENCE = 'https://integrations-api.klarity.nordcloudapp.com';

// Secrets that tell apart how clients write them into the Authorization field:
// as they are, or form-encoded half by half.
export const SECRETS = ['7Du:IZ9', '100%', 'a%3Ab%2', 'one + one', 'p%C3%A9&=;?/#', "-_.!~*'()"];
// Those that some clients refuse to say.
export const WIDE_SECRETS = ['grüße-ÿ', 'ключ:€+%'];

/** A name that nothing else has. */
export function fresh(name) {
  return `${name}-${randomUUID()}`;
}

/** Asks for something as the administrator and answers what came back. */
export async function administer(method, path, content) {
  const pair = Buffer.from(`${ADMINISTRATOR.id}:${ADMINISTRATOR.secret}`).toString('base64');
  const answer = await fetch(URL_OF_SERVER + path, {
    method,
    headers: { authorization: `Basic ${pair}`, 'content-type': 'application/json' },
    body: content && JSON.stringify(content),
  });
  if (!answer.ok) {
    throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  }
  return answer.json();
}

/** An API access of Cockpit, and an operator who may connect by it. */
export async function apiAccess({ secret = '7Du:IZ9', signingIn = true, refresh = true } = {}) {
  const access = {
    id: fresh('public-api'),
    secret,
    login: fresh('svc'),
    password: 'pass+word: ü%26',
  };
  const terms = {
    password: signingIn,
    refreshToken: refresh,
    accessTokenValidity: 3600,
    refreshTokenValidity: 7200,
  };
  await administer('POST', '/admin/cockpit/api-accesses', {
    clientId: access.id,
    clientSecret: secret,
    ...terms,
  });
  await administer('POST', '/admin/cockpit/operators', {
    login: access.login,
    password: access.password,
    mayConnectToApi: true,
  });
  // Switches the flag off that lets it use refresh tokens.
  access.takeRenewalAway = () =>
    administer('PATCH', `/admin/cockpit/api-accesses/${access.id}`, {
      ...terms,
      refreshToken: false,
    });
  return access;
}

/** Registers a client of the standard system. */
export async function register(scope) {
  const made = await administer('POST', '/admin/clients', { client_name: fresh('robot'), scope });
  return { id: made.client_id, secret: made.client_secret };
}

/** Deletes a client of the standard system. */
export async function remove(id) {
  await administer('DELETE', `/admin/clients/${id}`);
}

/** Registers an application of DataTrails. */
export async function application() {
  const made = await administer('POST', '/archivist/iam/v1/applications', {
    display_name: fresh('robot'),
  });
  return { id: made.client_id, secret: made.credentials[0].secret };
}

/** Registers an integration of Klarity. */
export async function integration() {
  const made = await administer('POST', '/admin/klarity/integrations', { name: fresh('push') });
  return { id: made.id, secret: made.secret };
}

/** The token with another character among its claims. */
export function tampered(token) {
  const [head, payload, signature] = token.split('.');
  const middle = payload.length >> 1;
  const other = payload[middle] === 'A' ? 'B' : 'A';
  return [head, payload.slice(0, middle) + other + payload.slice(middle + 1), signature].join('.');
}

/** What a token says; nothing is verified here. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}
