# The workerd configuration of wasm/hosts, with what stands in for Cloudflare's
# network in front of it, and a worker around it that can fail.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "touchmark", worker = .touchmark),
    (name = "records", disk = (writable = true)),
    # Requests go to nothing but TOUCHMARK_PROMETHEUS_URL, which is often nearby.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
  ],
  sockets = [(
    name = "http",
    address = "127.0.0.1:8080",
    http = (injectRequestHeaders = [(name = "CF-Connecting-IP", value = "127.0.0.1")]),
    service = "touchmark",
  )],
);

const touchmark :Workerd.Worker = (
  modules = [
    (name = "tests/hosts/worker.mjs", esModule = embed "faults.worker.mjs"),
    (name = "tests/hosts/fails.mjs", esModule = embed "fails.mjs"),
    (name = "wasm/hosts/workerd/worker.mjs", esModule = embed "../../wasm/hosts/workerd/worker.mjs"),
    (name = "wasm/hosts/answer.mjs", esModule = embed "../../wasm/hosts/answer.mjs"),
    (name = "wasm/hosts/dist/edge.js", esModule = embed "../../wasm/hosts/dist/edge.js"),
    (name = "wasm/hosts/dist/edge_bg.wasm", wasm = embed "../../wasm/hosts/dist/edge_bg.wasm"),
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
