// This is where pictures are uploaded as soon as they are chosen, pasted or dropped, put in order, and
// where it is picked by a click what stays visible of them. Without it, the form uploads them itself.

const FORMS = '[data-module~="picking"]';
const underWay = new WeakMap();

// Resolves when nothing is being uploaded any more for a form.
export const uploaded = (form) => Promise.allSettled([...(underWay.get(form) ?? [])]);

const partsOf = (form) => {
  const place = form.querySelector("[data-pictures]");
  const find = (name) => place.querySelector(`[data-${name}]`);
  return { place, rows: find("rows"), places: find("places"), refused: find("refused"), choose: find("choose") };
};
const rowsIn = (form) => [...form.querySelectorAll("[data-picture]")];

const say = (form, words) => {
  const { refused } = partsOf(form);
  refused.textContent = words;
  refused.hidden = !words;
};
const sayMore = (form, words) => say(form, [partsOf(form).refused.textContent, words].filter(Boolean).join(" "));

const tell = (form) => form.dispatchEvent(new CustomEvent("composer:pictures", { bubbles: true }));

// --- one picture -----------------------------------------------------------------------------------

const aim = (row) => {
  const look = row.querySelector("[data-focus]");
  if (!look) return;
  const [x, y] = ["x", "y"].map((axis) => Number(row.querySelector(`[name^="focus_${axis}_"]`).value));
  let spot = look.querySelector(".spot");
  if (!spot) {
    spot = document.createElement("span");
    spot.className = "spot";
    look.append(spot);
  }
  spot.style.left = `${(x + 1) * 50}%`;
  spot.style.top = `${(1 - y) * 50}%`;
};

const pick = (row, event) => {
  const { left, top, width, height } = row.querySelector("[data-focus] img").getBoundingClientRect();
  const share = (at, size) => Math.round(Math.max(-1, Math.min(1, (at / size) * 2 - 1)) * 20) / 20;
  row.querySelector('[name^="focus_x_"]').value = share(event.clientX - left, width);
  row.querySelector('[name^="focus_y_"]').value = -share(event.clientY - top, height);
  aim(row);
  tell(row.closest("form"));
};

// Places follow the order in which the rows stand; numbers only tell them apart.
const arrange = (form) => {
  const rows = rowsIn(form);
  for (const [index, row] of rows.entries()) {
    row.querySelector('[name^="place_"]').value = String(index + 1);
    row.querySelector(".place-of").hidden = true;
    row.querySelector('[type="checkbox"]').closest("label").hidden = true;
    row.querySelector("[data-remove]").hidden = false;
    row.querySelector("[data-earlier]").hidden = index === 0;
    aim(row);
  }
  const { place, choose, places } = partsOf(form);
  // Their fields have the same names as those of the pictures that come now.
  places?.remove();
  choose.hidden = rows.length >= Number(place.dataset.most);
};

// --- uploading -------------------------------------------------------------------------------------

const freeNumber = (form) => {
  const { place } = partsOf(form);
  const taken = new Set(rowsIn(form).map((row) => Number(row.dataset.picture)));
  for (const one of form.querySelectorAll("[data-coming]")) taken.add(Number(one.dataset.coming));
  for (let number = 1; number <= Number(place.dataset.most); number += 1) if (!taken.has(number)) return number;
  return null;
};

const send = (form, file, number, bar) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  const body = new FormData();
  body.set("csrf", form.elements.csrf.value);
  body.set("number", String(number));
  body.set("picture", file);
  request.open("POST", partsOf(form).place.dataset.pictures);
  request.setRequestHeader("accept", "application/json");
  request.responseType = "json";
  request.upload.onprogress = ({ loaded, total }) => { bar.value = loaded / total; };
  request.onload = () => {
    if (request.status === 200) resolve(request.response.html);
    // What broke is said in words for programs.
    else reject(request.status < 500 ? request.response?.error : null);
  };
  request.onerror = () => reject(null);
  request.send(body);
});

const upload = async (form, file) => {
  const { place, rows } = partsOf(form);
  const number = freeNumber(form);
  place.open = true;
  if (number === null) {
    sayMore(form, place.dataset.tooMany);
    return;
  }
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.dataset.coming = String(number);
  bar.setAttribute("aria-label", file.name);
  rows.append(bar);
  try {
    bar.insertAdjacentHTML("beforebegin", await send(form, file, number, bar));
  } catch (reason) {
    sayMore(form, `${file.name}: ${reason || place.dataset.failed}`);
  } finally {
    bar.remove();
    arrange(form);
    tell(form);
  }
};

// What the server takes stands on the field: pictures, and maybe films and sounds.
const isTaken = (form, { type }) =>
  partsOf(form).choose.querySelector("input").accept.split(",").some((kind) => type.startsWith(kind.replace("*", "")));

const take = (form, files) => {
  const pictures = [...files].filter((file) => isTaken(form, file));
  if (!pictures.length) return false;
  say(form, "");
  const all = underWay.get(form) ?? new Set();
  underWay.set(form, all);
  for (const file of pictures) {
    const work = upload(form, file);
    all.add(work);
    work.finally(() => all.delete(work));
  }
  return true;
};

// --- what somebody does ----------------------------------------------------------------------------

const formAt = ({ target }) => target.closest?.(FORMS);

document.addEventListener("change", (event) => {
  const form = formAt(event);
  if (!form || !event.target.closest("[data-choose]")) return;
  take(form, event.target.files);
  event.target.value = "";
});
document.addEventListener("paste", (event) => {
  const form = formAt(event);
  if (form && take(form, event.clipboardData.files)) event.preventDefault();
});
document.addEventListener("dragover", (event) => {
  if (formAt(event) && event.dataTransfer.types.includes("Files")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const form = formAt(event);
  if (form && take(form, event.dataTransfer.files)) event.preventDefault();
});
document.addEventListener("input", ({ target }) => {
  if (target.name?.startsWith("focus_")) aim(target.closest("[data-picture]"));
});
document.addEventListener("click", (event) => {
  const row = event.target.closest?.("[data-picture]");
  const form = row && formAt(event);
  if (!form) return;
  if (event.target.closest("[data-focus]")) pick(row, event);
  if (event.target.closest("[data-earlier]")) row.previousElementSibling.before(row);
  else if (event.target.closest("[data-remove]")) row.remove();
  else return;
  arrange(form);
  tell(form);
  (row.isConnected ? row.querySelector("[data-remove]") : partsOf(form).choose.querySelector("input")).focus();
});

const begin = ({ target }) => {
  if (target.matches(FORMS)) arrange(target);
};
document.addEventListener("composer:fresh", begin);
document.addEventListener("composer:pictures", begin);
for (const target of document.querySelectorAll(FORMS)) begin({ target });
