// Takes a host's randomness away while a file is there. The core cannot go on
// without, so it panics: a real panic of the module that is shipped.
import { existsSync } from "node:fs";
import process from "node:process";

const random = crypto.getRandomValues.bind(crypto);
crypto.getRandomValues = (bytes) => {
  if (existsSync(process.env.TOUCHMARK_TEST_FAULT)) throw new Error("no randomness");
  return random(bytes);
};
