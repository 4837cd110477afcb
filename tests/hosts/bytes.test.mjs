// The same request has the same answer on every host, to the byte: status,
// fields and content are those of the native server, which the variable
// TOUCHMARK names. Only what docs/hosts.md lists may differ.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";

import { HOSTS, native, place, start } from "./host.mjs";

const ORIGIN = "https://tokens.example";
const LIMIT_MS = 60_000;
// What a host says about its connection and clock, not about the answer.
const OWN_FIELDS = new Set(["connection", "content-length", "date", "keep-alive", "transfer-encoding"]);

const json = { "content-type": "application/json" };
const form = { "content-type": "application/x-www-form-urlencoded" };
const REQUESTS = [
  ["metadata", "GET", "/.well-known/oauth-authorization-server"],
  ["the key set", "GET", "/.well-known/jwks.json"],
  ["an unknown path", "GET", "/nowhere"],
  ["an unknown path of a vendor's", "GET", "/archivist/v2/nowhere"],
  ["a path with escapes", "GET", "/admin/clients/%C3%A9%2F%20"],
  ["the root", "GET", "/"],
  ["a method that the route has not", "PUT", "/oauth/token"],
  ["a method that no route has", "PROPFIND", "/oauth/token"],
  ["only the fields", "HEAD", "/.well-known/jwks.json"],
  ["a token request without anything", "POST", "/oauth/token"],
  ["a token request without a grant", "POST", "/oauth/token", form, "scope=x", "admin"],
  ["an unknown grant", "POST", "/oauth/token", form, "grant_type=magic", "admin"],
  ["a wrong secret", "POST", "/oauth/token", { ...form, authorization: `Basic ${btoa("admin:wrong")}` }, "grant_type=client_credentials"],
  ["a malformed credential", "POST", "/oauth/token", { ...form, authorization: "Basic ???" }, "grant_type=client_credentials"],
  ["a form that is JSON", "POST", "/oauth/token", json, "{}", "admin"],
  ["no credential", "GET", "/admin/clients"],
  ["a token that is none", "GET", "/admin/clients", { authorization: "Bearer a.b.c" }],
  ["JSON that breaks off", "POST", "/admin/clients", json, '{"client_name":', "admin"],
  ["JSON that names a member twice", "POST", "/admin/clients", json, '{"client_name":"a","client_name":"b"}', "admin"],
  ["a member of the wrong type", "POST", "/admin/clients", json, '{"client_name":7}', "admin"],
  ["content that is not UTF-8", "POST", "/admin/clients", json, Buffer.from('{"client_name":"\xff"}', "latin1"), "admin"],
  ["text", "POST", "/admin/clients", { "content-type": "text/plain" }, "hello", "admin"],
  ["a client that is not there", "GET", "/admin/clients/nobody", {}, undefined, "admin"],
  ["a query that cannot be read", "GET", "/admin/clients?page_size=%zz", {}, undefined, "admin"],
  ["Klarity's refusal", "GET", "/klarity/admin/klarity/integrations"],
  ["DataTrails' refusal", "GET", "/archivist/iam/v1/applications"],
  ["Horizon's refusal", "GET", "/api/apitoken"],
  ["33 MB", "POST", "/admin/clients", json, Buffer.alloc(33 * 1024 * 1024), "admin"],
];

/** Sends exactly what is given, and answers what came back. */
function ask(at, [, method, path, headers = {}, body, as]) {
  return new Promise((resolve, reject) => {
    const fields = { ...headers, ...(as && { authorization: at.admin }), ...(body && { "content-length": Buffer.byteLength(body) }) };
    const options = { host: "127.0.0.1", port: at.port, method, path, headers: fields, agent: false, timeout: LIMIT_MS };
    const asked = request(options, async (answer) => {
      const parts = await answer.toArray();
      const own = ([name]) => !OWN_FIELDS.has(name);
      const fields = Object.entries(answer.headers).filter(own).sort(([a], [b]) => (a < b ? -1 : 1));
      resolve({ status: answer.statusCode, fields, content: Buffer.concat(parts).toString("latin1") });
    });
    asked.once("timeout", () => asked.destroy(new Error("no answer")));
    asked.once("error", reject);
    asked.end(body);
  });
}

const keys = (await place().then((at) => (at.remove(), at))).variables;
const open = async (host) => {
  const at = await place();
  at.variables = { ...keys, TOUCHMARK_ORIGIN: ORIGIN };
  at.admin = `Basic ${btoa(`admin:${keys.TOUCHMARK_ADMIN_SECRET}`)}`;
  const process = await start(host, at);
  const close = async () => {
    await process.kill();
    at.remove();
  };
  return { at, close };
};

const expected = new Map();
before(async () => {
  const { at, close } = await open(native(process.env.TOUCHMARK));
  try {
    for (const request of REQUESTS) expected.set(request, await ask(at, request));
  } finally {
    await close();
  }
});

for (const name of Object.keys(HOSTS)) {
  describe(`${name} answers as the native server`, () => {
    let host;
    before(async () => (host = await open(name)));
    after(() => host?.close());
    for (const request of REQUESTS) {
      test(request[0], async () => assert.deepEqual(await ask(host.at, request), expected.get(request)));
    }
  });
}
