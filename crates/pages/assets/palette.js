// Jump to a page, a project, or to what is called so.

import { el } from "./markup.js";

const dialog = document.getElementById("palette");
const input = dialog?.querySelector("input");
const list = dialog?.querySelector("ul");
let shown = [];
let chosen = 0;

/** The places of this page: where its own links of the frame lead. */
const places = () => [".shell nav a", ".crumbs a, .threads a", ".switcher li a, .project .cover", ".sheet li a"]
  .flatMap((which) => [...document.querySelectorAll(which)])
  .map((link) => ({ label: link.textContent.trim(), href: link.href, kind: link.closest(".switcher, .project") ? "project" : "page" }));

const fill = () => {
  const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  shown = places().filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
  const base = document.querySelector(".shell nav a")?.getAttribute("href");
  if (words.length && base) {
    const text = encodeURIComponent(input.value.trim());
    shown.push({ label: `Findings with “${input.value.trim()}”`, href: `${base}/findings?text=${text}`, kind: "search" });
  }
  chosen = Math.min(chosen, Math.max(shown.length - 1, 0));
  list.replaceChildren(...shown.map(({ label, kind }, at) => el(
    "li", { role: "option", id: `place-${at}`, "aria-selected": String(at === chosen) }, el("span", {}, label), el("small", {}, kind),
  )));
  input.setAttribute("aria-activedescendant", shown.length ? `place-${chosen}` : "");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
};

const go = (at) => { if (shown[at]) location.assign(shown[at].href); };

/** Opens it. */
export const open = () => {
  if (!dialog || dialog.open) return;
  input.value = "";
  chosen = 0;
  dialog.showModal();
  fill();
};

input?.addEventListener("input", () => { chosen = 0; fill(); });
input?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && shown.length) { event.preventDefault(); chosen = (chosen + step + shown.length) % shown.length; fill(); }
  if (event.key === "Enter") { event.preventDefault(); go(chosen); }
});
list?.addEventListener("click", ({ target }) => go([...list.children].indexOf(target.closest("li"))));
dialog?.addEventListener("click", ({ target }) => { if (target === dialog) dialog.close(); });
