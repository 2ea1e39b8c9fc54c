"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const root = document.documentElement;

  // The theme: what the system has, unless one was chosen.
  const theme = byId("theme");
  const themes = ["auto", "light", "dark"];
  const wear = (name) => {
    if (name === "auto") root.removeAttribute("data-theme");
    else root.setAttribute("data-theme", name);
    theme.querySelector("span").textContent = name;
  };
  let worn = "auto";
  try { worn = localStorage.getItem("ssot-theme") || worn; } catch { /* a page without storage */ }
  if (!themes.includes(worn)) worn = "auto";
  wear(worn);
  theme.hidden = false;
  theme.addEventListener("click", () => {
    worn = themes[(themes.indexOf(worn) + 1) % themes.length];
    wear(worn);
    try { localStorage.setItem("ssot-theme", worn); } catch { /* it lasts as long as the page */ }
  });

  const form = document.querySelector(".filter");
  if (!form) return;
  const [text, verdict, rule] = ["text", "verdict", "rule"].map((name) => byId("filter-" + name));
  const items = [...document.querySelectorAll(".finding")];
  const count = byId("filter-count");
  form.hidden = items.length < 2;

  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const { verdict: itsVerdict, rule: itsRule, text: itsText } = item.dataset;
      const fits = (!verdict.value || itsVerdict === verdict.value)
        && (!rule.value || itsRule === rule.value)
        && words.every((word) => itsText.includes(word));
      item.hidden = !fits;
      if (fits) shown += 1;
    }
    const all = items.length === 1 ? "1 finding" : `${items.length} findings`;
    count.textContent = shown === items.length ? all : `${shown} of ${all}`;
  };
  const choose = (values) => {
    text.value = values.text || "";
    verdict.value = values.verdict || "";
    rule.value = values.rule || "";
    apply();
    byId("findings").scrollIntoView();
  };

  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  byId("filter-clear").addEventListener("click", () => { choose({}); text.focus(); });
  document.addEventListener("click", (event) => {
    const source = event.target.closest("[data-path], .chip");
    if (!source) return;
    const { path, verdict: itsVerdict, rule: itsRule } = source.dataset;
    choose({ text: path ? path.toLowerCase() + "/" : "", verdict: itsVerdict, rule: itsRule });
  });
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      text.focus();
    } else if (event.key === "Escape" && event.target === text) {
      choose({});
    }
  });

  // An address that ends in the name of a finding opens it.
  const open = () => {
    const item = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    const details = item && item.querySelector("details");
    if (details) { details.open = true; item.scrollIntoView(); }
  };
  addEventListener("hashchange", open);
  apply();
  open();
})();
