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

/** The medians of compiling and of instantiating, in milliseconds. */
export const measureStart = (bytes, rounds) => {
  const timed = (run) => {
    const start = performance.now();
    run();
    return performance.now() - start;
  };
  const module = new WebAssembly.Module(bytes);
  const compiling = Array.from({ length: rounds }, () => timed(() => new WebAssembly.Module(bytes)));
  const starting = Array.from({ length: rounds }, () => timed(() => instantiate(module, 1)));
  return { compile: median(compiling), instantiate: median(starting) };
};
