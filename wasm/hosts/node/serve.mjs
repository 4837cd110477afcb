// Touchmark on Node 22.13 or newer: `node wasm/hosts/node/serve.mjs`.
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { Readable } from "node:stream";

import { answer } from "../answer.mjs";
import { launch } from "../launch.mjs";

await launch((file) => new DatabaseSync(file), async (edge, { hostname, port }) => {
  const server = createServer({ headersTimeout: 30_000, requestTimeout: 60_000 }, async (incoming, outgoing) => {
    try {
      const response = await answer(async () => edge, read(incoming), incoming.socket.remoteAddress);
      outgoing.statusCode = response.status;
      for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
      outgoing.end(new Uint8Array(await response.arrayBuffer()));
    } catch (error) {
      console.error("touchmark:", error);
      outgoing.destroy();
    }
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, hostname, resolve);
  });
  return () =>
    new Promise((resolve) => {
      server.close(resolve);
      server.closeIdleConnections();
    });
});

// Not a `Request`: that refuses some methods and rewrites some paths, which
// the core answers as they came.
function read(incoming) {
  const { headers, method, rawHeaders, url } = incoming;
  const hasContent = "content-length" in headers || "transfer-encoding" in headers;
  return {
    method,
    url,
    headers: {
      *entries() {
        for (let at = 0; at < rawHeaders.length; at += 2) yield [rawHeaders[at], rawHeaders[at + 1]];
      },
    },
    body: hasContent ? Readable.toWeb(incoming) : null,
  };
}
