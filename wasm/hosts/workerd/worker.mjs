// Touchmark on Cloudflare Workers and on workerd: one Durable Object for each
// tenant holds all its records, so that all its requests go there.
import { DurableObject } from "cloudflare:workers";

import { answer } from "../answer.mjs";
import module from "../dist/edge_bg.wasm";
import { Edge, initSync } from "../dist/edge.js";

initSync({ module });

export class TouchmarkTenant extends DurableObject {
  #edge;

  fetch(request) {
    // Any client may send a header. Which one the network in front sets, and
    // so can be believed, is a setting.
    const header = this.env.TOUCHMARK_PEER_HEADER;
    const peer = header ? request.headers.get(header) : undefined;
    return answer(() => this.#open(), request, peer ?? undefined);
  }

  /** Opens the deployment once, and again if that failed. */
  #open() {
    this.#edge ??= Edge.open(this.env, connect(this.ctx.storage)).catch((error) => {
      this.#edge = undefined;
      throw error;
    });
    return this.#edge;
  }
}

const connect = (storage) => ({
  query: (sql, params) => storage.sql.exec(sql, ...params).toArray(),
  transact: (statements) =>
    storage.transactionSync(() => {
      for (const [sql, params] of statements) storage.sql.exec(sql, ...params);
    }),
});

export default {
  fetch(request, env) {
    const tenant = env.TOUCHMARK_TENANT || "default";
    return env.TOUCHMARK.get(env.TOUCHMARK.idFromName(tenant)).fetch(request);
  },
};
