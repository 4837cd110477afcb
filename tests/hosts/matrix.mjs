// Runs every scenario of scenarios/ against every host, each started for real,
// and prints what became of it as one table. `node matrix.mjs TOUCHMARK [HOST…]`,
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

const PROJECT = `
secrets: [TOUCHMARK_ADMIN_SECRET]
auth:
  admin: { basic: { username: admin, password: $(TOUCHMARK_ADMIN_SECRET) } }
`;

/** The outcome of every scenario against one target. */
function run(at, target) {
  const report = join(at.data, "report.jsonl");
  const words = ["run", "scenarios", "--jobs", "1", "--report", "human", "--report", `json=${report}`];
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

const columns = [];
for (const name of ["embedded", ...hosts]) {
  const at = await place();
  const host = name === "embedded" ? undefined : await start(name, at);
  try {
    columns.push({ name, ...run(at, host && at.url) });
  } finally {
    await host?.kill();
    const column = columns.at(-1);
    if (column?.name === name && !column.passed) {
      console.log(`--- ${name}\n${column.output}\n--- log of ${name}\n${host?.log() ?? ""}`);
    }
    at.remove();
  }
}

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
