// Sixteen at once for the last place of every quota: exactly one gets it, and
// the others are told that the quota is used up. In memory and in SQLite
// tests/tests/quotas.rs sees the same of the core alone.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { HOSTS, place, start } from "./host.mjs";

const RIVALS = 16;
const LIMIT_MS = 60_000;
const CONTRACT = 31850000;
const OWNER = { email: "ada@example.org", password: "owner-of-a-contract", contracts: [{ contractNumber: CONTRACT, role: "owner" }] };

const SAMPLES = `/admin/ionos/contracts/${CONTRACT}/samples`;
/** How many there may be, where that is a setting. */
const MOST = 4;
const CONFIGURATION = {
  telemetry: { max_series: MOST },
  systems: {
    standard: { max_clients: MOST },
    klarity: { max_clients: MOST },
    cockpit: { max_clients: MOST },
    ionos: { max_tokens: MOST, max_groups: MOST },
    datatrails: { max_clients: MOST, max_access_policies: MOST },
  },
};

/** The quotas: how many places there are and are taken, who takes one and how, what that is answered, and the places. */
const QUOTAS = {
  "registrations of a standard deployment": {
    // The administrator is one of them.
    taken: 1,
    who: "admin",
    take: (number) => ["POST", "/admin/clients", { client_name: `client ${number}` }],
    status: 201,
    list: ["/admin/clients", ({ clients }) => clients],
  },
  "Klarity's integrations": {
    who: "admin",
    take: (number) => ["POST", "/admin/klarity/integrations", { name: `integration ${number}` }],
    status: 201,
    list: ["/admin/klarity/integrations", ({ integrations }) => integrations],
  },
  "Cockpit's API accesses": {
    who: "admin",
    take: (number) => ["POST", "/admin/cockpit/api-accesses", { clientId: `access-${number}`, clientSecret: "secret" }],
    status: 201,
    list: ["/admin/cockpit/api-accesses", (list) => list.apiAccesses],
  },
  "DataTrails' applications": {
    who: "admin",
    take: (number) => ["POST", "/archivist/iam/v1/applications", { display_name: `application ${number}` }],
    refused: 402,
    list: ["/archivist/iam/v1/applications", ({ applications }) => applications],
  },
  "DataTrails' access policies": {
    who: "admin",
    take: (number) => {
      const policy = { display_name: `policy ${number}`, filters: [], access_permissions: [] };
      return ["POST", "/archivist/iam/v1/access_policies", policy];
    },
    refused: 402,
    list: ["/archivist/iam/v1/access_policies", ({ access_policies: policies }) => policies],
  },
  "a user's tokens of IONOS": {
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
    take: (number) => ["POST", "/cloudapi/v6/um/groups", { properties: { name: `group ${number}` } }],
    list: ["/cloudapi/v6/um/groups", ({ items }) => items],
  },
  "series of a contract": {
    who: "admin",
    take: (number) => ["POST", SAMPLES, `series_${number} 1\n`],
    list: [`/telemetry/api/v1/series?match[]=${encodeURIComponent('{__name__=~"series.*"}')}`, ({ data }) => data, "owner"],
  },
  "metrics of a contract that are described": {
    who: "admin",
    take: (number) => ["POST", SAMPLES, `# TYPE metric_${number} gauge\n`],
  },
};

for (const name of Object.keys(HOSTS)) {
  describe(name, () => {
    let at, host, known;
    before(async () => {
      at = await place();
      host = await start(name, at, { variables: { TOUCHMARK_CONFIGURATION: JSON.stringify(CONFIGURATION) } });
      assert.equal((await ask(at.admin, "POST", "/admin/ionos/users", OWNER)).status, 201);
      const owner = `Basic ${btoa(`${OWNER.email}:${OWNER.password}`)}`;
      const { content } = await ask(owner, "GET", "/auth/v1/tokens/generate");
      known = { admin: at.admin, owner: `Bearer ${content.token}` };
    });
    after(async () => {
      await host?.kill();
      at?.remove();
    });

    const ask = async (authorization, method, path, content) => {
      const isText = typeof content === "string";
      const headers = { authorization, ...(content && { "content-type": isText ? "text/plain" : "application/json" }) };
      const body = isText ? content : JSON.stringify(content);
      const answer = await fetch(at.url + path, { method, headers, body, signal: AbortSignal.timeout(LIMIT_MS) });
      return { status: answer.status, content: await answer.json() };
    };

    for (const [quota, { most = MOST, taken = 0, who = "owner", take, status = 200, refused = 403, list }] of Object.entries(QUOTAS)) {
      test(`one of sixteen gets the last of ${quota}`, async () => {
        for (let number = taken; number < most - 1; number += 1) {
          const { status: given, content } = await ask(known[who], ...take(number));
          assert.equal(given, status, JSON.stringify(content));
        }
        const rivals = Array.from({ length: RIVALS }, (_, rival) => most + rival);
        const answers = await Promise.all(rivals.map((number) => ask(known[who], ...take(number))));
        const losers = answers.filter((answer) => answer.status !== status);
        assert.equal(losers.length, RIVALS - 1);
        for (const { status: given, content } of losers) {
          assert.equal(given, refused);
          assert.match(JSON.stringify(content), /quota is used up|quota_exceeded|QuotaReached/);
        }
        if (list) {
          const [path, places, reader = who] = list;
          const { content } = await ask(known[reader], "GET", path);
          assert.equal(places(content).length, most);
        }
      });
    }
  });
}
