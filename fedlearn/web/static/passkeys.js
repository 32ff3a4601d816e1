// This is where a passkey is made, or signs its owner in. Its form is shown only where that can work;
// the password does without it.

const PARSE = { create: "parseCreationOptionsFromJSON", get: "parseRequestOptionsFromJSON" };

for (const form of document.querySelectorAll("[data-passkey]")) {
  const { passkey: act, options } = form.dataset;
  const parse = PARSE[act];
  if (!window.PublicKeyCredential?.[parse]) continue;
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const problem = form.querySelector("[data-problem]");
    problem.hidden = true;
    try {
      const publicKey = PublicKeyCredential[parse](JSON.parse(options));
      const credential = await navigator.credentials[act]({ publicKey });
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      // They changed their mind, or the device has none: browsers do not tell which.
      problem.hidden = false;
    }
  });
}
