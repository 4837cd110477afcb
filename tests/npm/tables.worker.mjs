// Run by workerd: tries the tables of a request and answers with what was not
// answered as expected.
import { createVerifier } from "touchmark";

import { tryTables } from "./table.mjs";

export default {
  fetch: async (request) => Response.json(await tryTables(await request.json(), createVerifier)),
};
