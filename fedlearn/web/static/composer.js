// This is where a composer counts its last characters, and sends on Ctrl+Enter.
// Without it the form works as it is; the server has the last word on length.

import { lengthOf } from "./lengths.js";

const SHOWN_FROM = 80;
const FORMS = '[data-module~="composer"]';

const count = (form) => {
  const { text, content_warning: warning } = form.elements;
  const counter = form.querySelector("[data-counter]");
  // A warning is part of the post.
  const left = Number(form.dataset.limit) - lengthOf(text.value) - [...(warning?.value.trim() ?? "")].length;
  counter.hidden = left > SHOWN_FROM;
  counter.value = String(left);
  counter.classList.toggle("error", left < 0);
};

document.addEventListener("input", ({ target }) => {
  if (target.form?.matches(FORMS)) count(target.form);
});
document.addEventListener("composer:fresh", ({ target }) => count(target));
document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.matches(FORMS)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.button:not([name], [type])"));
  }
});
for (const form of document.querySelectorAll(FORMS)) count(form);
