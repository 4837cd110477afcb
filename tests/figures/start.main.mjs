// Run by Deno, Bun and Node: `start.main.mjs ROUNDS MODULE…` prints what each
// module costs to start.
import { readFileSync } from "node:fs";
import process from "node:process";

import { measureStart } from "./start.mjs";

const [rounds, ...modules] = process.argv.slice(2);
console.log(JSON.stringify(modules.map((path) => measureStart(readFileSync(path), Number(rounds)))));
