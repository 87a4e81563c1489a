import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fromBase64Url, toBase64Url } from "./bytes";
import { agreeOnKey, makeAgreement, prove } from "./proof";

const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/desk/proof.json", import.meta.url), "utf8"));

async function keyOfVectors() {
  const agreement = await crypto.subtle.importKey("jwk", vectors.browser_private_jwk, { name: "ECDH", namedCurve: "P-256" }, false, ["deriveKey"]);
  return agreeOnKey(agreement, vectors.keeper_public_key, vectors.session);
}

test("proofs are those that the client library makes", async () => {
  const key = await keyOfVectors();
  expect(vectors.requests).toHaveLength(5);
  for (const request of vectors.requests) expect(await prove(key, request.lane, request.counter, request)).toBe(request.proof);
});

test("every part of a request is under its proof", async () => {
  const key = await keyOfVectors();
  const request = { method: "POST", path: "/a", query: "b", body: "c" };
  const proofs = await Promise.all([
    prove(key, 1, 1, request),
    prove(key, 2, 1, request),
    prove(key, 1, 2, request),
    prove(key, 1, 1, { ...request, method: "GET" }),
    prove(key, 1, 1, { ...request, path: "/b" }),
    prove(key, 1, 1, { ...request, query: "" }),
    prove(key, 1, 1, { ...request, body: "" }),
    prove({ ...key, session: toBase64Url(new Uint8Array(16)) }, 1, 1, request),
  ]);
  expect(new Set(proofs.map((proof) => proof.split("mac=")[1])).size).toBe(proofs.length);
});

test("no key can be taken out of the browser", async () => {
  const { agreement, publicKey } = await makeAgreement();
  expect(fromBase64Url(publicKey)).toHaveLength(65);
  await expect(crypto.subtle.exportKey("pkcs8", agreement)).rejects.toThrow();
  await expect(crypto.subtle.exportKey("raw", (await keyOfVectors()).key)).rejects.toThrow();
});
