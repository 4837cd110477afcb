// The same measurements in a page of a real Chromium.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const KINDS = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"];

const answer = (request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://x").pathname));
  if (path === "/") return response.setHeader("content-type", "text/html").end("<!doctype html><title>figures</title>");
  const kind = KINDS[extname(path)];
  const file = join(root, path);
  if (!kind || path.includes("..") || !existsSync(file)) return response.writeHead(404).end();
  return response.setHeader("content-type", kind).end(readFileSync(file));
};

/** The version of Chromium, what verifying costs in it, and what starting each module does. */
export const measureChromium = async (modules, effort) => {
  const site = createServer(answer);
  await new Promise((listening) => site.listen(0, "127.0.0.1", listening));
  const browser = await chromium.launch({ executablePath: PROGRAMS.find(existsSync), args: ARGUMENTS });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${site.address().port}/`);
    const figures = await page.evaluate(
      async ({ modules, effort }) => {
        const jose = await import("/tests/figures/node_modules/jose/dist/webapi/index.js");
        const { createVerifier } = await import("/wasm/npm/dist/index.js");
        const { joseVerifier, measureVerify } = await import("/tests/figures/verify.mjs");
        const { measureStart } = await import("/tests/figures/start.mjs");
        const starts = [];
        for (const path of modules) {
          const bytes = await (await fetch(path)).arrayBuffer();
          starts.push(measureStart(bytes, effort.rounds));
        }
        return { starts, verify: await measureVerify({ createVerifier, peers: { jose: joseVerifier(jose) } }, effort) };
      },
      { modules, effort },
    );
    return { version: browser.version(), ...figures };
  } finally {
    await browser.close();
    site.close();
  }
};
