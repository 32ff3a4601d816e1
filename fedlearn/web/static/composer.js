// This is where a composer counts its last characters, and sends on Ctrl+Enter.
// Without it the form works as it is; the server has the last word on length.

const SHOWN_FROM = 80;

for (const form of document.querySelectorAll("[data-composer]")) {
  const { text, content_warning: warning } = form.elements;
  const counter = form.querySelector("[data-counter]");
  const limit = Number(form.dataset.limit);

  const count = () => {
    // Characters as the server counts them, not UTF-16 units; a warning is part of the post.
    const left = limit - [...text.value].length - [...warning.value.trim()].length;
    counter.hidden = left > SHOWN_FROM;
    counter.value = String(left);
    counter.classList.toggle("error", left < 0);
  };

  form.addEventListener("input", count);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  count();
}
