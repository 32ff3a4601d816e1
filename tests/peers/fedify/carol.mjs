// This is where carol does things: each function is one act, and ends when its delivery is queued.

import {
  Announce,
  Create,
  Delete,
  Follow,
  Like,
  Mention,
  Note,
  PUBLIC_COLLECTION,
  Tombstone,
  Undo,
  Update,
  isActor,
} from "@fedify/fedify/vocab";
import { Temporal } from "@js-temporal/polyfill";

import { newContext } from "./federation.mjs";
import { memory } from "./memory.mjs";

const CAROL = { identifier: "carol" };

/** Said to the caller with status 404: what the request names does not exist. */
export class NotFound extends Error {}

const me = (context) => context.getActorUri("carol");
const newId = (context, kind) => new URL(`#${kind}/${crypto.randomUUID()}`, me(context));

/** The options that let Fedify fetch with carol's signature. */
async function asCarol(context) {
  return { documentLoader: await context.getDocumentLoader(CAROL) };
}

/** Deliver to one actor's own inbox, or to an audience by the shared inboxes of its servers. */
async function send(context, to, activity) {
  await context.sendActivity(CAROL, to, activity, { preferSharedInbox: Array.isArray(to) });
}

async function findObject(context, uri) {
  const object = await context.lookupObject(uri, await asCarol(context));
  if (object === null) throw new NotFound(`${uri} could not be found or read`);
  return object;
}

async function findActor(context, handle) {
  const actor = await findObject(context, handle);
  if (!isActor(actor)) throw new NotFound(`${handle} is not an actor`);
  return actor;
}

async function findAuthor(context, object) {
  const author = await object.getAttribution(await asCarol(context));
  if (author === null) throw new NotFound(`${object.id?.href} has no author`);
  return author;
}

function recall(map, key, what) {
  const kept = map.get(key);
  if (kept === undefined) throw new NotFound(`carol has no ${what} ${key}`);
  return kept;
}

/** Undo an act that is kept in a map under a uri, telling those who heard of the act. */
async function undo(map, uri, what) {
  const context = newContext();
  const { activity, to } = recall(map, uri, what);
  map.delete(uri);
  const undoing = new Undo({
    id: newId(context, "undos"),
    actor: me(context),
    tos: activity.toIds,
    ccs: activity.ccIds,
    object: activity,
  });
  await send(context, to, undoing);
  return { id: undoing.id.href, undone: activity.id.href };
}

// --- Following ---

export async function follow(acct) {
  const context = newContext();
  const actor = await findActor(context, acct);
  const activity = new Follow({
    id: newId(context, "follows"),
    actor: me(context),
    to: actor.id,
    object: actor.id,
  });
  memory.follows.set(actor.id.href, { activity, to: actor });
  await send(context, actor, activity);
  return { id: activity.id.href, followed: actor.id.href };
}

export async function unfollow(acct) {
  const actor = await findActor(newContext(), acct);
  return await undo(memory.follows, actor.id.href, "follow of");
}

// --- Notes ---

let lastNumber = Date.now();

function mentionLink(actor, handle) {
  return `<a href="${actor.id.href}" class="u-url mention">${handle}</a> `;
}

/** Post a public note. The text is taken as HTML, so that a test can try what it likes. */
export async function postNote({ text, mention, reply }) {
  const context = newContext();
  const number = String((lastNumber += 1));
  const mentioned = mention ? [await findActor(context, mention)] : [];
  const handle = mention?.startsWith("@") ? mention : `@${mention}`;
  const note = new Note({
    id: context.getObjectUri(Note, { number }),
    url: context.getObjectUri(Note, { number }),
    attribution: me(context),
    to: PUBLIC_COLLECTION,
    ccs: [context.getFollowersUri("carol"), ...mentioned.map((actor) => actor.id)],
    tags: mentioned.map((actor) => new Mention({ href: actor.id, name: handle })),
    content: `<p>${mentioned.map((actor) => mentionLink(actor, handle)).join("")}${text}</p>`,
    published: Temporal.Now.instant(),
    replyTarget: reply ? new URL(reply) : undefined,
  });
  const create = new Create({
    id: new URL("#create", note.id),
    actor: me(context),
    to: PUBLIC_COLLECTION,
    ccs: note.ccIds,
    object: note,
    published: note.published,
  });
  memory.notes.set(number, { note, create, mentioned });
  await send(context, [...memory.followers.values(), ...mentioned], create);
  return { id: note.id.href };
}

const numberOf = (uri) => uri.split("/").at(-1);

export async function updateNote(uri, text) {
  const context = newContext();
  const kept = recall(memory.notes, numberOf(uri), "note");
  const note = kept.note.clone({ content: `<p>${text}</p>`, updated: Temporal.Now.instant() });
  kept.note = note;
  const update = new Update({
    id: new URL(`#updates/${crypto.randomUUID()}`, note.id),
    actor: me(context),
    to: PUBLIC_COLLECTION,
    ccs: note.ccIds,
    object: note,
    updated: note.updated,
  });
  await send(context, [...memory.followers.values(), ...kept.mentioned], update);
  return { id: note.id.href };
}

export async function deleteNote(uri) {
  const context = newContext();
  const number = numberOf(uri);
  const { note, mentioned } = recall(memory.notes, number, "note");
  const tombstone = new Tombstone({ id: note.id, deleted: Temporal.Now.instant() });
  memory.notes.delete(number);
  memory.tombstones.set(number, tombstone);
  const deletion = new Delete({
    id: new URL("#delete", note.id),
    actor: me(context),
    to: PUBLIC_COLLECTION,
    object: tombstone,
  });
  await send(context, [...memory.followers.values(), ...mentioned], deletion);
  return { id: note.id.href };
}

// --- Likes and boosts ---

export async function like(uri) {
  const context = newContext();
  const object = await findObject(context, uri);
  const author = await findAuthor(context, object);
  const activity = new Like({
    id: newId(context, "likes"),
    actor: me(context),
    to: author.id,
    object: object.id,
  });
  memory.likes.set(uri, { activity, to: author });
  await send(context, author, activity);
  return { id: activity.id.href };
}

export async function boost(uri) {
  const context = newContext();
  const object = await findObject(context, uri);
  const author = await findAuthor(context, object);
  const activity = new Announce({
    id: newId(context, "boosts"),
    actor: me(context),
    to: PUBLIC_COLLECTION,
    ccs: [context.getFollowersUri("carol"), author.id],
    object: object.id,
    published: Temporal.Now.instant(),
  });
  const to = [...memory.followers.values(), author];
  memory.boosts.set(uri, { activity, to });
  await send(context, to, activity);
  return { id: activity.id.href };
}

export const unlike = (uri) => undo(memory.likes, uri, "like of");
export const unboost = (uri) => undo(memory.boosts, uri, "boost of");
