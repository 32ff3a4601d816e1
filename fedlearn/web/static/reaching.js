// This is where a composer says who will see a post while it is written: those who are named, too.
// The page itself says what holds for each audience.

import { handlesIn } from "./lengths.js";

const FORMS = '[data-module~="reaching"]';
const PATIENCE = 400;
const waiting = new WeakMap();

const show = (form, { says = "", warning = "" }) => {
  for (const [place, words] of [["[data-named]", says], ["[data-warning]", warning]]) {
    const element = form.querySelector(place);
    if (element.textContent !== words) element.textContent = words;
    element.hidden = !words;
  }
};

// Not the one that is just being written: nobody has such a name yet.
const namesIn = (text) => {
  const isWriting = document.activeElement === text;
  const before = text.value.slice(0, text.selectionStart);
  return handlesIn((isWriting ? before.replace(/\S+$/u, "") : before) + text.value.slice(text.selectionStart));
};

const ask = async (form) => {
  const { text, audience } = form.elements;
  const names = namesIn(text);
  if (!names.length) {
    show(form, {});
    return;
  }
  const query = new URLSearchParams([["audience", audience.value], ...names.map((name) => ["name", name])]);
  const response = await fetch(`/composer/audience?${query}`);
  // Somebody who goes on writing is asked for again.
  if (response.ok && String(namesIn(text)) === String(names)) show(form, await response.json());
};

const soon = ({ target }) => {
  const form = target.form ?? target;
  if (!form.matches?.(FORMS)) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => ask(form).catch((error) => console.warn("who sees it is not known", error)), PATIENCE));
};

document.addEventListener("input", soon);
document.addEventListener("focusout", soon);
document.addEventListener("composer:fresh", soon);
for (const form of document.querySelectorAll(FORMS)) soon({ target: form });
