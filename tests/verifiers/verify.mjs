// Reads {url, origin, credential, now} and says what an independent verifier makes of the credential: its proof, and its place in the status list.
// What stands under `origin` in the documents is fetched from `url`, where the product under test serves it.
import { named as credentialContexts } from "@digitalbazaar/credentials-context";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import { createVerifyCryptosuite } from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { verifyCredential } from "@digitalbazaar/vc";
import { checkStatus } from "@digitalbazaar/vc-bitstring-status-list";

const { url, origin, credential, now } = JSON.parse(await new Response(process.stdin).text());
const host = new URL(origin).host;
const contexts = new Map([...credentialContexts.values()].map((context) => [context.id, context.document]));

/** `did:web:host:path` leads to `/path/did.json`. */
function addressOf(did) {
  const [place, ...path] = did.slice("did:web:".length).split(":");
  if (decodeURIComponent(place) !== host) throw new Error(`${did} is not of ${host}`);
  return `${url}/${path.join("/")}/did.json`;
}

async function documentLoader(address) {
  let document = contexts.get(address);
  if (!document && address.startsWith("did:web:")) {
    const [did, key] = address.split("#");
    const found = await (await fetch(addressOf(did))).json();
    document = key ? { "@context": found["@context"], ...found.verificationMethod.find((one) => one.id === address) } : found;
    if (key && !document.id) throw new Error(`${address} is not published`);
  }
  if (!document && address.startsWith(`${origin}/`)) {
    document = await (await fetch(url + address.slice(origin.length))).json();
  }
  if (!document) throw new Error(`nothing is known of ${address}`);
  return { documentUrl: address, document, contextUrl: null };
}

const suite = new DataIntegrityProof({ cryptosuite: createVerifyCryptosuite() });
const result = await verifyCredential({
  credential,
  suite,
  documentLoader,
  now,
  checkStatus: (options) => checkStatus({ ...options, suite, documentLoader, verifyBitstringStatusListCredential: true, now }),
});
const told = (error) => [error?.message, ...(error?.errors ?? []).map(told)].flat().filter(Boolean);
console.log(
  JSON.stringify({
    verified: result.verified,
    // A credential that was revoked still has a proof that holds, and a status that was verified: the bits themselves tell.
    current: result.statusResult?.verified === true && result.statusResult.results.every(({ status }) => status === false),
    errors: [...told(result.error), ...told(result.statusResult?.error)],
  }),
);
