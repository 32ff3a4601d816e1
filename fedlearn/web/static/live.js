// This is where an open page hears what is new, through one stream for the whole tab. Nothing moves
// while somebody reads: what has arrived waits behind a button. Without this file a page is as before.

import { Timeline } from "./timeline.js";

const PATIENCE = 60_000; // until a stream that was refused is asked for again

const root = document.documentElement;
const nav = document.querySelector("[data-since]");
const timelines = [...document.querySelectorAll("[data-stream]")].map((one) => new Timeline(one));
const title = document.title;

let source = null;
let since = nav.dataset.since;
let hasBegunBefore = false;
let isSignedOut = false;
let later = 0;

const open = () => {
  clearTimeout(later);
  if (source || isSignedOut) return;
  const names = new Set([...timelines.map(({ name }) => name), "notifications"]);
  const query = new URLSearchParams([["since", since], ...[...names].map((name) => ["stream", name])]);
  source = new EventSource(`/live?${query}`);
  for (const [name, hear] of Object.entries(HEARD)) {
    source.addEventListener(name, (event) => {
      since = event.lastEventId;
      hear(JSON.parse(event.data));
    });
  }
  source.onerror = () => {
    delete root.dataset.live;
    // The browser comes back by itself, unless the answer was no.
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    later = setTimeout(open, PATIENCE);
  };
};

const close = () => {
  clearTimeout(later);
  source?.close();
  source = null;
  delete root.dataset.live;
};

const count = (number) => {
  const badge = nav.querySelector("[data-unread]");
  badge.hidden = !number;
  badge.firstElementChild.textContent = number < 100 ? number : "99+";
  document.title = number ? `(${number}) ${title}` : title;
};

const HEARD = {
  begun() {
    root.dataset.live = "";
    // What was edited or deleted during a break is found out by looking at the cards again.
    if (hasBegunBefore) for (const one of timelines) one.refresh();
    hasBegunBefore = true;
  },
  arrived({ stream, ids, more }) {
    for (const one of timelines) if (one.name === stream) one.arrived(ids, more);
  },
  edited: ({ ids }) => { for (const one of timelines) one.refresh(ids); },
  gone: ({ ids }) => { for (const one of timelines) one.remove(ids); },
  unread: (told) => count(told.count),
  // Another tab of this browser took the place: come back when somebody looks here again.
  elsewhere: close,
  "signed-out": () => { isSignedOut = true; close(); },
};

if (nav && window.EventSource) {
  // A page that is kept for the way back must not hold a stream; it asks for what it missed.
  addEventListener("pagehide", close);
  addEventListener("pageshow", open);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) open(); });
  open();
}
