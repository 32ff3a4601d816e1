// A second opinion on HTTP signatures (draft-cavage), by the library that PeerTube uses.
// Reads one JSON object on standard input and prints one:
//   {mode: "verify", method, path, headers, publicKeyPem}          -> {verified, reason?}
//   {mode: "sign", method, path, headers, privateKeyPem, keyId}    -> {signature}
// Whether the digest is that of the body is not looked at. A signature made here covers
// (request-target) and then the given headers, in their order.

import { text } from "node:stream/consumers";

import httpSignature from "@peertube/http-signature";

function lowerCaseNames(headers) {
  const lower = ([name, value]) => [name.toLowerCase(), value];
  return Object.fromEntries(Object.entries(headers).map(lower));
}

function verify({ method, path, headers, publicKeyPem }) {
  const request = { method, url: path, headers: lowerCaseNames(headers) };
  const mustBeSigned = ["(request-target)", "host", "date"];
  if (method === "POST") mustBeSigned.push("digest");
  try {
    const parsed = httpSignature.parseRequest(request, { headers: mustBeSigned });
    return { verified: httpSignature.verifySignature(parsed, publicKeyPem) };
  } catch (error) {
    return { verified: false, reason: `${error.name}: ${error.message}` };
  }
}

/** As much of an http.ClientRequest as the library touches. */
class RequestToSign {
  constructor(method, path, headers) {
    this.method = method;
    this.path = path;
    this.headers = headers;
  }

  getHeader(name) {
    return this.headers[name.toLowerCase()];
  }

  setHeader(name, value) {
    this.headers[name.toLowerCase()] = value;
  }
}

function sign({ method, path, headers, privateKeyPem, keyId }) {
  const given = lowerCaseNames(headers);
  const request = new RequestToSign(method, path, { ...given });
  httpSignature.signRequest(request, {
    key: privateKeyPem,
    keyId,
    algorithm: "rsa-sha256",
    authorizationHeaderName: "Signature",
    headers: ["(request-target)", ...Object.keys(given)],
  });
  return { signature: request.getHeader("signature") };
}

const MODES = { verify, sign };

const asked = JSON.parse(await text(process.stdin));
if (!Object.hasOwn(MODES, asked.mode)) throw new Error(`no mode ${asked.mode}`);
console.log(JSON.stringify(MODES[asked.mode](asked)));
