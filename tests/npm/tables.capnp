# The package touchmark in workerd, as wrangler would deploy it.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "tables", worker = .tables)],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "tables")],
);

const tables :Workerd.Worker = (
  modules = [
    (name = "tables.worker.mjs", esModule = embed "tables.worker.mjs"),
    (name = "table.mjs", esModule = embed "table.mjs"),
    (name = "touchmark", esModule = "export * from './dist/workerd.js';"),
    (name = "dist/workerd.js", esModule = embed "../../wasm/npm/dist/workerd.js"),
    (name = "dist/shared.js", esModule = embed "../../wasm/npm/dist/shared.js"),
    (name = "dist/verifier_bg.wasm", wasm = embed "../../wasm/npm/dist/verifier_bg.wasm"),
  ],
  compatibilityDate = "2026-01-01",
);
