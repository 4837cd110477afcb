// Sixteen at once for the last place of every quota: exactly one gets it, and
// the others are told that the quota is used up. In memory and in SQLite
// tests/tests/quotas.rs sees the same of the core alone, where quotas are
// settings: here they are the defaults, and DataTrails' ten thousand
// applications and policies, which are counted as groups are, are too many.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { HOSTS, place, start } from "./host.mjs";

const RIVALS = 16;
const LIMIT_MS = 60_000;
const CONTRACT = 31850000;
const OWNER = { email: "ada@example.org", password: "owner-of-a-contract", contracts: [{ contractNumber: CONTRACT, role: "owner" }] };

const SAMPLES = `/admin/ionos/contracts/${CONTRACT}/samples`;
const lines = (first, end, line) => Array.from({ length: end - first }, (_, place) => line(first + place)).join("");

/** The quotas: how many places there are, how one is taken or several at once, and the places that are taken. */
const QUOTAS = {
  "a user's tokens of IONOS": {
    most: 50,
    // The owner's own token is one of them.
    taken: 1,
    take: () => ["GET", "/auth/v1/tokens/generate"],
    list: ["/auth/v1/tokens", ({ tokens }) => tokens],
  },
  "alarms of a contract": {
    most: 100,
    take: (number) => {
      const expression = { source: "v", metric: "INSTANCE_CPU_UTILIZATION_AVERAGE", comparisonThreshold: 1 };
      return ["POST", "/cloudapi/monitoring/alarms", { properties: { name: `alarm ${number}`, expression } }];
    },
    status: 201,
    list: ["/cloudapi/monitoring/alarms", ({ items }) => items],
  },
  "actions of a contract": {
    most: 100,
    take: (number) => {
      const properties = { name: `action ${number}`, type: "EMAIL", typeProperties: { emailTo: "ops@example.org" } };
      return ["POST", "/cloudapi/monitoring/actions", { properties }];
    },
    status: 201,
    list: ["/cloudapi/monitoring/actions", ({ items }) => items],
  },
  "groups of a contract": {
    most: 200,
    take: (number) => ["POST", "/cloudapi/v6/um/groups", { properties: { name: `group ${number}` } }],
    list: ["/cloudapi/v6/um/groups", ({ items }) => items],
  },
  "series of a contract": {
    most: 10_000,
    atOnce: 1000,
    take: (first, end) => ["POST", SAMPLES, lines(first, end, (number) => `series_${number} 1\n`)],
    list: [`/telemetry/api/v1/series?match[]=${encodeURIComponent('{__name__=~"series.*"}')}`, ({ data }) => data],
  },
  "metrics of a contract that are described": {
    most: 10_000,
    atOnce: 500,
    take: (first, end) => ["POST", SAMPLES, lines(first, end, (number) => `# TYPE metric_${number} gauge\n`)],
  },
};

for (const name of Object.keys(HOSTS)) {
  describe(name, () => {
    let at, host, bearer;
    before(async () => {
      at = await place();
      host = await start(name, at);
      assert.equal((await ask("POST", "/admin/ionos/users", OWNER, at.admin)).status, 201);
      const { content } = await ask("GET", "/auth/v1/tokens/generate", undefined, `Basic ${btoa(`${OWNER.email}:${OWNER.password}`)}`);
      bearer = `Bearer ${content.token}`;
    });
    after(async () => {
      await host?.kill();
      at?.remove();
    });

    const ask = async (method, path, content, authorization = path === SAMPLES ? at.admin : bearer) => {
      const isText = typeof content === "string";
      const headers = { authorization, ...(content && { "content-type": isText ? "text/plain" : "application/json" }) };
      const body = isText ? content : JSON.stringify(content);
      const answer = await fetch(at.url + path, { method, headers, body, signal: AbortSignal.timeout(LIMIT_MS) });
      return { status: answer.status, content: await answer.json() };
    };

    for (const [quota, { most, taken = 0, atOnce = 1, take, status = 200, list }] of Object.entries(QUOTAS)) {
      test(`one of sixteen gets the last of ${quota}`, async () => {
        for (let first = taken; first < most - 1; first += atOnce) {
          const { status: given, content } = await ask(...take(first, Math.min(first + atOnce, most - 1)));
          assert.equal(given, status, JSON.stringify(content));
        }
        const rivals = Array.from({ length: RIVALS }, (_, rival) => most + rival);
        const answers = await Promise.all(rivals.map((number) => ask(...take(number, number + 1))));
        const refused = answers.filter((answer) => answer.status !== status);
        assert.equal(refused.length, RIVALS - 1);
        for (const { status: given, content } of refused) {
          assert.equal(given, 403);
          assert.match(JSON.stringify(content), /quota is used up/);
        }
        if (list) {
          const [path, places] = list;
          const { content } = await ask("GET", path);
          assert.equal(places(content).length, most);
        }
      });
    }
  });
}
