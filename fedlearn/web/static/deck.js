// This is where a column of a deck grows at its end without leaving the page.

import { skeleton } from "./skeleton.js";

const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

for (const deck of document.querySelectorAll("[data-module~=deck]")) {
  deck.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-older]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    link.setAttribute("aria-busy", "true");
    const shapes = skeleton();
    link.parentElement.before(shapes);
    try {
      const response = await fetch(link.dataset.older, { credentials: "same-origin" });
      if (!response.ok) throw new Error(`older: ${response.status}`);
      const { content } = Object.assign(document.createElement("template"), { innerHTML: await response.text() });
      const first = content.querySelector("[data-item]");
      link.parentElement.replaceWith(content);
      first?.setAttribute("tabindex", "-1");
      first?.focus({ preventScroll: true });
    } catch {
      location.assign(link.href);
    } finally {
      shapes.remove();
    }
  });

  // On a phone one column is seen at a time: its tab says so.
  const tabs = [...document.querySelectorAll(".deck-tabs a")];
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const tab = tabs.find((one) => one.hash === `#${target.id}`);
        if (isIntersecting) tab?.setAttribute("aria-current", "true");
        else tab?.removeAttribute("aria-current");
      }
    },
    { root: deck, threshold: 0.6 },
  );
  for (const column of deck.children) seen.observe(column);

  // From one column to its neighbour, unless somebody writes or a menu is open.
  deck.addEventListener("keydown", (event) => {
    const column = event.target.closest(".deck-column");
    const step = STEPS[event.key] * (document.dir === "rtl" ? -1 : 1);
    if (!column || !step || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest("input, textarea, select, audio, video, details[open]")) return;
    const next = step > 0 ? column.nextElementSibling : column.previousElementSibling;
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest", inline: "nearest" });
  });
}
