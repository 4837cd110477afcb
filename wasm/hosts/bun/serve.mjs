// Touchmark on Bun 1.2 or newer: `bun wasm/hosts/bun/serve.mjs`.
import { Database } from "bun:sqlite";

import { answer } from "../answer.mjs";
import { launch } from "../launch.mjs";

await launch((file) => new Database(file), async (edge, { hostname, port }) => {
  const server = Bun.serve({
    hostname,
    port,
    fetch: (request, server) => answer(async () => edge, request, server.requestIP(request)?.address),
  });
  return () => server.stop();
});
