// This is where a page is read by keys: from post to post, what to do with one, and where to go.
// Single letters can be switched off. What each key does is told by the page that the link leads to.

import { carefully } from "./keeping.js";

const SWITCH = "fedlearn.keys"; // "off" in localStorage
const PATIENCE = 1500; // milliseconds for the second key of two
const STOPS = ".card, .notification.told, .filtered:not([open])";
const PLACES = {
  h: "/", n: "/notifications", l: "/public", m: "/conversations", d: "/deck",
  f: "/favourites", k: "/bookmarks", s: "/settings",
};

const link = document.querySelector('[data-module~="keys"]');
const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
let last = null;
let isGoing = 0;

// --- from post to post -----------------------------------------------------------------------------

const here = () => document.activeElement?.closest(STOPS) ?? (last?.isConnected ? last : null);

const move = (step) => {
  const from = here();
  // In a deck one stays in one's column.
  const within = from?.closest(".deck-column") ?? document.querySelector("main");
  const stops = [...within.querySelectorAll(STOPS)].filter((one) => one.checkVisibility());
  if (!stops.length) return;
  const first = stops.findIndex((one) => one.getBoundingClientRect().bottom > 0);
  const at = from ? stops.indexOf(from) + step : Math.max(first, 0);
  last = stops[Math.min(Math.max(at, 0), stops.length - 1)];
  const target = last.matches("details") ? last.querySelector("summary") : last;
  if (target === last) target.tabIndex = -1;
  // Not every browser marks what a script puts the focus on.
  document.documentElement.dataset.byKeys = "";
  target.focus({ preventScroll: true });
  last.scrollIntoView({ block: "start", behavior: isCalm ? "instant" : "smooth" });
};

const press = (what) => here()?.querySelector(what)?.click();

const opens = () => {
  const at = here();
  if (at?.matches("details")) at.open = true;
  else (at?.querySelector("a.time") ?? at?.querySelector("p.muted > a") ?? at?.querySelector("a"))?.click();
};

const write = () => {
  const field = document.querySelector("form.composer:not(:has([name=in_reply_to_id])) #text");
  if (field) field.focus();
  else location.assign("/#text");
};

const search = () => {
  const field = document.querySelector("#q");
  if (field) field.focus();
  else location.assign("/search#q");
};

const ACTS = {
  j: () => move(1),
  k: () => move(-1),
  r: () => press('.acts a.act[href$="#text"]'),
  b: () => press('.acts [formaction$="boost"]'),
  l: () => press('.acts [formaction$="favourite"]'),
  o: opens,
  n: write,
  "/": search,
  "?": () => tellKeys(),
  g: () => { isGoing = Date.now(); },
};

// --- help ------------------------------------------------------------------------------------------

let chosen = null; // on this page, where a browser forbids that anything is kept
const isOff = () => (carefully(() => localStorage.getItem(SWITCH)) ?? chosen) === "off";
const choose = (how) => {
  chosen = how;
  carefully(() => localStorage.setItem(SWITCH, how));
};

// The page with the keys, or a dialog that holds it: the switch works in both.
const wire = (place) => {
  const label = place.querySelector("[data-switch]");
  const box = label.querySelector("input");
  label.hidden = false;
  box.checked = !isOff();
  box.addEventListener("change", () => choose(box.checked ? "on" : "off"));
};

const help = async () => {
  let dialog = document.querySelector("dialog.keys");
  if (!dialog) {
    const response = await fetch(link.href);
    if (!response.ok) throw new Error(`keys: ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    dialog = Object.assign(document.createElement("dialog"), { className: "keys" });
    dialog.setAttribute("aria-labelledby", "keys-title");
    dialog.append(page.querySelector("[data-keys]"));
    // Else the switch below gets the focus, and one begins at the end.
    Object.assign(dialog.querySelector("h1"), { id: "keys-title", tabIndex: -1, autofocus: true });
    document.body.append(dialog);
    wire(dialog);
  }
  dialog.showModal();
};

// What keeps the dialog away is told by the browser or the server on the way to the page.
const tellKeys = () => help().catch((error) => {
  console.warn("the keys are not shown here", error);
  location.assign(link.href);
});

link.addEventListener("click", (event) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  tellKeys();
});
const page = document.querySelector("main [data-keys]");
if (page) wire(page);

// --- which key -------------------------------------------------------------------------------------

const closeMenu = () => {
  const menu = document.activeElement?.closest("details.more[open]") ?? document.querySelector("details.more[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
};

const isTyping = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

addEventListener("pointerdown", () => { delete document.documentElement.dataset.byKeys; });
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (key === "Escape") closeMenu();
  else if (key === "Enter" && target.matches(STOPS)) opens();
  else if (!isOff() && !event.repeat && !isTyping(target)) {
    const place = Date.now() - isGoing < PATIENCE && PLACES[key];
    isGoing = 0;
    const act = place ? () => location.assign(place) : Object.hasOwn(ACTS, key) && ACTS[key];
    if (!act) return;
    event.preventDefault();
    act();
  }
});
