// Runs the bare module: it may import nothing, and it has to answer 1.
import { readFileSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const imports = WebAssembly.Module.imports(module);
if (imports.length > 0) {
  throw new Error(`the core asks its host for ${JSON.stringify(imports)}`);
}
const answer = new WebAssembly.Instance(module).exports.prove();
if (answer !== 1) {
  throw new Error(`the core answered ${answer} instead of 1`);
}
console.log("the core runs without a standard library and without imports");
