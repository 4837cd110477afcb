// What a page writes to verify a token, bundled by Vite.
import { createVerifier } from "touchmark";

const { options, token } = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const verifier = createVerifier(options);
document.querySelector("output").textContent = await verifier.verify(token).then(
  (claims) => `sub ${claims.sub}`,
  (error) => `code ${error.code}`,
);
