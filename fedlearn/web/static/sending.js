// This is where a composer is sent without leaving the page: what was posted stands on top of the
// timeline or below the conversation, what is wrong stands beside its field, and nothing is lost.

import "./loops.js";
import "./mended.js";
import { uploaded } from "./picking.js";

const FORMS = '[data-module~="sending"]';

const parsed = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content.firstElementChild;

const replace = (form, html) => {
  const fresh = parsed(html);
  form.replaceWith(fresh);
  fresh.dispatchEvent(new CustomEvent("composer:fresh", { bubbles: true }));
  const wrong = fresh.querySelector('[aria-invalid="true"]');
  (wrong ?? fresh.elements.text).focus({ preventScroll: !wrong });
  return fresh;
};

// In a conversation below the last answer; else on top, where the button for what is new has its place.
const insert = (html, isReply) => {
  const timeline = document.querySelector(".timeline");
  const card = parsed(html);
  const last = [...timeline.querySelectorAll(".answer")].at(-1);
  const news = timeline.querySelector("[data-news]")?.parentElement;
  if (isReply) {
    const place = Object.assign(document.createElement("div"), { className: "answer depth-0" });
    place.append(card);
    if (last) last.after(place);
    else timeline.prepend(place);
  } else if (news) news.after(card);
  else timeline.prepend(card);
  document.querySelector("main .nothing")?.remove();
};

// What is written while it is on its way would be lost.
const hold = (form, isBusy) => {
  if (isBusy) form.setAttribute("aria-busy", "true");
  else form.removeAttribute("aria-busy");
  for (const field of form.elements) if ("readOnly" in field) field.readOnly = isBusy;
};

const fail = (form, words) => {
  hold(form, false);
  const place = form.querySelector("[data-failure]");
  place.textContent = words;
  place.hidden = false;
};

// To another place on the same page a browser would only scroll.
const go = (next) => {
  const { pathname, search } = new URL(next, location);
  if (pathname + search !== location.pathname + location.search) {
    location.assign(next);
    return;
  }
  history.replaceState(history.state, "", next);
  location.reload();
};

const settle = (form, { error, card, composer, next }) => {
  if (error) {
    fail(form, error);
    return;
  }
  if (card || next) form.dispatchEvent(new CustomEvent("composer:sent", { bubbles: true }));
  if (next) {
    go(next);
    return;
  }
  if (card) insert(card, "in_reply_to_id" in form.elements);
  replace(form, composer);
};

const send = async (form) => {
  hold(form, true);
  form.querySelector("[data-failure]").hidden = true;
  try {
    await uploaded(form);
    const response = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { accept: "application/json" },
    });
    const isOurs = response.headers.get("content-type")?.startsWith("application/json");
    // What broke is said in words for programs, or by who stands between.
    if (response.status >= 500) fail(form, form.dataset.failed);
    else if (isOurs) settle(form, await response.json());
    // The page that the server has for it says more, such as to sign in again with what was written.
    else form.submit();
  } catch (error) {
    console.warn("nothing was sent", error);
    fail(form, form.dataset.failed);
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches(FORMS) || event.submitter?.name) return;
  event.preventDefault();
  if (form.getAttribute("aria-busy") !== "true") send(form);
});
// A page that a browser kept for the way back is not busy any more.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of document.querySelectorAll(FORMS)) hold(form, false);
});
