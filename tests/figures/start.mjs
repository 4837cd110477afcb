// What a module costs before it answers: compiling, and making one more
// instance. The imports are functions that do nothing, for none is called.
import { median } from "./rounds.mjs";

export const stubs = (module) => {
  const imports = {};
  for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
    // The edge module catches JavaScript's exceptions, by their tag.
    const stub = kind === "tag" ? (WebAssembly.JSTag ?? new WebAssembly.Tag({ parameters: ["externref"] })) : () => {};
    (imports[from] ??= {})[name] = stub;
  }
  return imports;
};

/** Makes so many instances and lets go of each. */
export const instantiate = (module, times) => {
  const imports = stubs(module);
  for (let time = 0; time < times; time += 1) new WebAssembly.Instance(module, imports);
};

/** The same module in other bytes, by a custom section: hosts remember what they compiled. */
const unlike = (bytes, round) => new Uint8Array([...new Uint8Array(bytes), 0, 3, 2, 97 + (round % 26), 97 + Math.floor(round / 26)]);

/** The medians of compiling and of instantiating, in milliseconds. */
export const measureStart = (bytes, rounds) => {
  const timed = (run) => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  const module = new WebAssembly.Module(bytes);
  const compiling = Array.from({ length: rounds }, (_, round) => {
    const other = unlike(bytes, round);
    return timed(() => new WebAssembly.Module(other));
  });
  const starting = Array.from({ length: rounds }, () => timed(() => instantiate(module, 1)));
  return { compile: median(compiling), instantiate: median(starting) };
};
