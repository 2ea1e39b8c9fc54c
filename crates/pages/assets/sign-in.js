// The one-time code stands behind `#`, where no server and no log ever sees it.

import { send } from "./forms.js";

const code = decodeURIComponent(location.hash.slice(1)).replace(/^code=/, "");
if (code) {
  // It is of no use twice, and nobody should find it in the history.
  history.replaceState(null, "", location.pathname);
  const form = document.getElementById("sign-in");
  form.elements.code.value = code;
  send(form, form.querySelector("button"));
}
