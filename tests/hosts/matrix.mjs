// Runs every scenario of scenarios/ against every host, each started for real
// and set up as the folder wants it, and prints what became of it as one table. `node matrix.mjs TOUCHMARK [HOST…]`,
// where TOUCHMARK is the program that runs scenarios.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { HOSTS, place, start } from "./host.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const RUN_MS = 300_000;
const [touchmark, ...chosen] = process.argv.slice(2);
const hosts = chosen.length > 0 ? chosen : Object.keys(HOSTS);

/** Scenarios by how the deployment is set up that they are for, and the hosts that cannot be set up so. */
const FOLDERS = [
  { path: "scenarios", except: [] },
  { path: "scenarios/limited", settings: "scenarios/limited/settings.json", except: [] },
  // Spin forgets everything between requests, so that it refuses such settings.
  { path: "scenarios/rated", settings: "scenarios/rated/settings.json", except: ["wasmtime"] },
];

const PROJECT = `
secrets: [TOUCHMARK_ADMIN_SECRET]
auth:
  admin: { basic: { username: admin, password: $(TOUCHMARK_ADMIN_SECRET) } }
`;

/** The outcome of every scenario of a folder against one target. */
function run(at, folder, target) {
  const report = join(at.data, "report.jsonl");
  const words = ["run", folder, "--jobs", "1", "--report", "human", "--report", `json=${report}`];
  if (target) {
    const project = join(at.data, "touchmark.yaml");
    writeFileSync(project, PROJECT);
    words.push("--project", project, "--target", target);
  }
  const ran = spawnSync(touchmark, words, {
    cwd: root,
    encoding: "utf8",
    env: { PATH: process.env.PATH, ...at.variables },
    timeout: RUN_MS,
    killSignal: "SIGKILL",
  });
  if (ran.error) throw ran.error;
  const lines = ran.status === 0 || ran.status === 1 || ran.status === 5 ? readFileSync(report, "utf8").trim().split("\n") : [];
  const outcomes = new Map();
  for (const line of lines.map((line) => JSON.parse(line))) {
    if (line.kind === "run") outcomes.set(line.name, line.outcome);
  }
  return { outcomes, passed: ran.status === 0, output: ran.stdout + ran.stderr };
}

/** The scenarios of every folder. */
const scenarios = new Map();

/** The outcome of every scenario of every folder on one host, or in the runner's own process. */
async function column(name) {
  const outcomes = new Map();
  let passed = true;
  for (const { path, settings, except } of FOLDERS) {
    if (except.includes(name)) {
      for (const scenario of scenarios.get(path)) outcomes.set(scenario, "unfit");
      continue;
    }
    const at = await place();
    if (settings) at.variables.TOUCHMARK_CONFIGURATION = readFileSync(join(root, settings), "utf8");
    const host = name === "embedded" ? undefined : await start(name, at);
    try {
      const ran = run(at, path, host && at.url);
      for (const [scenario, outcome] of ran.outcomes) outcomes.set(scenario, outcome);
      if (name === "embedded") scenarios.set(path, [...ran.outcomes.keys()]);
      if (ran.passed) continue;
      passed = false;
      console.log(`--- ${name}\n${ran.output}\n--- log of ${name}\n${host?.log() ?? ""}`);
    } finally {
      await host?.kill();
      at.remove();
    }
  }
  return { name, outcomes, passed };
}

const columns = [];
for (const name of ["embedded", ...hosts]) columns.push(await column(name));

const [native] = columns;
const width = Math.max(...[...native.outcomes.keys()].map((name) => name.length)) + 2;
console.log(`${"scenario".padEnd(width)}${columns.map(({ name }) => name.padEnd(10)).join("")}`);
for (const scenario of native.outcomes.keys()) {
  const cells = columns.map(({ outcomes }) => (outcomes.get(scenario) ?? "not run").padEnd(10));
  console.log(`${scenario.padEnd(width)}${cells.join("")}`.trimEnd());
}
const bad = columns.filter(({ outcomes, passed }) => !passed || outcomes.size !== native.outcomes.size);
if (native.outcomes.size === 0 || bad.length > 0) {
  console.error(`not all passed: ${bad.map(({ name }) => name).join(", ") || "nothing was run"}`);
  process.exitCode = 1;
}
