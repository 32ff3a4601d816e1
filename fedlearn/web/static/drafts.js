// This is where what somebody writes is kept in their browser until it is sent, for each place: what is
// new, each reply, each message, each post that is changed. It is gone once it was sent, when they sign out, and for whoever signs in next.

import { carefully } from "./keeping.js";

const FORMS = '[data-module~="drafts"][data-owner]';
const PREFIX = "draft:";
const KEPT_FOR = 14 * 24 * 3600 * 1000;
const PATIENCE = 500;
const LEFT_OUT = new Set(["csrf", "next", "key", "in_reply_to_id", "quoted_id", "audience", "quote_policy", "poll_minutes", "language"]);
const waiting = new Map();

const placeOf = ({ dataset }) => `${PREFIX}${dataset.owner}:${dataset.draft}`;
// What the page had in it: a draft of something else, such as of a post that was changed meanwhile, is none.
const beginningOf = ({ elements }) => [elements.text.defaultValue, elements.to?.defaultValue ?? ""].join("\n");

const fieldsOf = (form) => [...new FormData(form)].filter(([, value]) => typeof value === "string");
const isWritten = (form, fields) => fields.some(([name, value]) =>
  value.trim() && !LEFT_OUT.has(name) && !/^(focus_|place_)/.test(name) && value !== form.elements[name]?.defaultValue)
  || fields.some(([name]) => name.startsWith("media_"));

const rest = (form) => {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
};

const keep = (form) => carefully(() => {
  rest(form);
  // What took the place of a form that was sent has drafts of its own.
  if (!form.isConnected) return;
  const fields = fieldsOf(form).filter(([name]) => !["csrf", "next", "key"].includes(name));
  if (isWritten(form, fields)) localStorage.setItem(placeOf(form), JSON.stringify({ at: Date.now(), from: beginningOf(form), fields }));
  else localStorage.removeItem(placeOf(form));
});

const forget = (form) => {
  rest(form);
  carefully(() => localStorage.removeItem(placeOf(form)));
};

const soon = ({ target }) => {
  const form = target.form ?? target;
  if (!form?.matches?.(FORMS)) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(keep, PATIENCE, form));
};

const put = (form, [name, value]) => {
  const field = form.elements[name];
  if (!field || field.type === "hidden" || field instanceof RadioNodeList) return;
  const before = field.type === "checkbox" ? field.checked : field.value;
  if (field.type === "checkbox") field.checked = true;
  else if (field.type === "select-one") field.value = [...field.options].some((one) => one.value === value) ? value : field.value;
  else if (field.type !== "file") field.value = value;
  const after = field.type === "checkbox" ? field.checked : field.value;
  if (after !== before) for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
};

// Uploaded pictures are asked for again, as the server has them; then they get their words.
const putPictures = async (form, fields) => {
  const ids = fields.filter(([name]) => name.startsWith("media_"));
  const rows = form.querySelector("[data-rows]");
  if (!ids.length || !rows) return;
  const query = new URLSearchParams(ids.map(([name, id]) => [name, id]));
  const response = await fetch(`/composer/pictures?${query}`);
  if (!response.ok) return;
  rows.innerHTML = (await response.json()).html;
  for (const field of fields.filter(([name]) => /^(alt|focus_[xy]|place)_/.test(name))) put(form, field);
  form.dispatchEvent(new CustomEvent("composer:pictures", { bubbles: true }));
};

const bringBack = (form) => {
  const kept = carefully(() => JSON.parse(localStorage.getItem(placeOf(form))));
  // What the server sends back is newer.
  if (!kept || form.elements.text.value !== form.elements.text.defaultValue || "returned" in form.dataset) return;
  if ((kept.from ?? beginningOf(form)) !== beginningOf(form)) return;
  const isPicture = ([name]) => /^(media|alt|focus_[xy]|place)_/.test(name);
  for (const field of kept.fields.filter((one) => !isPicture(one))) put(form, field);
  putPictures(form, kept.fields).catch((error) => console.warn("pictures do not come back", error));
  form.elements.text.dispatchEvent(new InputEvent("input", { bubbles: true }));
};

const clean = (isOver) => carefully(() => {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith(PREFIX) && isOver(name)) localStorage.removeItem(name);
  }
});
const isOld = (name) => Date.now() - (carefully(() => JSON.parse(localStorage.getItem(name)))?.at ?? 0) > KEPT_FOR;

document.addEventListener("input", soon);
document.addEventListener("change", soon);
document.addEventListener("composer:pictures", soon);
document.addEventListener("composer:sent", ({ target }) => forget(target));
// Who leaves at once, by a link or by closing, leaves with the last word kept.
window.addEventListener("pagehide", () => {
  for (const form of waiting.keys()) keep(form);
});
document.addEventListener("submit", ({ target }) => {
  if (new URL(target.action).pathname !== "/sign-out") return;
  for (const form of waiting.keys()) rest(form);
  clean(() => true);
});

for (const form of document.querySelectorAll(FORMS)) {
  clean((name) => !name.startsWith(`${PREFIX}${form.dataset.owner}:`) || isOld(name));
  bringBack(form);
}
