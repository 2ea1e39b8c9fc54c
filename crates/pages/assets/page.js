// What every page does: theme, menus, filters that follow what is typed, keys.

import "./forms.js";
import { open as openPalette } from "./palette.js";

const root = document.documentElement;
const byId = (id) => document.getElementById(id);

// The theme: what the system has, unless one was chosen. `theme.js` has put it on already.
const THEMES = ["auto", "light", "dark"];
const SIGNS = { auto: "◐", light: "☀", dark: "☾" };
const theme = byId("theme");
const worn = () => root.getAttribute("data-theme") ?? "auto";
const show = () => {
  theme.hidden = false;
  theme.setAttribute("aria-label", `Theme: ${worn()}`);
  theme.title = `Theme: ${worn()}`;
  theme.firstElementChild.textContent = SIGNS[worn()];
};
theme.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(worn()) + 1) % THEMES.length];
  if (next === "auto") root.removeAttribute("data-theme");
  else root.setAttribute("data-theme", next);
  try { localStorage.setItem("ssot-theme", next); } catch { /* it lasts as long as the page */ }
  show();
});
show();

// A menu closes where one would expect it.
const menus = [...document.querySelectorAll(".menu")];
document.addEventListener("click", ({ target }) => {
  for (const menu of menus) if (menu.open && !menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = menus.find((it) => it.open);
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  }
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    const field = document.querySelector("[data-slash]");
    if (field) { event.preventDefault(); field.focus(); field.select(); }
  } else if (event.key === "Enter" && event.target.tagName === "TEXTAREA" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
const jump = byId("palette-open");
if (jump) { jump.hidden = false; jump.addEventListener("click", openPalette); }

// A filter applies as soon as something is chosen; what is typed, when Enter is pressed.
for (const form of document.querySelectorAll("form[data-live]")) {
  form.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") form.requestSubmit(); });
  form.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });
}

// A package that waits for one that is left out is left out, too; one that is taken takes
// along what it waits for.
const switches = [...document.querySelectorAll(".switch")];
const waits = (it) => it.dataset.waits.split(" ").filter(Boolean);
const follow = (changed) => {
  for (const other of switches) {
    const concerned = changed.checked ? waits(changed).includes(other.dataset.package) : waits(other).includes(changed.dataset.package);
    if (concerned && other.checked !== changed.checked) { other.checked = changed.checked; follow(other); }
  }
};
for (const it of switches) it.addEventListener("change", () => follow(it));

// Times tell how long ago it was for as long as the page is open.
const MINUTE = 60000;
const ago = (past) => {
  if (past < MINUTE) return "just now";
  if (past < 60 * MINUTE) return `${Math.floor(past / MINUTE)} min ago`;
  return past < 1440 * MINUTE ? `${Math.floor(past / (60 * MINUTE))} h ago` : null;
};
setInterval(() => {
  for (const it of document.querySelectorAll("time")) {
    const said = ago(Date.now() - Date.parse(it.dateTime));
    if (said) it.textContent = said;
  }
}, MINUTE);

// An address that ends in the name of a finding opens it.
const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
const details = target && target.querySelector("details");
if (details) details.open = true;

// A scan goes on: its findings are answered when it is over, and then there is a new page.
const awaited = document.querySelector("[data-awaits]");
if (awaited) {
  fetch(awaited.dataset.awaits).then(() => location.reload(), () => null);
}
