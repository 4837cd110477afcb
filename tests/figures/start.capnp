# Both modules in one worker that only makes instances of them.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "start", worker = .start)],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "start")],
);

const start :Workerd.Worker = (
  modules = [
    (name = "start.worker.mjs", esModule = embed "start.worker.mjs"),
    (name = "start.mjs", esModule = embed "start.mjs"),
    (name = "rounds.mjs", esModule = embed "rounds.mjs"),
    (name = "edge.wasm", wasm = embed "../../wasm/hosts/dist/edge_bg.wasm"),
    (name = "verifier.wasm", wasm = embed "../../wasm/npm/dist/verifier_bg.wasm"),
  ],
  compatibilityDate = "2026-01-01",
);
