// This is where all languages come into a choice that has only the likely ones, once it is in sight.

const fetchAll = async (address) => {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`languages: ${response.status}`);
  return Object.entries(await response.json());
};

const fill = async (choice) => {
  const address = choice.dataset.tongues;
  delete choice.dataset.tongues;
  try {
    const known = new Set([...choice.options].map(({ value }) => value));
    for (const [code, name] of await fetchAll(address)) if (!known.has(code)) choice.add(new Option(name, code));
  } catch (error) {
    console.warn("few languages are offered", error);
    // They are asked for again when somebody looks again.
    choice.dataset.tongues = address;
  }
};

document.addEventListener("toggle", ({ target }) => {
  const choice = target.open && target.querySelector("[data-tongues]");
  if (choice) fill(choice);
}, true);
for (const choice of document.querySelectorAll("details[open] [data-tongues], form > [data-tongues]")) fill(choice);
