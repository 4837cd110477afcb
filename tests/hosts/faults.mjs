// Has a host fail while a file is there, which says what fails: its database;
// or its randomness, without which the core cannot go on, so that it panics: a
// real panic of the module that is shipped.
import { readFileSync } from "node:fs";
import process from "node:process";

import { admit } from "./fails.mjs";

const fault = () => {
  try {
    return readFileSync(process.env.TOUCHMARK_TEST_FAULT, "utf8");
  } catch {
    return undefined;
  }
};

const random = crypto.getRandomValues.bind(crypto);
crypto.getRandomValues = (bytes) => {
  if (fault() === "randomness") throw new Error("no randomness");
  return random(bytes);
};

// A name that no host looks up before it gets here.
const sqlite = await import("bun" in process.versions ? "bun:sqlite" : "node:sqlite");
const database = (sqlite.DatabaseSync ?? sqlite.Database).prototype;
const { exec, prepare } = database;
database.exec = function (sql) {
  admit(fault(), sql);
  exec.call(this, sql);
  if (fault() === "lost commit" && sql === "commit") throw new Error("told to lose the answer");
};
database.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  const run = (how) => (...params) => {
    admit(fault(), sql);
    return statement[how](...params);
  };
  return { all: run("all"), run: run("run") };
};
