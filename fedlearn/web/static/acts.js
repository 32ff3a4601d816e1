// This is where the buttons of posts and people act in place: at once, before the server has answered.
// What fails is put back, and said beside it. Without this file each leads back to its page.

const UNDO_FOR = 10_000; // as long as the server waits
const SAID_FOR = 6_000;
const TOGGLE = /\/(un)?(boost|favourite|bookmark|pin|follow)$/;

const form = document.querySelector('[data-module~="acts"]');
const words = JSON.parse(form.dataset.words);
const turns = new Map();

// --- sending ---------------------------------------------------------------------------------------

class Refused extends Error {}

// What stands between us and the server may answer in words of its own.
const reasonOf = (error) => (error instanceof Refused && error.message) || words.failed;

// The answer to who did not ask for a page is an error to read, or that there is a page to go to.
const send = async (address, fields = {}) => {
  const body = new URLSearchParams({ csrf: form.elements.csrf.value, ...fields });
  const headers = { accept: "application/json" };
  const answer = await fetch(address, { method: "POST", body, headers, redirect: "manual" });
  if (answer.type === "opaqueredirect") return;
  // What broke is said in words for programs.
  throw answer.status < 500 ? new Refused((await answer.json()).error) : new Error(String(answer.status));
};

const pageIn = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

// What somebody does with one post goes in the order in which they did it.
const inTurn = (key, task) => {
  const turn = (turns.get(key) ?? Promise.resolve()).then(task);
  turns.set(key, turn.catch(() => {}));
  return turn;
};

// --- what is seen and heard ------------------------------------------------------------------------

const say = (place, text) => {
  const home = place.closest(".card")?.querySelector(":scope > div") ?? place.closest(".profile, main");
  home.querySelector(":scope > .said")?.remove();
  const note = Object.assign(document.createElement("p"), { className: "said small" });
  note.setAttribute("role", "status");
  home.append(note);
  // A place that is heard must be there before its words are.
  setTimeout(() => { note.textContent = text; });
  setTimeout(() => note.remove(), SAID_FOR);
};

const addressOf = (button) => button.getAttribute("formaction") ?? button.form.getAttribute("action");
const verbOf = (address) => address.slice(address.lastIndexOf("/") + 1);
const opposite = (address) => address.replace(TOGGLE, (_, un, verb) => `/${un ? "" : "un"}${verb}`);

// The same post may stand on a page twice.
const twins = (button) => {
  if (!button.hasAttribute("formaction")) return [button];
  return [...document.querySelectorAll(`[formaction=${JSON.stringify(addressOf(button))}]`)];
};

const turn = (button) => {
  const next = opposite(addressOf(button));
  const verb = verbOf(next);
  const isDone = verb.startsWith("un");
  const holder = button.hasAttribute("formaction") ? button : button.form;
  holder.setAttribute(holder === button ? "formaction" : "action", next);
  if (button.matches(".act")) {
    button.classList.toggle("pressed", isDone);
    button.title = words[verb];
    count(button, isDone ? 1 : -1);
  } else {
    button.textContent = (isDone && holder.dataset.then) || words[verb];
    if (!button.matches(".button")) return;
    button.classList.toggle("quiet", isDone);
    button.title = isDone ? words.stop : "";
  }
};

const count = (button, change) => {
  const old = button.querySelector(".count");
  // It stands there as the reader's language writes it.
  const number = Number(old?.textContent.replace(/\D/g, "") ?? 0) + change;
  const written = number.toLocaleString(document.documentElement.lang);
  old?.remove();
  button.removeAttribute("aria-label");
  if (number < 1) return;
  button.append(Object.assign(document.createElement("span"), { className: "count", textContent: written }));
  button.ariaLabel = words.counted.replace("{label}", button.title).replace("{count}", written);
};

// --- acts ------------------------------------------------------------------------------------------

// Whether a follow counts is for the other side to say: the page knows.
const recount = async () => {
  const page = await pageIn(await fetch(location.href));
  document.querySelector("[data-follows]").replaceWith(page.querySelector("[data-follows]"));
};

const toggle = async (button) => {
  const address = addressOf(button);
  const menu = button.closest("details.more");
  const all = twins(button);
  for (const one of all) turn(one);
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
    say(menu, words.done[verbOf(address)]);
  }
  try {
    await inTurn(address.replace(TOGGLE, ""), () => send(address));
    if (button.form.matches(".follow")) recount().catch((error) => console.warn("the count stays", error));
  } catch (error) {
    for (const one of all) turn(one);
    say(button, reasonOf(error));
  }
};

const vote = async (poll, ballot) => {
  const button = ballot.querySelector("button");
  const body = new URLSearchParams(new FormData(ballot));
  const id = /\d+/.exec(ballot.getAttribute("action"))[0];
  body.set("next", poll.closest(".card").querySelector(".time").getAttribute("href"));
  button.disabled = true;
  button.classList.add("pressed");
  try {
    // The page of the post shows how it stands now, or what is wrong with the choice.
    const answer = await fetch(ballot.action, { method: "POST", body });
    const page = await pageIn(answer);
    const now = page.querySelector(`#s${id} .poll`);
    if (!now) throw new Refused(page.querySelector("main [role=alert], main .lead, main p")?.textContent);
    now.tabIndex = -1;
    poll.replaceWith(now);
    now.focus({ preventScroll: true });
  } catch (error) {
    button.disabled = false;
    button.focus();
    say(poll, reasonOf(error));
  } finally {
    button.classList.remove("pressed");
  }
};

const remove = async (button) => {
  const address = addressOf(button);
  const card = button.closest(".card");
  const others = [...document.querySelectorAll(`[id="${card.id}"]`)].filter((one) => one !== card);
  const offer = Object.assign(document.createElement("p"), { className: "undo notice", tabIndex: -1 });
  const text = document.createElement("span");
  const undo = Object.assign(document.createElement("button"), {
    className: "button quiet", type: "button", textContent: words.undo,
  });
  text.setAttribute("role", "status");
  offer.append(text, undo);

  const putBack = () => {
    for (const one of others) one.hidden = false;
    offer.replaceWith(card);
    card.dataset.putBack = "";
    setTimeout(() => { delete card.dataset.putBack; }, UNDO_FOR);
    card.querySelector("details.more").open = false;
    card.querySelector("details.more summary").focus();
  };
  const tooLate = setTimeout(() => {
    if (document.activeElement === undo) offer.focus({ preventScroll: true });
    undo.remove();
  }, UNDO_FOR);
  undo.addEventListener("click", async () => {
    undo.disabled = true;
    clearTimeout(tooLate);
    try {
      await inTurn(card.id, () => send(address.replace("/delete", "/undelete")));
      putBack();
    } catch (error) {
      text.textContent = reasonOf(error);
      offer.focus();
    }
  });

  for (const one of others) one.hidden = true;
  card.replaceWith(offer);
  undo.focus({ preventScroll: true });
  setTimeout(() => { text.textContent = words.deleted; });
  try {
    await inTurn(card.id, () => send(address));
  } catch (error) {
    clearTimeout(tooLate);
    putBack();
    say(button, reasonOf(error));
  }
};

// Posts come and go, so it is the page that listens. A menu that opens below what is seen is brought up.
document.addEventListener("toggle", ({ target }) => {
  if (target.matches("details.more[open]")) target.querySelector(".menu").scrollIntoView({ block: "nearest" });
}, true);
document.addEventListener("submit", (event) => {
  const { target, submitter } = event;
  const poll = target.closest(".poll");
  if (poll) {
    event.preventDefault();
    vote(poll, target);
  } else if (submitter && (target === form || target.matches(".follow"))) {
    const address = addressOf(submitter);
    const isOnOwnPage = submitter.closest(".large") !== null;
    const act = (TOGGLE.test(address) && toggle) || (/\/statuses\/\d+\/delete$/.test(address) && !isOnOwnPage && remove);
    if (!act) return;
    event.preventDefault();
    act(submitter);
  }
});
