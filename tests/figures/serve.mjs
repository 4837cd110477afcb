// How many requests a deployment answers: tokens, and upserts of records, each
// host started for real with its own durable store. The load comes from this
// process over kept connections, a fixed number of requests, so that fast
// servers wait for it: the figures are a lower bound, and their ratios too.
import assert from "node:assert/strict";
import { Agent, request } from "node:http";

import { native, place, start } from "../hosts/host.mjs";

const CONNECTIONS = 16;
const RECORDS = 100;
const LIMIT_MS = 60_000;
const json = "application/json";

const ask = (at, agent, path, headers, content) =>
  new Promise((resolve, reject) => {
    const fields = { "content-type": json, "content-length": Buffer.byteLength(content), ...headers };
    const options = { host: "127.0.0.1", port: at.port, method: "POST", path, headers: fields, agent, timeout: LIMIT_MS };
    const asked = request(options, async (answer) => {
      try {
        const text = Buffer.concat(await answer.toArray()).toString();
        assert.ok(answer.statusCode < 300, `${path} answered with ${answer.statusCode}: ${text}`);
        resolve(text);
      } catch (error) {
        reject(error);
      }
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer")));
    asked.once("error", reject);
    asked.end(content);
  });

/** Requests a second, of so many that are asked by all connections together. */
const rate = async (count, askOne) => {
  let next = 0;
  const connection = async () => {
    while (next < count) await askOne(next++);
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return (count * 1000) / (performance.now() - begin);
};

/** Tokens and records a second. */
const load = async (at, { tokens, upserts }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  try {
    const made = await ask(at, agent, "/admin/klarity/integrations", { authorization: at.admin }, '{"name":"figures"}');
    const { id, secret } = JSON.parse(made);
    const client = JSON.stringify({
      client_id: id,
      client_secret: secret,
      audience: "https://integrations-api.klarity.nordcloudapp.com",
      grant_type: "client_credentials",
    });
    const token = () => ask(at, agent, "/klarity/oauth/token", {}, client);
    const { access_token: bearer } = JSON.parse(await token());
    const upsert = (number) => {
      const records = Array.from({ length: RECORDS }, (_, place) => ({
        id: `licence-${number * RECORDS + place}`,
        type: "acme/licence/pro",
        name: "Acme Pro",
        metadata: { seats: 12, owner: "someone@example.com" },
      }));
      return ask(at, agent, "/v1/estateRecords", { authorization: `Bearer ${bearer}` }, JSON.stringify({ records }));
    };
    await rate(CONNECTIONS * 4, token);
    await upsert(1_000_000);
    return { tokens: await rate(tokens, token), records: (await rate(upserts, upsert)) * RECORDS };
  } finally {
    agent.destroy();
  }
};

/** Requests a second on the native server and on some hosts, by turns. */
export const measureServe = async (touchmark, hosts, counts, turns) => {
  const figures = {};
  for (let turn = 0; turn < turns; turn += 1) {
    for (const name of ["native", ...hosts]) {
      const at = await place();
      const host = await start(name === "native" ? native(touchmark) : name, at);
      try {
        (figures[name] ??= []).push(await load(at, counts));
      } finally {
        await host.kill();
        at.remove();
      }
    }
  }
  return figures;
};
