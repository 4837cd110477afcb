# workerd by itself, with the variables of its environment:
# `mkdir -p records && workerd serve --experimental wasm/hosts/workerd/config.capnp --directory-path records=$PWD/records`.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "touchmark", worker = .touchmark),
    (name = "records", disk = (writable = true)),
    # Requests go to nothing but TOUCHMARK_PROMETHEUS_URL, which is often nearby.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(name = "http", address = "127.0.0.1:8080", http = (), service = "touchmark")],
);

const touchmark :Workerd.Worker = (
  modules = [
    (name = "workerd/worker.mjs", esModule = embed "worker.mjs"),
    (name = "answer.mjs", esModule = embed "../answer.mjs"),
    (name = "dist/edge.js", esModule = embed "../dist/edge.js"),
    (name = "dist/edge_bg.wasm", wasm = embed "../dist/edge_bg.wasm"),
  ],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [
    (className = "TouchmarkTenant", uniqueKey = "touchmark", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "records"),
  bindings = [
    (name = "TOUCHMARK", durableObjectNamespace = "TouchmarkTenant"),
    (name = "TOUCHMARK_ORIGIN", fromEnvironment = "TOUCHMARK_ORIGIN"),
    (name = "TOUCHMARK_TENANT", fromEnvironment = "TOUCHMARK_TENANT"),
    (name = "TOUCHMARK_SIGNING_KEY", fromEnvironment = "TOUCHMARK_SIGNING_KEY"),
    (name = "TOUCHMARK_FORMER_KEYS", fromEnvironment = "TOUCHMARK_FORMER_KEYS"),
    (name = "TOUCHMARK_PEPPER", fromEnvironment = "TOUCHMARK_PEPPER"),
    (name = "TOUCHMARK_CONFIGURATION", fromEnvironment = "TOUCHMARK_CONFIGURATION"),
    (name = "TOUCHMARK_PEER_HEADER", fromEnvironment = "TOUCHMARK_PEER_HEADER"),
    (name = "TOUCHMARK_PROMETHEUS_URL", fromEnvironment = "TOUCHMARK_PROMETHEUS_URL"),
    (name = "TOUCHMARK_PROMETHEUS_AUTHORIZATION", fromEnvironment = "TOUCHMARK_PROMETHEUS_AUTHORIZATION"),
    (name = "TOUCHMARK_PROMETHEUS_CONTRACT_LABEL", fromEnvironment = "TOUCHMARK_PROMETHEUS_CONTRACT_LABEL"),
    (name = "TOUCHMARK_PROMETHEUS_TIMEOUT", fromEnvironment = "TOUCHMARK_PROMETHEUS_TIMEOUT"),
    (name = "TOUCHMARK_ADMIN_ID", fromEnvironment = "TOUCHMARK_ADMIN_ID"),
    (name = "TOUCHMARK_ADMIN_SECRET", fromEnvironment = "TOUCHMARK_ADMIN_SECRET"),
  ],
);
