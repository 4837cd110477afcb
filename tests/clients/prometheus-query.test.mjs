// prometheus-query against a Touchmark server: IONOS' TelemetryAPI, whose
// tokens the driver is given as a header.
//
// https://github.com/samber/prometheus-query-js

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { before, test } from 'node:test';
import { PrometheusDriver } from 'prometheus-query';

import * as deployment from './deployment.mjs';

const metric = 'instance_cpu_utilization_average';
const values = { a: [40, 50, 60], b: [1, 2, 3] };
const end = Math.floor(Date.now() / 1000) * 1000;
const start = end - 120_000;
let driver;

/** The driver with somebody's token. */
function connect(token, options = {}) {
  return new PrometheusDriver({
    endpoint: deployment.URL_OF_SERVER,
    baseURL: '/telemetry/api/v1',
    headers: { authorization: `Bearer ${token}` },
    ...options,
  });
}

/** The token of the owner of a new contract that has these values, minute by minute. */
async function token(values) {
  const contract = randomInt(1, 2 ** 31);
  const login = { email: `${deployment.fresh('owner')}@example.org`, password: 'user secret' };
  const contracts = [{ contractNumber: contract, role: 'owner' }];
  await deployment.administer('POST', '/admin/ionos/users', { ...login, contracts });

  const lines = Object.entries(values).flatMap(([vm, values]) =>
    values.map((value, i) => `${metric}{uuid="${vm}",dc="one"} ${value} ${start + i * 60_000}\n`),
  );
  const told = [`# HELP ${metric} How busy it is.\n`, `# TYPE ${metric} gauge\n`];
  const { id, secret } = deployment.ADMINISTRATOR;
  const path = `/admin/ionos/contracts/${contract}/samples`;
  const handedIn = await fetch(deployment.URL_OF_SERVER + path, {
    method: 'POST',
    headers: { authorization: basic(id, secret), 'content-type': 'text/plain' },
    body: [...told, ...lines].join(''),
  });
  assert.deepEqual(await handedIn.json(), { samples: lines.length });

  const answer = await fetch(`${deployment.URL_OF_SERVER}/auth/v1/tokens/generate`, {
    headers: { authorization: basic(login.email, login.password) },
  });
  return (await answer.json()).token;
}

function basic(name, password) {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** The call fails with this message, in the envelope of Prometheus. */
function refused(message, call) {
  return assert.rejects(call, ({ httpStatus, error, prometheus }) => {
    assert.equal(httpStatus, 400);
    assert.equal(prometheus.errorType, 'bad_data');
    assert.match(error, message);
    return true;
  });
}

before(async () => {
  driver = connect(await token(values));
});

test('values at a time are answered', async () => {
  const { resultType, result } = await driver.instantQuery(metric, end);
  assert.equal(resultType, 'vector');
  const seen = result.map(({ metric, value }) => [
    metric.name,
    metric.labels.uuid,
    value.time.getTime(),
    value.value,
  ]);
  assert.deepEqual(seen.sort(), [
    [metric, 'a', end, 60],
    [metric, 'b', end, 3],
  ]);
  const before = await driver.instantQuery(`sum(${metric})`, new Date(end - 60_000), '10s');
  assert.equal(before.result[0].value.value, 52);
  const none = await driver.instantQuery(metric, end - 3_600_000);
  assert.deepEqual(none.result, []);
});

test('a scalar is answered as one', async () => {
  const data = await driver.request('GET', 'query', { query: '1 + 1', time: end / 1000 });
  assert.deepEqual(data, { resultType: 'scalar', result: [end / 1000, '2'] });
});

test('values over time are answered', async () => {
  for (const step of [60, '1m']) {
    const { resultType, result } = await driver.rangeQuery(metric, start, end, step);
    assert.equal(resultType, 'matrix');
    const seen = Object.fromEntries(
      result.map((series) => [series.metric.labels.uuid, series.values.map(({ value }) => value)]),
    );
    assert.deepEqual(seen, values);
    const times = result[0].values.map(({ time }) => time.getTime());
    assert.deepEqual(times, [start, start + 60_000, end]);
  }
});

test('series are listed', async () => {
  const listed = async (selectors) => {
    const series = await driver.series(selectors, start, end);
    assert.ok(series.every(({ name, labels }) => name === metric && labels.dc === 'one'));
    return series.map(({ labels }) => labels.uuid).sort();
  };
  assert.deepEqual(await listed(metric), ['a', 'b']);
  assert.deepEqual(await listed(`{uuid="a"}`), ['a']);
  assert.deepEqual(await listed([`{uuid="a"}`, `{uuid="b"}`]), ['a', 'b']);
  assert.deepEqual(await listed('{uuid="c"}'), []);
});

test('labels and their values are listed', async () => {
  assert.deepEqual(await driver.labelNames(), ['__name__', 'dc', 'uuid']);
  assert.deepEqual(await driver.labelNames('{uuid="c"}', start, end), []);
  assert.deepEqual(await driver.labelValues('uuid'), ['a', 'b']);
  assert.deepEqual(await driver.labelValues('uuid', '{uuid=~"b|c"}', start, end), ['b']);
  assert.deepEqual(await driver.labelValues('nothing'), []);
});

test('what a metric means is told', async () => {
  const told = { [metric]: [{ type: 'gauge', help: 'How busy it is.', unit: '' }] };
  assert.deepEqual(await driver.metadata(), told);
  assert.deepEqual(await driver.metadata(metric, 1), told);
  assert.deepEqual(await driver.metadata('nothing'), {});
});

test('mistakes are told as Prometheus tells them', async () => {
  await refused(/unclosed left parenthesis/, driver.instantQuery('sum('));
  await refused(/step/, driver.rangeQuery(metric, start, end, 0));
  await refused(/end/, driver.rangeQuery(metric, end, start, 60));
  await refused(/label name/, driver.labelValues('9'));
  await refused(/./, driver.series('{', start, end));
});

test('another contract is not seen', async () => {
  const other = connect(await token({ c: [7] }));
  assert.deepEqual(await other.labelValues('uuid'), ['c']);
  assert.deepEqual((await other.rangeQuery('{uuid="a"}', start, end, 60)).result, []);
  assert.deepEqual(await driver.labelValues('uuid'), ['a', 'b']);
});

test('what is no answer of Prometheus is no answer', async () => {
  // The refusals of tokens and methods come in the envelope of the vendor.
  const call = connect('nonsense').instantQuery('up');
  await assert.rejects(call, ({ errorType, data }) => {
    assert.equal(errorType, 'client_error');
    assert.equal(data.httpStatus, 401);
    return true;
  });
  const posting = connect('nonsense', { preferPost: true }).instantQuery('up');
  await assert.rejects(posting, ({ data }) => data.httpStatus === 405);
});
