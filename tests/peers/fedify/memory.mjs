// This is where the peer keeps what it has seen and done, until it is told to forget.

import { InProcessMessageQueue, MemoryKvStore } from "@fedify/fedify";

const LOG_LIMIT = 1000;

/** Fedify's own store: keys of others, which knock worked where, what was received already. */
export const kv = new MemoryKvStore();

export const queue = new InProcessMessageQueue();

export const memory = {
  followers: new Map(), // actor uri -> Fedify recipient
  follows: new Map(), // actor uri -> { activity, to }
  notes: new Map(), // number -> { note, mentioned }
  tombstones: new Map(), // number -> Tombstone
  likes: new Map(), // object uri -> { activity, to }
  boosts: new Map(), // object uri -> { activity, to }
  received: [], // activities that passed verification
  requests: [], // every request from outside, answered or refused
  troubles: [], // deliveries and handlers that failed
  arrivals: new Map(), // activity uri -> { signature, body } of its last POST
};

/** Add to a log, of which only the end is kept. */
export function remember(log, entry) {
  log.push({ at: Date.now() / 1000, ...entry });
  if (log.length > LOG_LIMIT) log.shift();
}

/** Forget all but the keys of our own actors, which others may have stored. */
export async function forgetEverything() {
  for (const part of Object.values(memory)) {
    if (Array.isArray(part)) part.length = 0;
    else part.clear();
  }
  for await (const { key } of kv.list()) await kv.delete(key);
}
