// The package in a browser: the example page as a person uses it, the vectors
// straight from a `<script type="module">`, and what Vite makes of a consumer.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";
import { build } from "vite";

import { newKey, policy, readVectors } from "./issuer.mjs";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const target = process.env.CARGO_TARGET_DIR ?? join(repository, "target");
const kinds = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

const program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** Serves the files of a folder. */
const serve = async (folder) => {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
    const kind = kinds[extname(path)];
    const file = join(folder, path);
    if (!kind || path.includes("..") || !existsSync(file)) return response.writeHead(404).end();
    response.setHeader("content-type", kind).end(readFileSync(file));
  });
  await new Promise((started) => server.listen(0, "127.0.0.1", started));
  return { origin: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
};

let browser;
let site;
before(async () => {
  site = await serve(join(repository, "wasm"));
  browser = await chromium.launch({
    executablePath: program,
    headless: true,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-dev-shm-usage",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
});
after(async () => {
  await browser?.close();
  site?.stop();
});

const open = async (url) => {
  const page = await browser.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (line) => line.type() === "error" && page.complaints.push(line.text()));
  await page.goto(url);
  return page;
};

const time = Math.floor(Date.now() / 1000);
const key = newKey("ES256", "es-1");
const jwks = { keys: [key.jwk] };
const token = key.mint({ iat: time - 10, exp: time + 3600 });

const verdictOf = async (page, written) => {
  for (const [name, text] of Object.entries(written)) await page.fill(`[name=${name}]`, text);
  await page.click("button");
  await page.waitForFunction(() => document.getElementById("verdict").textContent !== "");
  return page.textContent("#verdict");
};

test("the example page says what a token is worth, and why", { timeout: 60_000 }, async () => {
  const page = await open(`${site.origin}/examples/verify.html`);
  const written = { ...policy, keys: JSON.stringify(jwks), token };
  assert.equal(await verdictOf(page, written), "accepted");
  assert.match(await page.textContent("#left"), /^0 d (0 h 59 min|1 h 0 min) \d+ s left$/);
  assert.match(await page.textContent("#header"), /"alg": "ES256"/);
  assert.match(await page.textContent("#claims"), /"sub": "client-1"/);
  mkdirSync(join(target, "screenshots"), { recursive: true });
  await page.screenshot({ path: join(target, "screenshots/verify.png"), fullPage: true });

  const other = newKey("ES256", "es-1").mint({ iat: time - 10, exp: time + 3600 });
  assert.equal(await verdictOf(page, { ...written, token: other }), "refused");
  assert.match(await page.textContent("#reason"), /^bad_signature: /);
  assert.match(await page.textContent("#claims"), /"sub": "client-1"/);
  assert.equal(await page.textContent("#left"), "");
  assert.equal(await verdictOf(page, { ...written, keys: "{" }), "refused");
  assert.match(await page.textContent("#reason"), /^keys: /);
  assert.deepEqual(page.complaints, []);
  await page.close();
});

for (const name of ["forged.json", "rfc.json"]) {
  test(`${name}: every token is answered as in the core`, { timeout: 120_000 }, async () => {
    const page = await open(`${site.origin}/examples/verify.html`);
    const wrong = await page.evaluate(async ({ cases, jwks, policies }) => {
      const { createVerifier } = await import("/npm/dist/index.js");
      const wrong = [];
      for (const vector of cases) {
        const options = { ...policies[vector.policy], jwks: jwks[vector.jwks], now: () => vector.now * 1000 };
        const said = await createVerifier(options)
          .verify(vector.token)
          .then(() => "ok", (error) => error.code ?? String(error));
        if (said !== vector.expected) wrong.push(`${vector.name}: ${said}, not ${vector.expected}`);
      }
      return wrong;
    }, readVectors(name));
    assert.deepEqual(wrong, []);
    await page.close();
  });
}

test("a trap costs the token that met it, and no other", { timeout: 60_000 }, async () => {
  const page = await open(`${site.origin}/examples/verify.html`);
  const said = await page.evaluate(async ({ options, token }) => {
    const { instantiateStreaming } = WebAssembly;
    let first;
    WebAssembly.instantiateStreaming = async (...words) => {
      const made = await instantiateStreaming(...words);
      first = made.instance;
      return made;
    };
    const { createVerifier } = await import("/npm/dist/index.js");
    const verifier = createVerifier(options);
    const verdict = () => verifier.verify(token).then(() => "ok", (error) => error.code ?? String(error));
    const before = await verdict();
    new Uint8Array(first.exports.memory.buffer).fill(0xff);
    return [before, await verdict(), await verdict(), await verdict()];
  }, { options: { ...policy, jwks }, token });
  assert.deepEqual(said, ["ok", "internal_error", "ok", "ok"]);
  await page.close();
});

test("a redirect that the browser hides is refused as one", { timeout: 60_000 }, async (context) => {
  const server = createServer((_, response) => {
    response.writeHead(302, { location: "/elsewhere", "access-control-allow-origin": "*" }).end();
  });
  await new Promise((started) => server.listen(0, "127.0.0.1", started));
  context.after(() => server.close());
  const page = await open(`${site.origin}/examples/verify.html`);
  const keys = `http://127.0.0.1:${server.address().port}/jwks`;
  assert.equal(await verdictOf(page, { ...policy, keys, token }), "refused");
  assert.match(await page.textContent("#reason"), /^jwks_redirect: /);
  await page.close();
});

test("a bundled page verifies", { timeout: 120_000 }, async (context) => {
  const outDir = join(tmpdir(), `touchmark-bundle-${process.pid}`);
  const root = fileURLToPath(new URL("consumer", import.meta.url));
  await build({ root, logLevel: "error", base: "./", build: { outDir, target: "es2022", emptyOutDir: true } });
  const bundle = await serve(outDir);
  context.after(bundle.stop);
  const given = encodeURIComponent(JSON.stringify({ options: { ...policy, jwks }, token }));
  const page = await open(`${bundle.origin}/index.html#${given}`);
  await page.waitForFunction(() => document.querySelector("output").textContent !== "");
  assert.equal(await page.textContent("output"), "sub client-1");
  await page.close();
});
