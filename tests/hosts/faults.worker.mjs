// Has workerd fail for the requests that ask for that, by a field which says
// what fails: the database; or the randomness, without which the core cannot go
// on, so that it panics: a real panic of the module that is shipped.
import worker, { TouchmarkTenant as Tenant } from "../../wasm/hosts/workerd/worker.mjs";
import { admit } from "./fails.mjs";

let fault;

const random = crypto.getRandomValues.bind(crypto);
crypto.getRandomValues = (bytes) => {
  if (fault === "randomness") throw new Error("no randomness");
  return random(bytes);
};

const failing = (storage) => ({
  sql: {
    exec: (sql, ...params) => {
      admit(fault, sql);
      return storage.sql.exec(sql, ...params);
    },
  },
  transactionSync: (run) =>
    storage.transactionSync(() => {
      const result = run();
      admit(fault, "commit");
      return result;
    }),
});

export class TouchmarkTenant extends Tenant {
  constructor(ctx, env) {
    super(ctx, env);
    Object.defineProperty(this, "ctx", { value: { storage: failing(ctx.storage) } });
  }

  async fetch(request) {
    fault = request.headers.get("x-fault") ?? undefined;
    try {
      return await super.fetch(request);
    } finally {
      fault = undefined;
    }
  }
}

export default worker;
