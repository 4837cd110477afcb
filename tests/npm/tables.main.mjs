// Run by Deno, Bun and Node: tries the tables of a file with the package as
// each of them resolves it, and prints what was not answered as expected.
import { readFileSync } from "node:fs";
import process from "node:process";

import { createVerifier } from "touchmark";

import { tryTables } from "./table.mjs";

const tables = JSON.parse(readFileSync(process.argv[2], "utf8"));
console.log(JSON.stringify(await tryTables(tables, createVerifier)));
