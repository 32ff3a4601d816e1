// This is where it is counted how long a post is, by the same rule as the server: an address counts as
// 23 characters, a handle without its domain. tests/unit/lengths.json has examples for both.

const ADDRESS_COUNTS = 23;
const WORD = String.raw`[\p{L}\p{N}_]`;
const LETTER = String.raw`[\p{L}\p{Nl}\p{No}]`;
const TOKEN = new RegExp(
  String.raw`(?<url>https?://${WORD}[^\s<>"'\u0060]*)` +
    String.raw`|(?<![\p{L}\p{N}_/@.])@(?<name>${WORD}(?:[\p{L}\p{N}_.\-]*${WORD})?)` +
    String.raw`(?:@[a-zA-Z0-9](?:[a-zA-Z0-9.\-]*[a-zA-Z0-9])?(?::\d{1,5})?)?` +
    String.raw`|(?<![\p{L}\p{N}_/&])#${WORD}*${LETTER}${WORD}*`,
  "gu",
);
const TRAILING = /[.,;:!?)\]}…]+$/u;

const points = (text) => [...text].length;

// What is left of an address without what ends the sentence around it.
const trimmed = (url) => {
  const short = url.replace(TRAILING, "");
  return url.slice(short.length).startsWith(")") && short.includes("(") ? `${short})` : short;
};

export const lengthOf = (text) => {
  let length = points(text);
  for (const found of text.matchAll(TOKEN)) {
    const { url, name } = found.groups;
    if (url) length += ADDRESS_COUNTS - points(trimmed(url));
    if (name) length += 1 + points(name) - points(found[0]);
  }
  return length;
};

// The handles that a text names, without their first @.
export const handlesIn = (text) => [
  ...new Set([...text.matchAll(TOKEN)].filter((one) => one.groups.name).map((one) => one[0].slice(1))),
];
