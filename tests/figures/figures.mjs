// Prints what the JavaScript hosts reach, and what others reach in the same
// run. `node figures.mjs TOUCHMARK [--short]`, where TOUCHMARK is the native
// program. Figures of one machine at one moment mean little; ratios mean more.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";

import * as fastJwt from "fast-jwt";
import * as jose from "jose";
import { createVerifier } from "touchmark";

import { HOSTS, place, start } from "../hosts/host.mjs";
import { measureChromium } from "./chromium.mjs";
import { effort, median } from "./rounds.mjs";
import { measureServe } from "./serve.mjs";
import { measureStart } from "./start.mjs";
import { joseVerifier, measureVerify } from "./verify.mjs";

const [touchmark, ...switches] = process.argv.slice(2);
const short = switches.includes("--short");
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const MODULES = { edge: "wasm/hosts/dist/edge_bg.wasm", verifier: "wasm/npm/dist/verifier_bg.wasm" };
const files = Object.values(MODULES).map((path) => here(`../../${path}`));
const times = effort(short);

const print = (...cells) => console.log(cells.map((cell, place) => (place === 0 ? String(cell).padEnd(24) : String(cell).padStart(20))).join(""));
const digits = (number, places = 1) => number.toFixed(places);

/** The version of an npm package or of a host's program. */
const versionOf = (name) => JSON.parse(readFileSync(here(`node_modules/${name}/package.json`), "utf8")).version;
const programVersion = (program) => execFileSync(program, ["--version"], { encoding: "utf8" }).split("\n")[0].trim();

const fastJwtVerifier = (cache) => async (alg, jwk) => {
  const { createPublicKey } = await import("node:crypto");
  const key = alg === "HS256" ? Buffer.from(jwk.k, "base64url") : createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
  const rules = { allowedIss: "https://issuer.example", allowedAud: "https://api.example", checkTyp: "at+jwt" };
  return fastJwt.createVerifier({ key, algorithms: [alg], cache, ...rules });
};

function printVerify(title, figures, peers) {
  console.log(`\nverify in ${title}: microseconds a token, one at a time; ours divided by theirs`);
  print("", "touchmark", ...peers.flatMap((peer) => [peer, "ratio"]));
  for (const [name, by] of Object.entries(figures)) {
    const cells = peers.flatMap((peer) => (by[peer] ? [digits(by[peer]), digits(by.touchmark / by[peer], 2)] : ["-", "-"]));
    print(name, digits(by.touchmark), ...cells);
  }
}

const started = (program, ...words) =>
  JSON.parse(
    execFileSync(program, [...words, here("start.main.mjs"), String(times.rounds), ...files], {
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: process.env.HOME, DENO_NO_UPDATE_CHECK: "1" },
    }),
  );

/** workerd is timed from outside: many instances in one request, less an empty one. */
async function startedInWorkerd() {
  const at = await place();
  const words = ["serve", here("start.capnp"), `--socket-addr=http=127.0.0.1:${at.port}`];
  const host = await start({ program: HOSTS.workerd.program, arguments: () => words }, at);
  const instances = short ? 20 : 200;
  const ask = async (name, count) => {
    const begin = performance.now();
    const answer = await fetch(`${at.url}/${name}/${count}`);
    if ((await answer.text()) !== "made") throw new Error(host.log());
    return performance.now() - begin;
  };
  try {
    const result = [];
    for (const name of Object.keys(MODULES)) {
      await ask(name, 1);
      const rounds = [];
      for (let round = 0; round < 3; round += 1) {
        const idle = await ask(name, 0);
        rounds.push(((await ask(name, instances)) - idle) / instances);
      }
      result.push({ instantiate: median(rounds) });
    }
    return result;
  } finally {
    await host.kill();
    at.remove();
  }
}

function printStarts(hosts) {
  console.log("\nstart: milliseconds to compile a module, and to make an instance of it");
  const columns = Object.keys(MODULES).flatMap((name) => [`${name} compile`, `${name} instance`]);
  print("", ...columns);
  for (const [name, starts] of Object.entries(hosts)) {
    print(name, ...starts.flatMap(({ compile, instantiate }) => [compile === undefined ? "at deployment" : digits(compile, 2), digits(instantiate, 3)]));
  }
}

function printServe(figures) {
  console.log("\nserve: answered a second over 16 kept connections, each host with its SQLite; divided by the native server's");
  print("", "tokens", "ratio", "records", "ratio");
  const middle = (name, what) => median(figures[name].map((turn) => turn[what]));
  for (const name of Object.keys(figures)) {
    const cells = ["tokens", "records"].flatMap((what) => [digits(middle(name, what), 0), digits(middle(name, what) / middle("native", what), 2)]);
    print(name, ...cells);
  }
}

const chromium = await measureChromium(Object.values(MODULES).map((path) => `/${path}`), times);
const versions = {
  node: process.version,
  "node as a host": programVersion(HOSTS.node.program),
  deno: programVersion(HOSTS.deno.program),
  bun: programVersion(HOSTS.bun.program),
  workerd: programVersion(HOSTS.workerd.program),
  chromium: chromium.version,
  jose: versionOf("jose"),
  "fast-jwt": versionOf("fast-jwt"),
};
console.log("\nhosts and peers of this run");
for (const [name, version] of Object.entries(versions)) print(name, version);

const peers = { jose: joseVerifier(jose), "fast-jwt": fastJwtVerifier(false) };
const cached = { "fast-jwt": fastJwtVerifier(true) };
printVerify(`Node ${process.version}`, await measureVerify({ createVerifier, peers, cached }, times), ["jose", "fast-jwt"]);
printVerify(`Chromium ${chromium.version}`, chromium.verify, ["jose"]);

printStarts({
  node: files.map((path) => measureStart(readFileSync(path), times.rounds)),
  deno: started(HOSTS.deno.program, "run", "--quiet", "--no-config", "--allow-read"),
  bun: started(HOSTS.bun.program),
  workerd: await startedInWorkerd(),
  chromium: chromium.starts,
});

const counts = short ? { tokens: 200, upserts: 8 } : { tokens: 2000, upserts: 100 };
printServe(await measureServe(touchmark, ["workerd", "deno"], counts, short ? 1 : 3));
