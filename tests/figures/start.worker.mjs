// Run by workerd, whose clock stands still while it computes: makes as many
// instances as a request asks for, to be timed by whoever asks.
import edge from "edge.wasm";
import verifier from "verifier.wasm";

import { instantiate } from "./start.mjs";

export default {
  fetch: (request) => {
    const [, name, times] = new URL(request.url).pathname.split("/");
    instantiate({ edge, verifier }[name], Number(times));
    return new Response("made");
  },
};
