// This is where a page gets the modules that its parts ask for, each once. Every page works without.

const PATIENCE = 3000; // milliseconds until a form can be sent again, where its page is still there

const wanted = new Set();

for (const { dataset } of document.querySelectorAll("[data-module]")) {
  for (const name of dataset.module.split(" ")) wanted.add(name);
}
for (const name of wanted) {
  import(`./${name}.js`).catch((error) => console.warn(`${name} did not load`, error));
}

// Who presses twice sends once. What a module sends in place is none of this.
addEventListener("submit", (event) => {
  const { target, defaultPrevented } = event;
  if (defaultPrevented) return;
  if ("sent" in target.dataset) event.preventDefault();
  target.dataset.sent = "";
  setTimeout(() => { delete target.dataset.sent; }, PATIENCE);
});
