// What each host makes of a database that fails it: a commit is one whole,
// whatever becomes of its answer, and a failure is over when it is over.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { FAULTS, HOSTS, place, start } from "./host.mjs";

const LIMIT_MS = 60_000;

for (const name of Object.keys(HOSTS)) {
  describe(`${name}, with a database that fails`, () => {
    let at, host;
    before(async () => {
      at = await place();
      host = await start(name, at, FAULTS.options(name, at));
      // Opens the deployment, so that what fails later is a request.
      assert.equal((await clients()).length, 1);
    });
    after(async () => {
      await host?.kill();
      at?.remove();
    });

    const ask = async (path, init = {}) => {
      const headers = { authorization: at.admin, ...init.headers };
      const response = await fetch(at.url + path, { signal: AbortSignal.timeout(LIMIT_MS), ...init, headers });
      return { status: response.status, content: await response.json() };
    };
    const register = (name, fields = {}) => {
      const headers = { "content-type": "application/json", ...fields };
      return ask("/admin/clients", { method: "POST", headers, body: JSON.stringify({ client_name: name }) });
    };
    const clients = async () => {
      const { status, content } = await ask("/admin/clients");
      assert.equal(status, 200);
      return content.clients.map(({ client_name }) => client_name);
    };
    const named = async (name) => (await clients()).filter((known) => known === name).length;
    const during = (what, name) => FAULTS.during(at, what, (fields) => register(name, fields));

    // A Durable Object whose commit nobody knows about is ended by workerd itself.
    const withLostAnswers = name === "workerd" ? () => {} : test;
    withLostAnswers("a commit whose answer is lost is found to have happened, once", async () => {
      const { status, content } = await during("lost commit", "lost");
      assert.equal(status, 201);
      assert.equal(await named("lost"), 1);
      const authorization = `Basic ${btoa(`${content.client_id}:${content.client_secret}`)}`;
      const body = new URLSearchParams({ grant_type: "client_credentials" });
      assert.equal((await ask("/oauth/token", { method: "POST", headers: { authorization }, body })).status, 200);
    });

    for (const what of ["no commit", "change", "database"]) {
      test(`after ${what} fails nothing stays, and nothing is locked`, async () => {
        const { status, content } = await during(what, what);
        assert.equal(status, 503);
        assert.equal(content.error, "temporarily_unavailable");
        assert.equal(await named(what), 0);
        assert.equal((await register(what)).status, 201);
        assert.equal(await named(what), 1);
      });
    }

    test("who commits at once is served in turn", async () => {
      const names = Array.from({ length: 12 }, (_, index) => `at once ${index}`);
      const answers = await Promise.all(names.map((name) => register(name)));
      assert.deepEqual(answers.map(({ status }) => status), names.map(() => 201));
      const known = new Set(await clients());
      assert.deepEqual(names.filter((name) => !known.has(name)), []);
    });
  });
}
