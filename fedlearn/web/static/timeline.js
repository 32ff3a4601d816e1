// This is where cards of an open page come, change and go: one object for each timeline that goes on.

import "./loops.js";

const FROM = "/live/cards";
const MOST_AT_ONCE = 40;

const idOf = (card) => card.dataset.item;
// A card with words that its reader does not want to read is folded.
const wholeOf = (card) => card.closest(".filtered") ?? card;

// The cards of these posts as the server shows them now; those that are no more are missing.
const fetchCards = async (name, ids) => {
  const query = new URLSearchParams({ stream: name, ids: ids.join(",") });
  const response = await fetch(`${FROM}?${query}`, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`cards: ${response.status}`);
  const { content } = Object.assign(document.createElement("template"), { innerHTML: await response.text() });
  return [...content.children].map((one) => (one.matches("[data-item]") ? one : one.querySelector("[data-item]")));
};

export class Timeline {
  constructor(element) {
    this.element = element;
    this.name = element.dataset.stream;
    this.waiting = new Set();
    this.isTooMuch = false;
    // The post that a page is about, and what stands above it, only change and go.
    this.button = element.querySelector("[data-news]");
    if (!this.button) return;
    this.button.addEventListener("click", (event) => this.press(event));
    // A post of one's own may be here before the stream tells of it, or after.
    new MutationObserver(() => this.show()).observe(element, { childList: true });
  }

  cards() {
    return [...this.element.querySelectorAll("[data-item]")];
  }

  has(id) {
    return this.element.querySelector(`[data-item="${id}"]`) !== null;
  }

  // What was posted in the moments before the page was made may stand on its next page already.
  // Of a thread everything is here, and what was written long ago may still come.
  isFurtherDown(id) {
    if (this.name.startsWith("thread:")) return false;
    const shown = this.cards().map((card) => BigInt(idOf(card)));
    return shown.length > 0 && shown.every((one) => BigInt(id) < one);
  }

  arrived(ids, more) {
    if (!this.button) return;
    const fresh = ids.filter((id) => !this.isFurtherDown(id) && !this.has(id));
    for (const id of fresh) this.waiting.add(id);
    this.isTooMuch ||= (more && fresh.length === ids.length) || this.waiting.size > MOST_AT_ONCE;
    this.show();
  }

  show() {
    if (!this.button) return;
    for (const id of this.waiting) if (this.has(id)) this.waiting.delete(id);
    const count = this.isTooMuch ? `${MOST_AT_ONCE}+` : String(this.waiting.size);
    this.button.hidden = !this.isTooMuch && this.waiting.size === 0;
    const text = this.button.dataset.words.replace("{n}", count);
    if (this.button.textContent !== text) this.button.textContent = text;
  }

  async press(event) {
    // Where there is too much to put in, the link leads to the page as it is now.
    if (this.isTooMuch || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const ids = [...this.waiting];
    this.button.setAttribute("aria-busy", "true");
    try {
      const cards = await fetchCards(this.name, ids.reverse());
      for (const id of ids) this.waiting.delete(id);
      this.insert(cards.filter((card) => !this.has(idOf(card))));
    } catch {
      location.assign(this.button.href);
    } finally {
      this.button.removeAttribute("aria-busy");
      this.show();
    }
  }

  // Newest first; the first of them is what somebody wants to read next.
  insert(cards) {
    if (!cards.length) return;
    const news = this.button.parentElement;
    const isBelow = news.classList.contains("below");
    if (this.name.startsWith("thread:")) for (const card of [...cards].reverse()) this.answer(card);
    else if (isBelow) news.before(...cards.map(wholeOf).reverse());
    else news.after(...cards.map(wholeOf));
    const first = isBelow ? cards.at(-1) : cards[0];
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "nearest" });
  }

  // An answer stands below what it answers, and below the answers that stand there already.
  answer(card) {
    const parent = document.getElementById(`s${card.dataset.answers}`)?.closest(".answer");
    const depthOf = (answer) => Number(/depth-(\d)/.exec(answer.className)[1]);
    const place = document.createElement("div");
    const depth = parent ? Math.min(depthOf(parent) + 1, 3) : 0;
    place.className = `answer depth-${depth}`;
    place.append(wholeOf(card));
    let after = parent ?? [...this.element.querySelectorAll(".answer")].at(-1);
    if (parent) {
      while (after.nextElementSibling?.matches(".answer") && depthOf(after.nextElementSibling) >= depth
        && depth > depthOf(parent)) after = after.nextElementSibling;
    }
    if (after) after.after(place);
    else this.element.prepend(place);
  }

  // All cards, or those of these posts, as the server shows them now.
  async refresh(only) {
    if (this.name === "notifications") return;
    const old = this.cards().filter((card) => !only || only.includes(card.id.slice(1)));
    for (let start = 0; start < old.length; start += MOST_AT_ONCE) {
      const some = old.slice(start, start + MOST_AT_ONCE);
      try {
        const cards = await fetchCards(this.name, some.map(idOf));
        const found = new Map(cards.map((card) => [idOf(card), card]));
        for (const card of some) this.replace(card, found.get(idOf(card)));
      } catch (error) {
        console.warn("cards stay as they are", error);
      }
    }
  }

  replace(old, card) {
    if (!card) remove(old);
    else if (old.classList.contains("large") || old.contains(document.activeElement)) {
      // Whoever is in the middle of something there keeps it; only the words are new.
      const [from, to] = [card, old].map((one) => one.querySelector(".text"));
      if (from && to) to.replaceWith(from);
    } else wholeOf(old).replaceWith(wholeOf(card));
  }

  remove(ids) {
    for (const id of ids) {
      this.waiting.delete(id);
      for (const card of this.cards()) {
        const isIt = idOf(card) === id || card.id === `s${id}`;
        // The news of a deletion that was undone here may come after it.
        if (isIt && !card.matches(".large, [data-put-back]")) remove(card);
      }
    }
    this.show();
  }
}

const remove = (card) => {
  const place = card.closest(".answer, .notification, .filtered") ?? card;
  if (place.contains(document.activeElement)) {
    const next = place.nextElementSibling ?? place.previousElementSibling;
    next?.setAttribute("tabindex", "-1");
    next?.focus({ preventScroll: true });
  }
  place.remove();
};
