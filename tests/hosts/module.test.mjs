// What the edge module makes of what no client can send and of stores that no
// host has: module.main.mjs, in the Node that the server runs on. The one that
// runs this file may be too old for it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { HOSTS } from "./host.mjs";

const LIMIT_MS = 120_000;

test("the edge module takes whatever a host hands over", () => {
  const main = fileURLToPath(new URL("module.main.mjs", import.meta.url));
  const env = { PATH: process.env.PATH, NODE_NO_WARNINGS: "1" };
  const ran = spawnSync(HOSTS.node.program, [main], { encoding: "utf8", env, timeout: LIMIT_MS, killSignal: "SIGKILL" });
  assert.equal(ran.status, 0, `${ran.error ?? ""}${ran.stdout}${ran.stderr}`);
  assert.match(ran.stdout, /pass [1-9]\d+\n/);
});
