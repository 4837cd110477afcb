// What is shipped: one small file for each kind of host, and what they share.
export default {
  input: ["index", "node", "workerd"].map((name) => `src/${name}.js`),
  external: [/\.wasm$/, /^node:/],
  output: {
    dir: "dist",
    format: "esm",
    minify: true,
    entryFileNames: "[name].js",
    chunkFileNames: "shared.js",
  },
};
