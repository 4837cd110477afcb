// IONOS' own Node client against a Touchmark server: the user management of the
// CloudAPI, by password and by a token of the AuthAPI, for which the client has
// no words.
//
// https://github.com/ionos-cloud/sdk-nodejs

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { Configuration, UserManagementApi } from '@ionos-cloud/sdk-nodejs';

import * as deployment from './deployment.mjs';

const basePath = `${deployment.URL_OF_SERVER}/cloudapi/v6`;
const monitors = { name: 'monitors', accessAndManageMonitoring: true };

/** The client's user management as somebody. */
function api(identity) {
  return new UserManagementApi(new Configuration({ basePath, ...identity }));
}

/** By a token; the client calls it a key. */
function bearing(token) {
  return api({ apiKey: token });
}

/** By a password. */
function signedIn({ email, password }) {
  return api({ username: email, password });
}

/** A token of the AuthAPI. */
async function generate({ email, password }, contract) {
  const pair = Buffer.from(`${email}:${password}`).toString('base64');
  const headers = { authorization: `Basic ${pair}` };
  if (contract) headers['x-contract-number'] = `${contract}`;
  const answer = await fetch(`${deployment.URL_OF_SERVER}/auth/v1/tokens/generate`, { headers });
  assert.equal(answer.status, 200);
  return (await answer.json()).token;
}

/** The owner of new contracts. */
async function owner(count = 1) {
  const contracts = Array.from({ length: count }, () => randomInt(1, 2 ** 31));
  const login = { email: `${deployment.fresh('owner')}@example.org`, password: 'pass:word +ü%' };
  const { id } = await deployment.administer('POST', '/admin/ionos/users', {
    ...login,
    contracts: contracts.map((contractNumber) => ({ contractNumber, role: 'owner' })),
  });
  return { ...login, id, contracts };
}

/** A new user, made by an administrator's client. */
async function user(um, properties = {}) {
  const login = { email: `${deployment.fresh('user')}@example.org`, password: 'user secret' };
  const { data } = await um.umUsersPost({
    user: { properties: { firstname: 'Mo', lastname: 'Ni', ...login, ...properties } },
  });
  return { ...login, ...data };
}

/** A new group, made by an administrator's client. */
async function group(um) {
  return (await um.umGroupsPost({ group: { properties: monitors } })).data;
}

/** The call fails with this status, in the vendor's envelope. */
async function refused(status, call) {
  await assert.rejects(call, ({ response }) => {
    assert.equal(response?.status, status);
    assert.equal(response.data.httpStatus, status);
    assert.equal(typeof response.data.messages[0].errorCode, 'string');
    return true;
  });
}

const ids = ({ data }) => data.items.map(({ id }) => id);

test('a group lives from creation to deletion', async () => {
  const um = bearing(await generate(await owner()));
  const made = await group(um);
  const groupId = made.id;
  assert.equal(made.type, 'group');
  assert.equal(made.properties.accessAndManageMonitoring, true);
  assert.equal(made.properties.createDataCenter, false);

  const read = (await um.umGroupsFindById({ groupId, depth: 1 })).data;
  assert.deepEqual(read.properties, made.properties);
  assert.ok(read.entities.users.href.endsWith(`/${groupId}/users`));

  const listed = (await um.umGroupsGet({ depth: 1, pretty: true })).data;
  assert.deepEqual(
    listed.items.map(({ properties }) => properties.name),
    ['monitors'],
  );
  const bare = (await um.umGroupsGet({ depth: 0 })).data;
  assert.deepEqual(
    bare.items.map(({ id, properties }) => [id, properties]),
    [[groupId, undefined]],
  );

  const properties = { name: 'others', createPcc: true };
  const changed = (await um.umGroupsPut({ groupId, group: { properties } })).data.properties;
  assert.equal(changed.name, 'others');
  assert.equal(changed.accessAndManageMonitoring, false);
  assert.equal(changed.createPcc, true);

  await um.umGroupsDelete({ groupId });
  await refused(404, um.umGroupsFindById({ groupId }));
});

test('a user lives from creation to deletion', async () => {
  const someone = await owner();
  const um = bearing(await generate(someone));
  const made = await user(um, { administrator: false });
  const userId = made.id;
  assert.equal(made.properties.administrator, false);
  assert.equal(made.properties.active, true);
  assert.equal((await um.umUsersFindById({ userId })).data.id, userId);

  const properties = {
    firstname: 'Mona',
    lastname: 'Ni',
    email: made.email,
    administrator: true,
    forceSecAuth: false,
  };
  const changed = (await um.umUsersPut({ userId, user: { properties } })).data.properties;
  assert.equal(changed.firstname, 'Mona');
  assert.equal(changed.administrator, true);

  const pages = [0, 1, 2].map((offset) => um.umUsersGet({ depth: 1, offset, limit: 1 }));
  const found = (await Promise.all(pages)).map(ids);
  assert.deepEqual(
    found.map((page) => page.length),
    [1, 1, 0],
  );
  assert.deepEqual(found.flat().sort(), [userId, someone.id].sort());

  await um.umUsersDelete({ userId });
  await refused(404, um.umUsersFindById({ userId }));
});

test('a member of a group has its privileges', async () => {
  const um = bearing(await generate(await owner()));
  const made = await user(um);
  const { id: groupId } = await group(um);
  const joined = await um.umGroupsUsersPost({ groupId, user: { id: made.id } });
  assert.equal(joined.data.id, made.id);
  assert.deepEqual(ids(await um.umGroupsUsersGet({ groupId, depth: 1 })), [made.id]);
  assert.deepEqual(ids(await um.umUsersGroupsGet({ userId: made.id, depth: 1 })), [groupId]);
  const told = deployment.claimsOf(await generate(made));
  assert.deepEqual(told.identity.privileges, ['ACCESS_AND_MANAGE_MONITORING']);

  await um.umGroupsUsersDelete({ groupId, userId: made.id });
  assert.deepEqual(ids(await um.umGroupsUsersGet({ groupId })), []);
  await refused(404, um.umGroupsUsersDelete({ groupId, userId: made.id }));
});

test('a user may look at itself only', async () => {
  const someone = await owner();
  const made = await user(bearing(await generate(someone)));
  const um = bearing(await generate(made));
  assert.equal((await um.umUsersFindById({ userId: made.id })).data.id, made.id);
  assert.deepEqual(ids(await um.umUsersGroupsGet({ userId: made.id })), []);
  await refused(403, um.umUsersGet());
  await refused(403, um.umGroupsGet());
  await refused(403, um.umUsersFindById({ userId: someone.id }));
});

test('what breaks a rule is refused', async () => {
  const someone = await owner();
  const um = bearing(await generate(someone));
  await refused(422, um.umUsersGet({ limit: -1 }));
  await refused(422, um.umGroupsPost({ group: { properties: { name: ' ' } } }));
  const user = { id: someone.id };
  await refused(404, um.umGroupsUsersPost({ groupId: 'nothing', user }));
});

test('a password does what a token does', async () => {
  const um = signedIn(await owner());
  const [made, { id: groupId }] = [await user(um), await group(um)];
  await um.umGroupsUsersPost({ groupId, user: { id: made.id } });
  const itself = signedIn(made);
  assert.deepEqual(ids(await itself.umUsersGroupsGet({ userId: made.id })), [groupId]);
  await refused(403, itself.umGroupsGet());
  await um.umGroupsDelete({ groupId });
  assert.deepEqual(ids(await itself.umUsersGroupsGet({ userId: made.id })), []);
});

test('who belongs to several contracts names one', async () => {
  const someone = await owner(2);
  const [first, second] = someone.contracts;
  const by = bearing(await generate(someone, second));
  assert.deepEqual(ids(await by.umUsersGet()), [someone.id]);
  const um = signedIn(someone);
  await refused(422, um.umUsersGet());
  await refused(422, um.umGroupsPost({ group: { properties: monitors } }));
  assert.deepEqual(ids(await um.umUsersGet({ xContractNumber: first })), [someone.id]);
  await refused(403, um.umUsersGet({ xContractNumber: 7 }));
});

test('a deleted token is dead at once', async () => {
  const token = await generate(await owner());
  const um = bearing(token);
  await um.umUsersGet();
  const answer = await fetch(`${deployment.URL_OF_SERVER}/auth/v1/tokens?criteria=CURRENT`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}` },
  });
  assert.deepEqual(await answer.json(), { success: true });
  await refused(401, um.umUsersGet());
});

test('who does not prove to be somebody is refused', async () => {
  const { email } = await owner();
  await refused(401, signedIn({ email, password: 'wrong' }).umUsersGet());
  await refused(401, bearing('nonsense').umUsersGet());
  await refused(401, api({}).umUsersGet());
});
