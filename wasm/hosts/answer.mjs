// What every adapter does with a request. The core answers whatever it
// refuses; only a bug in it, or a host that is not set up, ends up here.

/**
 * @param {() => Promise<import("./dist/edge.js").Edge>} open the deployment
 * @param {Request} request or an object with its method, url, headers and body
 * @param {string | undefined} peer the caller's address, if the host knows it
 */
export async function answer(open, request, peer) {
  try {
    const edge = await open();
    return await edge.handle(request, peer);
  } catch (error) {
    console.error("touchmark:", error);
    const content = { error: "server_error", error_description: "internal error" };
    return Response.json(content, { status: 500, headers: { "cache-control": "no-store" } });
  }
}
