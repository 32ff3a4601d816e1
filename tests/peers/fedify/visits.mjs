// This is where requests from outside are written down, and turned away if the test wants that,
// before Fedify sees them.

import { federation, newContext } from "./federation.mjs";
import { memory, remember } from "./memory.mjs";
import { settings } from "./settings.mjs";

function signatureKind(headers) {
  if (headers.has("signature-input")) return "rfc9421";
  return headers.has("signature") ? "cavage" : null;
}

async function noteArrival(request, signature) {
  const body = await request
    .clone()
    .json()
    .catch(() => null);
  // A sender that knocks twice sends the same activity again; the last knock is the one let in.
  if (typeof body?.id === "string") memory.arrivals.set(body.id, { signature, body });
}

async function tombstoneAnswer(tombstone) {
  return Response.json(await tombstone.toJsonLd(newContext()), {
    status: 410,
    headers: { "Content-Type": "application/activity+json" },
  });
}

async function answer(request, path, signature) {
  const tombstone = memory.tombstones.get(path.match(/^\/notes\/(\d+)$/)?.[1]);
  if (tombstone !== undefined) return await tombstoneAnswer(tombstone);
  if (request.method === "POST") {
    if (settings.refuseCavage && signature === "cavage") {
      return new Response("this server reads RFC 9421 signatures only", { status: 401 });
    }
    await noteArrival(request, signature);
  }
  return await federation.fetch(request, { contextData: undefined });
}

/** Answer a request from outside as the server would, and write it down. */
export async function answerVisit(request) {
  const url = new URL(request.url);
  const signature = signatureKind(request.headers);
  const response = await answer(request, url.pathname, signature);
  remember(memory.requests, {
    method: request.method,
    path: url.pathname + url.search,
    host: url.host,
    signature,
    userAgent: request.headers.get("user-agent"),
    status: response.status,
  });
  return response;
}
