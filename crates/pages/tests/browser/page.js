// What every page does, on the page of the plan.

import { equal, run, test } from "./check.js";
import { commands, frames, refuse, stage, until } from "./stage.js";

await stage("plan");
document.getElementById("said").textContent = "";
const before = document.querySelector("#plan-form [name=command_id]").value;
await import("/assets/page.js");
const form = document.getElementById("plan-form");
const on = (id) => document.getElementById(`on-${id}`);
const button = form.querySelector("[value=run]");

test("who waits for what is left out is left out, and comes back with what it waits for", () => {
  on("p03-http-client").click();
  equal([on("p03-http-client").checked, on("p06-order-total").checked, on("p01-round-money").checked], [false, false, true]);
  on("p06-order-total").click();
  equal([on("p03-http-client").checked, on("p06-order-total").checked], [true, true]);
});

test("a run is commanded with what the form says", async () => {
  // No page follows here: a refusal keeps this one.
  refuse({ code: "conflict", message: "A run goes on", hint: "Wait for it." });
  on("p05-settings").click();
  form.querySelector("[name=teams][value=billing]").click();
  form.requestSubmit(button);
  await until(() => form.querySelector(".failed"), "an answer");
  const { url, method, body } = commands.at(-1);
  const { command_id, ...rest } = body;
  equal([url, method], ["/api/v1/projects/shop/runs", "POST"]);
  equal(rest, { mode: "standard", agents: 4, teams: ["billing"], landing: "branch", importers: "planned", without: ["p05-settings"], edits: [] });
  equal([command_id.length, command_id === before], [36, false]);
  equal(form.querySelector(".failed").textContent, "A run goes on Wait for it.");
  equal([button.disabled, form.hasAttribute("aria-busy")], [false, false]);
  form.requestSubmit(button);
  await until(() => commands.length === 2, "a second command");
  equal(commands[1].body.command_id === command_id, false, "what was refused is another command");
});

test("the theme goes round and is kept", () => {
  localStorage.removeItem("ssot-theme");
  const theme = document.getElementById("theme");
  const seen = [];
  document.documentElement.removeAttribute("data-theme");
  for (let time = 0; time < 3; time += 1) {
    theme.click();
    seen.push([document.documentElement.getAttribute("data-theme"), localStorage.getItem("ssot-theme")]);
  }
  equal(seen, [["light", "light"], ["dark", "dark"], [null, "auto"]]);
  equal(theme.getAttribute("aria-label"), "Theme: auto");
});

test("the palette opens by keys, finds, and closes", async () => {
  const press = (key, more = {}) => (document.activeElement ?? document.body).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  const dialog = document.getElementById("palette");
  press("k", { ctrlKey: true });
  equal(dialog.open, true);
  const input = dialog.querySelector("input");
  const labels = () => [...dialog.querySelectorAll("li span")].map((it) => it.textContent);
  equal(labels().slice(0, 2), ["Overview", "Findings"]);
  input.value = "ru";
  input.dispatchEvent(new Event("input", { bubbles: true }));
  equal(labels(), ["Runs", "Findings with “ru”"]);
  press("ArrowDown");
  equal(dialog.querySelector("[aria-selected=true] span").textContent, "Findings with “ru”");
  equal(input.getAttribute("aria-activedescendant"), "place-1");
  dialog.close();
  await frames();
});

test("a menu closes with Escape and gives the focus back", () => {
  const menu = document.querySelector(".menu.user");
  menu.open = true;
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
  equal([menu.open, document.activeElement === menu.querySelector("summary")], [false, true]);
});

await run();
