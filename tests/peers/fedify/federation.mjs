// This is where Fedify learns who lives here, what they show, and what their inbox does.

import { createExponentialBackoffPolicy, createFederation } from "@fedify/fedify";
import {
  Accept,
  Activity,
  Application,
  Delete,
  Endpoints,
  Follow,
  Note,
  Person,
  Undo,
} from "@fedify/fedify/vocab";

import { kv, memory, queue, remember } from "./memory.mjs";
import { settings } from "./settings.mjs";

const CAROL = { identifier: "carol" };
const INSTANCE = { identifier: "instance" };
const NOTES_IN_OUTBOX = 20;

export const federation = createFederation({
  kv,
  queue,
  origin: settings.origin,
  firstKnock: settings.firstKnock,
  // The other test hosts live on loopback.
  allowPrivateAddress: true,
  // A test may stop and start the other side, and cannot wait half an hour for the next try.
  circuitBreaker: false,
  outboxRetryPolicy: createExponentialBackoffPolicy({
    initialDelay: { milliseconds: 200 },
    maxDelay: { seconds: 2 },
    maxAttempts: 6,
  }),
  inboxRetryPolicy: createExponentialBackoffPolicy({
    initialDelay: { milliseconds: 200 },
    maxDelay: { seconds: 2 },
    maxAttempts: 3,
  }),
  onOutboxError: (error, activity) => {
    remember(memory.troubles, {
      while: "delivering",
      activity: activity?.id?.href,
      error: String(error),
    });
  },
});

/** A context to act from, outside any request. */
export function newContext() {
  return federation.createContext(new URL(settings.origin), undefined);
}

// --- Actors ---

const keyPairsOf = new Map();

async function makeKeyPairs() {
  // Fedify's own generator takes 4096 bits, which keeps a test waiting for no gain.
  const rsa = crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
      hash: "SHA-256",
    },
    true,
    ["sign", "verify"],
  );
  const ed25519 = crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  return await Promise.all([rsa, ed25519]);
}

function keyPairs(_context, identifier) {
  if (!keyPairsOf.has(identifier)) keyPairsOf.set(identifier, makeKeyPairs());
  return keyPairsOf.get(identifier);
}

async function actorBasics(context, identifier) {
  const keys = await context.getActorKeyPairs(identifier);
  return {
    id: context.getActorUri(identifier),
    preferredUsername: identifier,
    inbox: context.getInboxUri(identifier),
    outbox: context.getOutboxUri(identifier),
    followers: context.getFollowersUri(identifier),
    following: context.getFollowingUri(identifier),
    endpoints: new Endpoints({ sharedInbox: context.getInboxUri() }),
    publicKey: keys[0].cryptographicKey,
    assertionMethods: keys.map((key) => key.multikey),
  };
}

async function carol(context) {
  return new Person({
    ...(await actorBasics(context, "carol")),
    name: "Carol Fedify",
    summary: "<p>A peer for tests.</p>",
    url: new URL("/@carol", settings.origin),
    manuallyApprovesFollowers: false,
  });
}

async function instance(context) {
  return new Application({ ...(await actorBasics(context, "instance")), name: "Fedify test peer" });
}

const ACTORS = { carol, instance };

async function maySeeActor(context, identifier) {
  // The instance actor is open: two servers that both ask for signatures would never begin.
  if (!settings.authorizedFetch || identifier === "instance") return true;
  const documentLoader = await context.getDocumentLoader(INSTANCE);
  return (await context.getSignedKeyOwner({ documentLoader })) !== null;
}

federation
  .setActorDispatcher("/users/{identifier}", async (context, identifier) =>
    Object.hasOwn(ACTORS, identifier) ? await ACTORS[identifier](context) : null,
  )
  .setKeyPairsDispatcher(keyPairs)
  .mapHandle((_context, username) => username)
  .authorize(maySeeActor);

// --- What carol shows ---

const onlyForCarol = (list) => (_context, identifier) => ({
  items: identifier === "carol" ? list() : [],
});

federation.setFollowersDispatcher(
  "/users/{identifier}/followers",
  onlyForCarol(() => [...memory.followers.values()]),
);
federation.setFollowingDispatcher(
  "/users/{identifier}/following",
  onlyForCarol(() => [...memory.follows.values()].map((follow) => follow.activity.objectId)),
);
federation.setOutboxDispatcher(
  "/users/{identifier}/outbox",
  onlyForCarol(() => [...memory.notes.values()].slice(-NOTES_IN_OUTBOX).map((kept) => kept.create)),
);
federation.setObjectDispatcher(
  Note,
  "/notes/{number}",
  (_context, { number }) => memory.notes.get(number)?.note ?? null,
);
federation.setNodeInfoDispatcher("/nodeinfo/2.1", () => ({
  software: { name: "fedify-peer", version: "1.0.0" },
  protocols: ["activitypub"],
  usage: { users: { total: 1 }, localPosts: memory.notes.size, localComments: 0 },
}));

// --- What carol's inbox does ---

const arrivalOf = (activity) => memory.arrivals.get(activity.id?.href);

/** The object as it came inside the activity, if it did: nothing is fetched for the log. */
async function embeddedObject(context, activity) {
  if (typeof arrivalOf(activity)?.body.object !== "object") return null;
  const { documentLoader, contextLoader } = context;
  // An Accept brings back our own Follow, which Fedify would otherwise ask our own server for.
  return await activity.getObject({ documentLoader, contextLoader, crossOrigin: "trust" });
}

async function record(context, activity) {
  const object = await embeddedObject(context, activity);
  const arrival = arrivalOf(activity);
  remember(memory.received, {
    type: activity.constructor.name,
    id: activity.id?.href,
    actor: activity.actorId?.href,
    object: activity.objectId?.href,
    objectType: object?.constructor.name,
    content: object?.content?.toString(),
    inReplyTo: object?.replyTargetId?.href,
    signature: arrival?.signature,
    body: arrival?.body,
  });
}

async function onFollow(context, follow) {
  await record(context, follow);
  const follower = await follow.getActor(context);
  if (follower === null) throw new Error(`cannot read the actor of ${follow.id?.href}`);
  if (context.parseUri(follow.objectId)?.identifier !== "carol") return;
  memory.followers.set(follower.id.href, {
    id: follower.id,
    inboxId: follower.inboxId,
    endpoints: follower.endpoints,
  });
  const accept = new Accept({
    id: new URL(`#accepts/${crypto.randomUUID()}`, context.getActorUri("carol")),
    actor: context.getActorUri("carol"),
    to: follower.id,
    object: follow,
  });
  await context.sendActivity(CAROL, follower, accept);
}

async function onUndo(context, undo) {
  await record(context, undo);
  if ((await embeddedObject(context, undo)) instanceof Follow) {
    memory.followers.delete(undo.actorId.href);
  }
}

async function onDelete(context, deletion) {
  await record(context, deletion);
  if (deletion.objectId?.href === deletion.actorId?.href) {
    memory.followers.delete(deletion.actorId.href);
  }
}

federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .setSharedKeyDispatcher(() => INSTANCE)
  .on(Follow, onFollow)
  .on(Undo, onUndo)
  .on(Delete, onDelete)
  .on(Activity, record)
  .onError((_context, error) => {
    remember(memory.troubles, { while: "receiving", error: String(error?.stack ?? error) });
  });
