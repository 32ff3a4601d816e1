// The offer to undo a deletion goes when its time is over, and does not come back by reloading.

const PATIENCE = 10_000;

for (const offer of document.querySelectorAll("[data-module~=undo]")) {
  const address = new URL(location.href);
  address.searchParams.delete("deleted");
  history.replaceState(history.state, "", address);
  setTimeout(() => {
    // Whoever is about to press it finds it where it is; the server says when it is too late.
    if (!offer.contains(document.activeElement)) offer.remove();
  }, PATIENCE);
}
