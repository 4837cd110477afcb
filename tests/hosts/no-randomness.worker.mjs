// Takes workerd's randomness away for the requests that ask for that. The core
// cannot go on without, so it panics: a real panic of the module that is shipped.
import worker, { TouchmarkTenant as Tenant } from "../../wasm/hosts/workerd/worker.mjs";

const random = crypto.getRandomValues.bind(crypto);

export class TouchmarkTenant extends Tenant {
  async fetch(request) {
    if (!request.headers.has("x-fault")) return super.fetch(request);
    crypto.getRandomValues = () => {
      throw new Error("no randomness");
    };
    try {
      return await super.fetch(request);
    } finally {
      crypto.getRandomValues = random;
    }
  }
}

export default worker;
