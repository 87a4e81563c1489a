// The proof that a request comes from the holder of the session's key (docs/openapi.yaml, "Proof"; src/wire/proof.h
// computes the same bytes). Keys are WebCrypto's own and cannot be taken out of the browser, by us neither.
import { bigEndian64, bytesOf, concat, fromBase64Url, toBase64Url } from "./bytes";

const keyInfo = "bulkhead session key v1";
const curve = { name: "ECDH", namedCurve: "P-256" };

export interface SessionKey {
  session: string; // its name, as the API spells it
  key: CryptoKey; // HMAC-SHA-256, not extractable
}

export async function makeAgreement(): Promise<{ publicKey: string; agreement: CryptoKey }> {
  const pair = await crypto.subtle.generateKey(curve, false, ["deriveKey"]);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { publicKey: toBase64Url(publicKey), agreement: pair.privateKey };
}

// HKDF-SHA-256 over the ECDH secret, which never exists outside WebCrypto.
export async function agreeOnKey(agreement: CryptoKey, keeperPublicKey: string, session: string): Promise<SessionKey> {
  const theirs = await crypto.subtle.importKey("raw", fromBase64Url(keeperPublicKey), curve, false, []);
  const secret = await crypto.subtle.deriveKey({ name: "ECDH", public: theirs }, agreement, "HKDF", false, ["deriveKey"]);
  const key = await crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: fromBase64Url(session), info: bytesOf(keyInfo) },
    secret,
    { name: "HMAC", hash: "SHA-256", length: 256 },
    false,
    ["sign"],
  );
  return { session, key };
}

export interface ProvenRequest {
  method: string;
  path: string;
  query: string; // without its "?"
  body: string;
}

// The value of Bulkhead-Proof. A counter must never be used twice in its lane.
export async function prove(by: SessionKey, lane: number, counter: number, request: ProvenRequest): Promise<string> {
  const content = bytesOf(`${request.query}\n${request.body}`);
  const message = concat(
    bytesOf(`bulkhead proof v1\n${request.method} ${request.path}\n`),
    fromBase64Url(by.session),
    Uint8Array.of(lane),
    bigEndian64(counter),
    new Uint8Array(await crypto.subtle.digest("SHA-256", content)),
  );
  const mac = await crypto.subtle.sign("HMAC", by.key, message);
  return `lane=${lane}; counter=${counter}; mac=${toBase64Url(new Uint8Array(mac))}`;
}
