// This is where names, hashtags and emojis are completed while somebody writes: a list below the text,
// by the arrow keys and Enter, or by touch. Escape puts it away.

const FORMS = '[data-module~="completing"]';
// The text, and whom a message is for.
const FIELDS = new Set(["text", "to", "adding"]);
// What is being written: a sign that is not in the middle of a word, and its beginning.
const BEGUN = /(?:^|[^\p{L}\p{N}_/@.:&])([@#:])([\p{L}\p{N}_][\p{L}\p{N}_@.\-]{0,40})$/u;
const SHORTEST = { "@": 1, "#": 1, ":": 2 };
const PATIENCE = 150;

let open = null; // the list that is shown: its text, where the word begins, its options
let later = 0;
let asked = null;

const begun = (text) => {
  if (text.selectionStart !== text.selectionEnd) return null;
  const found = BEGUN.exec(text.value.slice(0, text.selectionStart));
  if (!found || found[2].length < SHORTEST[found[1]]) return null;
  return { kind: found[1], beginning: found[2], from: text.selectionStart - found[2].length - 1 };
};

const listOf = (text) => {
  const known = text.form.querySelector("[role=listbox]");
  if (known) return known;
  const list = document.createElement("ul");
  list.id = "completions";
  list.className = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", text.form.dataset.completions);
  text.after(list);
  text.setAttribute("aria-autocomplete", "list");
  return list;
};

const close = () => {
  clearTimeout(later);
  asked?.abort();
  if (!open) return;
  open.list.remove();
  for (const name of ["aria-controls", "aria-activedescendant"]) open.text.removeAttribute(name);
  open = null;
};

const mark = (index) => {
  open.index = index;
  for (const [number, one] of [...open.list.children].entries()) {
    one.setAttribute("aria-selected", String(number === index));
    if (number === index) one.scrollIntoView({ block: "nearest" });
  }
  open.text.setAttribute("aria-activedescendant", `completion-${index}`);
};

const take = (index) => {
  const { text, from, options } = open;
  const to = text.selectionStart;
  text.setRangeText(`${options[index].value} `, from, to, "end");
  close();
  text.focus();
  text.dispatchEvent(new InputEvent("input", { bubbles: true }));
};

const drawn = ({ label, note, picture }, index) => {
  const option = document.createElement("li");
  option.id = `completion-${index}`;
  option.setAttribute("role", "option");
  if (picture) {
    const image = Object.assign(document.createElement("img"), { src: picture, alt: "", width: 32, height: 32 });
    option.append(image);
  }
  const words = document.createElement("span");
  for (const [tag, said] of [["b", label], ["span", note]]) {
    if (said) words.append(Object.assign(document.createElement(tag), { textContent: said, dir: "auto" }));
  }
  option.append(words);
  return option;
};

const show = (text, from, { options, told }) => {
  if (!options.length) {
    close();
    return;
  }
  const list = listOf(text);
  list.replaceChildren(...options.map(drawn));
  open = { text, from, options, list, index: 0 };
  text.setAttribute("aria-controls", list.id);
  mark(0);
  const status = text.form.querySelector("[data-told]");
  if (status) status.textContent = told;
};

const ask = async (text) => {
  const word = begun(text);
  if (!word) return;
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams({ kind: word.kind, text: word.beginning });
  try {
    const response = await fetch(`/composer/completions?${query}`, { signal: asked.signal });
    const now = begun(text);
    if (response.ok && now?.from === word.from && document.activeElement === text) show(text, word.from, await response.json());
  } catch (error) {
    if (error.name !== "AbortError") console.warn("nothing is completed", error);
  }
};

document.addEventListener("input", ({ target }) => {
  if (!FIELDS.has(target.name) || !target.form?.matches(FORMS)) return;
  clearTimeout(later);
  if (begun(target)) later = setTimeout(ask, PATIENCE, target);
  else close();
});

const KEYS = {
  ArrowDown: () => mark((open.index + 1) % open.options.length),
  ArrowUp: () => mark((open.index + open.options.length - 1) % open.options.length),
  Enter: () => take(open.index),
  Tab: () => take(open.index),
  Escape: close,
};

// Before others hear of a key that is meant for the list.
document.addEventListener("keydown", (event) => {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  if (!open || event.target !== open.text || !isPlain || !KEYS[event.key]) return;
  event.preventDefault();
  event.stopPropagation();
  KEYS[event.key]();
}, true);

document.addEventListener("pointerdown", (event) => {
  const option = event.target.closest?.("[role=listbox] > [role=option]");
  if (!open || !option) return;
  event.preventDefault(); // the text keeps its place
  take([...open.list.children].indexOf(option));
});
// When the list goes, what is below it moves up: not before a click on that has arrived.
let isPressed = false;
const release = () => {
  isPressed = false;
  if (open && document.activeElement !== open.text) close();
};
document.addEventListener("pointerdown", () => { isPressed = true; }, true);
for (const end of ["click", "pointercancel"]) addEventListener(end, release);
document.addEventListener("focusout", ({ target }) => {
  clearTimeout(later);
  if (target === open?.text && !isPressed) close();
});
