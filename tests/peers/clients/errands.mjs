// What the errands of both client libraries have in common.

import { stdin } from "node:process";
import { createInterface } from "node:readline/promises";
import { setTimeout as pause } from "node:timers/promises";

export const OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob";
export const SCOPES = ["read", "write", "follow"];

const lines = createInterface({ input: stdin })[Symbol.asyncIterator]();

/** The code that somebody copies from the page on which they have agreed. */
export async function codeFrom(page) {
  console.log(page);
  return (await lines.next()).value;
}

/** What is heard of a deed; it is done again until then, for nobody knows when a socket listens. */
export async function heardOf(hearing, deed) {
  for (let tries = 0; tries < 10; tries++) {
    await deed();
    const heard = await Promise.race([hearing, pause(1000)]);
    if (heard !== undefined) return heard;
  }
  throw new Error("nothing was heard");
}
