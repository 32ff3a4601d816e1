// This is where what is said to be wrong with a field goes as soon as somebody changes the field.
// Without it, it stands there until the form is sent again.

document.addEventListener("input", ({ target }) => {
  const field = target.closest('[aria-invalid="true"]');
  if (!field) return;
  field.removeAttribute("aria-invalid");
  for (const id of field.getAttribute("aria-describedby").split(" ")) {
    if (id.startsWith("error-")) document.getElementById(id)?.remove();
  }
});
