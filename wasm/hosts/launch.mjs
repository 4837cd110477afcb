// What the launchers of Node, Deno and Bun share: the module, the settings and
// the database of one deployment, and its end.
import { readFileSync } from "node:fs";
import process from "node:process";

import { Edge, initSync } from "./dist/edge.js";
import { connect } from "./sqlite.mjs";

const GRACE_MS = 10_000;

/**
 * Opens the deployment that the environment describes, and has it served until
 * the process is asked to end. What is missing ends it at once, with code 2.
 *
 * @param {(file: string) => object} openDatabase
 * @param {(edge: Edge, at: { hostname: string, port: number }) => Promise<() => Promise<void>>} serve
 *   starts to listen, and returns what ends that and waits for requests under way
 */
export async function launch(openDatabase, serve) {
  let database, stop;
  try {
    const at = address(process.env.TOUCHMARK_LISTEN || "127.0.0.1:8080");
    initSync({ module: new WebAssembly.Module(readFileSync(new URL("./dist/edge_bg.wasm", import.meta.url))) });
    database = openDatabase(process.env.TOUCHMARK_DATABASE || "touchmark.db");
    const edge = await Edge.open({ ...process.env }, connect(database));
    stop = await serve(edge, at);
    console.log(`listening on http://${at.hostname}:${at.port}`);
  } catch (error) {
    console.error(`touchmark: ${error.message}`);
    process.exit(2);
  }

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(1), GRACE_MS).unref();
    await stop();
    database.close();
    process.exit(0);
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

function address(text) {
  const [, hostname, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (!hostname || Number(port) > 65535) {
    throw new Error("the variable TOUCHMARK_LISTEN is not an address and a port");
  }
  return { hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(port) };
}
