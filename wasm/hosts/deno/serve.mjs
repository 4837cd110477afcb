// Touchmark on Deno 2.2 or newer:
// `deno run --allow-env --allow-net --allow-read --allow-write wasm/hosts/deno/serve.mjs`.
import { DatabaseSync } from "node:sqlite";

import { answer } from "../answer.mjs";
import { launch } from "../launch.mjs";

await launch((file) => new DatabaseSync(file), async (edge, { hostname, port }) => {
  const server = Deno.serve({ hostname, port, onListen() {} }, (request, { remoteAddr }) =>
    answer(async () => edge, request, remoteAddr.hostname));
  return () => server.shutdown();
});
