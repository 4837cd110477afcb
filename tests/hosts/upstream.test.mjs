// A Prometheus that the hosts ask instead of their own store: what it is asked,
// what of its answers reaches a caller, and what becomes of a question that it
// does not answer. The Prometheus is one of this file's, on loopback; how it
// answers is told by the name of the metric. Spin asks none.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { gzipSync } from "node:zlib";

import { HOSTS, place, refuses, start } from "./host.mjs";

const MB = 1024 * 1024;
const LIMIT_MS = 60_000;
const SECRET = "Bearer between-server-and-prometheus";
const CONTRACT = 31850000;

const VECTOR = { resultType: "vector", result: [{ metric: { uuid: "a" }, value: [1.5, "2"] }] };
const SUCCESS = JSON.stringify({ status: "success", data: VECTOR });
/** An answer that is right, but for its length. */
const padded = (length) => SUCCESS.replace(/\}$/, `,"warnings":["${"x".repeat(length)}"]}`);

/** What comes of a metric of this name. */
const ANSWERS = {
  up: (response) => response.end(SUCCESS),
  long: (response) => response.end(padded(31 * MB)),
  too_long: (response) => response.end(padded(33 * MB)),
  too_long_unpacked: (response) => {
    response.setHeader("content-encoding", "gzip");
    response.end(gzipSync(padded(33 * MB)));
  },
  mistaken: (response) => {
    response.statusCode = 422;
    response.end(JSON.stringify({ status: "error", errorType: "execution", error: "no result" }));
  },
  failing: (response) => {
    response.statusCode = 500;
    response.end(SUCCESS);
  },
  closed: (response) => {
    response.statusCode = 401;
    response.end(JSON.stringify({ status: "error", errorType: "bad_data", error: `${SECRET} is wrong` }));
  },
  elsewhere: (response) => {
    response.writeHead(302, { location: "/base/api/v1/query?query=up{followed=%221%22}" });
    response.end();
  },
  strange: (response) => response.end("<html>"),
  broken: (response) => {
    response.writeHead(200, { "content-length": SUCCESS.length + 1 });
    response.write(SUCCESS, () => response.destroy());
  },
  silent: () => {},
  stuck: (response) => {
    response.writeHead(200);
    response.write(SUCCESS);
  },
};

/** A Prometheus, and what it was asked. */
async function prometheus() {
  const asked = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://prometheus");
    asked.push({ method: request.method, url, headers: request.headers });
    ANSWERS[/(\w+)\{/.exec(url.searchParams.get("query"))?.[1]](response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return { asked, port: server.address().port, close };
}

for (const name of Object.keys(HOSTS).filter((name) => name !== "wasmtime")) {
  describe(`${name}, with a Prometheus elsewhere`, () => {
    let at, host, upstream, bearer;

    before(async () => {
      at = await place();
      upstream = await prometheus();
      const variables = {
        TOUCHMARK_PROMETHEUS_URL: `http://127.0.0.1:${upstream.port}/base/`,
        TOUCHMARK_PROMETHEUS_AUTHORIZATION: SECRET,
        TOUCHMARK_PROMETHEUS_CONTRACT_LABEL: "tenant",
        TOUCHMARK_PROMETHEUS_TIMEOUT: "5",
      };
      host = await start(name, at, { variables });
      const owner = { email: "ada@example.org", password: "owner-of-a-contract", contracts: [{ contractNumber: CONTRACT, role: "owner" }] };
      const headers = { authorization: at.admin, "content-type": "application/json" };
      const made = await ask("/admin/ionos/users", { method: "POST", headers, body: JSON.stringify(owner) });
      assert.equal(made.status, 201, made.text);
      const authorization = `Basic ${btoa(`${owner.email}:${owner.password}`)}`;
      const { text } = await ask("/auth/v1/tokens/generate", { headers: { authorization } });
      bearer = { authorization: `Bearer ${JSON.parse(text).token}` };
    });
    after(async () => {
      await host?.kill();
      await upstream?.close();
      at?.remove();
    });

    const ask = async (path, init = {}) => {
      const response = await fetch(at.url + path, { signal: AbortSignal.timeout(LIMIT_MS), ...init });
      return { status: response.status, text: await response.text() };
    };
    const query = (text) => ask(`/telemetry/api/v1/query?time=1.5&query=${encodeURIComponent(text)}`, { headers: bearer });
    const works = async () => assert.equal((await query("up")).status, 200);
    const refusal = async (metric, errorType) => {
      const { status, text } = await query(metric);
      assert.equal(status, 503, text);
      assert.equal(JSON.parse(text).errorType, errorType);
      for (const hidden of ["127.0.0.1", String(upstream.port), SECRET, "/base"]) {
        assert.ok(!text.includes(hidden), text);
      }
    };

    test("it is asked what the caller may see, and answers", async () => {
      const { status, text } = await query('sum by (uuid) (up{a="é + &"})');
      assert.equal(status, 200, text);
      assert.deepEqual(JSON.parse(text), { status: "success", data: VECTOR });
      const { method, url, headers } = upstream.asked.at(-1);
      assert.equal(method, "GET");
      assert.equal(url.pathname, "/base/api/v1/query");
      assert.equal(url.searchParams.get("query"), `sum by (uuid) (up{a="é + &",tenant="${CONTRACT}"})`);
      assert.equal(url.searchParams.get("time"), "1.5");
      assert.equal(headers.authorization, SECRET);
      assert.equal(headers.accept, "application/json");
    });

    test("its own refusals of a question are handed on", async () => {
      const { status, text } = await query("mistaken");
      assert.equal(status, 422);
      assert.deepEqual(JSON.parse(text), { status: "error", errorType: "execution", error: "no result" });
    });

    test("31 MB are taken, 33 MB are not, packed or not", async () => {
      assert.equal((await query("long")).status, 200);
      await refusal("too_long", "unavailable");
      await refusal("too_long_unpacked", "unavailable");
      await works();
    });

    for (const metric of ["failing", "closed", "strange", "broken"]) {
      test(`an answer that is ${metric} is none`, async () => {
        await refusal(metric, "unavailable");
        await works();
      });
    }

    test("a redirection is not followed", async () => {
      await refusal("elsewhere", "unavailable");
      assert.ok(!upstream.asked.some(({ url }) => url.search.includes("followed")));
    });

    test("one that does not answer in time is given up, and others are served meanwhile", async () => {
      const late = Promise.all([refusal("silent", "timeout"), refusal("stuck", "timeout")]);
      await works();
      await late;
      await works();
    });

    test("the log says why, without the credentials", async () => {
      assert.match(host.log(), /the upstream did not answer in time/);
      assert.match(host.log(), /the upstream answered too much/);
      assert.ok(!host.log().includes(SECRET));
    });

    test("one that is gone is unavailable", async () => {
      await upstream.close();
      await refusal("up", "unavailable");
      assert.equal((await ask("/.well-known/jwks.json")).status, 200);
    });
  });

  describe(`${name}, with a Prometheus that is set up wrongly`, () => {
    const right = { TOUCHMARK_PROMETHEUS_URL: "http://127.0.0.1:9" };
    const wrong = [
      ["URL", "http://ada:word@prometheus.example", "is not a URL of http or https, without credentials and query"],
      // Only the host knows that there is no such port.
      ["URL", "http://prometheus.example:99999", "is not a URL of http or https, without credentials and query"],
      ["AUTHORIZATION", "two\nlines", "is not one line of visible characters"],
      ["CONTRACT_LABEL", "two words", "is not the name of a label"],
      ["TIMEOUT", "30s", "is not a number of seconds from 1 to 3600"],
    ];
    for (const [variable, value, problem] of wrong) {
      test(`${variable}=${JSON.stringify(value)} is named, without its value`, () =>
        refuses(name, `TOUCHMARK_PROMETHEUS_${variable}`, value, problem, right));
    }
  });
}
