// Forms that work as they are, and better: sent as JSON to the address in `data-api`, what
// went wrong told beside them.
//
// - `data-then`: `reload`, `stay`, `clear`, `token`, or an address with `{thread}` or `{run}`
// - `data-sure`: a question that is asked first
// - `data-said`: what is told when it worked
// - a field with `data-skip` is not sent; `data-number`, `data-bool` and `data-list` say of
//   which kind it is; `data-empty` is `null` or `skip` for a field that is empty

import { SsotClient } from "./client.js";
import { el } from "./markup.js";

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
/** The client that all modules of the page share. */
export const client = new SsotClient({ csrf });

const toast = document.getElementById("said");
let quiet = 0;

/** Tells something in passing. */
export const tell = (text) => {
  toast.textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { toast.textContent = ""; }, 5000);
};

/** What a form says, as the body of a command. */
export const bodyOf = (form, button) => {
  const body = {};
  for (const field of form.elements) {
    const { name, type, dataset } = field;
    if (!name || name === "csrf" || name === "action" || field.disabled || "skip" in dataset) continue;
    if (field.tagName === "BUTTON" && field !== button) continue;
    if ("list" in dataset) {
      body[name] ??= [];
      if (field.checked) body[name].push(field.value);
    } else if ("bool" in dataset) body[name] = field.checked;
    else if (type === "checkbox" && !field.checked) continue;
    else if (field.value === "" && dataset.empty === "skip") continue;
    else if (field.value === "" && dataset.empty === "null") body[name] = null;
    else body[name] = "number" in dataset ? Number(field.value) : field.value;
  }
  return form.dataset.shape === "run" ? runOf(form, body) : body;
};

/** A run leaves out the packages whose switch is off, and says what was changed in others. */
const runOf = (form, { mode, agents, teams, landing, importers, target, command_id }) => {
  const off = [...form.querySelectorAll("[data-package]:not(:checked)")];
  const edits = new Map();
  for (const field of form.querySelectorAll("[data-edits]")) {
    const before = field.options ? [...field.options].find((it) => it.defaultSelected)?.value : field.defaultValue;
    if (field.value === before) continue;
    const package_ = field.dataset.edits;
    const edit = edits.get(package_) ?? { package: package_ };
    edit[field.name.split(".")[0]] = field.value;
    edits.set(package_, edit);
  }
  return { command_id, mode, agents, teams, landing, importers, ...(target && { target }), without: off.map((it) => it.dataset.package), edits: [...edits.values()] };
};

const fail = (form, error) => {
  form.querySelector(".failed")?.remove();
  if (!error) return;
  form.append(el("p", { class: "failed", role: "alert" }, [error.message, error.hint].filter(Boolean).join(" ")));
};

/** What comes after a command that worked. */
const after = (form, value) => {
  const { then, said, first, api } = form.dataset;
  if (said) tell(said);
  if (then === "stay" || !then) return;
  if (then === "reload") { location.reload(); return; }
  if (then === "clear") { form.querySelector("textarea").value = ""; form.querySelector("textarea").focus(); return; }
  if (then === "token") { showToken(value); form.reset(); return; }
  const thread = value?.thread?.id ?? value?.thread ?? value?.id;
  const run = value?.run?.id ?? value?.run ?? value?.id;
  const to = then.replace("{thread}", encodeURIComponent(thread)).replace("{run}", encodeURIComponent(run));
  if (!first) { location.assign(to); return; }
  // A thread that begins with a question.
  client.command(`${api}/${encodeURIComponent(thread)}/messages`, { text: first }).finally(() => location.assign(to));
};

const showToken = (value) => {
  const box = document.getElementById("new-token");
  box.hidden = false;
  box.replaceChildren(
    el("p", {}, el("b", {}, value?.name ?? "The token"), ": copy it now, it is not shown again."),
    el("p", {}, el("code", { class: "secret" }, value?.token ?? value?.secret ?? "")),
  );
  box.scrollIntoView({ block: "nearest" });
};

/** Sends a form as a command. */
export const send = async (form, button) => {
  const { api, method = "POST", sure } = form.dataset;
  if (sure && !confirm(sure)) return;
  fail(form, null);
  if (button) button.disabled = true;
  form.setAttribute("aria-busy", "true");
  try {
    const value = await client.command(api, bodyOf(form, button), method);
    after(form, value);
    // The next command from this form is another one.
    form.elements.command_id.value = crypto.randomUUID();
  } catch (error) {
    fail(form, error);
    // A refused command may be given again with another body.
    if (error.status) form.elements.command_id.value = crypto.randomUUID();
  } finally {
    if (button) button.disabled = false;
    form.removeAttribute("aria-busy");
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (!form.dataset.api || (button && "plain" in button.dataset)) return;
  event.preventDefault();
  send(form, button);
});

// A page that comes back from the history has forms that were sent already.
for (const id of document.querySelectorAll("input[name=command_id]")) id.value = crypto.randomUUID();
