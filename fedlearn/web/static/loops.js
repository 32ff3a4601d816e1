// This is where moving pictures move: while they are on the screen, and only for who has not asked for calm.
// They are films without sound, which can be started by hand everywhere.

const isCalm = matchMedia("(prefers-reduced-motion: reduce)");
const LOOPS = "video[data-loops]";

const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) target.pause();
    // Browsers that save power or data say no, and it stays a picture.
    else if (!isCalm.matches) target.play().catch((error) => console.info("it does not move", error.name));
  }
}, { threshold: 0.5 });

const watch = (place) => {
  for (const film of place.querySelectorAll(LOOPS)) sight.observe(film);
};

watch(document);
// Cards come later, too.
new MutationObserver((changes) => {
  for (const { addedNodes } of changes) for (const one of addedNodes) if (one.querySelectorAll) watch(one);
}).observe(document.body, { childList: true, subtree: true });
