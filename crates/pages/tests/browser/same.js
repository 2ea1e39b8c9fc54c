// What the server shows of a log and what the browser makes of it are the same.

import { Fold, AGENTS } from "/assets/fold.js";
import { drawing } from "/assets/lanes.js";
import { prose, span, thousands, visible } from "/assets/markup.js";
import * as parts from "/assets/parts.js";
import { equal, test } from "./check.js";
import { inside, plain } from "./plain.js";

const same = async (name) => {
  const [html, events] = await Promise.all([
    fetch(`/${name}.html`).then((it) => it.text()),
    fetch("/events.json").then((it) => it.json()),
  ]);
  const page = new DOMParser().parseFromString(html, "text/html");
  const { dataset } = page.getElementById("run");
  const { packages, schedule, limits } = JSON.parse(dataset.plan);
  const planned = new Map(packages.map((it) => [it.id, it]));
  const fold = new Fold(planned.keys());
  for (const event of events.slice(0, Number(dataset.seq))) fold.apply(event);
  const now = fold.ended ?? Number(dataset.now);
  const [approve, rollback] = ["approve-form", "rollback-form"].map((id) => page.getElementById(id));
  const made = {
    agents: parts.agents(fold),
    packages: [...fold.packages].map(([id, unit]) => parts.packageItem(id, unit, planned.get(id), { now, api: dataset.api, template: rollback })),
    pending: fold.waiting.map((it) => parts.pending(it, approve)),
    alerts: parts.alerts(fold),
    gates: fold.gates.map(parts.gate),
    budget: parts.budget(fold, limits),
    checkpoints: parts.checkpoints(fold),
    branches: parts.branches(fold),
    lanes: [drawing(schedule, fold, now)],
  };
  for (const [id, nodes] of Object.entries(made)) {
    const shown = inside(page.getElementById(id).childNodes);
    const drawn = nodes.map(plain);
    equal(drawn.length, shown.length, id);
    shown.forEach((expected, at) => equal(drawn[at], expected, `${id} ${at}`));
  }
  equal(parts.said(fold), page.getElementById("run-said").textContent);
  equal(parts.figures(fold, now), page.getElementById("run-figures").textContent);
  equal(parts.runState(fold)[0], page.getElementById("run-status").textContent);
};

test("a run that goes on", () => same("run"));
test("a run that has ended", () => same("record"));

test("words and numbers", () => {
  for (const [millis, said] of [[0, "0.0 s"], [1449, "1.4 s"], [12400, "12 s"], [185000, "3 min 05 s"], [7800000, "2 h 10 min"]]) equal(span(millis), said);
  for (const [number, said] of [[0, "0"], [999, "999"], [1000, "1,000"], [1234567, "1,234,567"]]) equal(thousands(number), said);
  equal(visible("a\u001b[31m\n\tb\u202eü"), "a\ufffd[31m  b\ufffdü");
});

test("nothing of a log becomes markup", () => {
  const hostile = "x\"'><script>alert(1)</script><img src=y>`<b>`";
  const fold = new Fold(["p01"]);
  const envelope = (kind, rest) => ({ seq: fold.seq + 1, at: 0, kind, ...rest });
  fold.apply(envelope("run_started", {}));
  for (const agent of AGENTS) fold.apply(envelope("agent_started", { agent, task: hostile }));
  fold.apply(envelope("package_changed", { package: "p01", state: "rejected", reason: hostile }));
  fold.apply(envelope("gate_completed", { package: "p01", gate: "tests", phase: "after", outcome: "failed", evidence: hostile, millis: 1 }));
  const nodes = [...parts.agents(fold), ...parts.alerts(fold), parts.packageItem("p01", fold.unit("p01"), { title: hostile, team: hostile }, { now: 1, api: "/x" })];
  const box = document.createElement("div");
  box.append(...nodes);
  equal(box.querySelectorAll("script, img, b b").length, 0);
  equal(prose("a `b` c").map((it) => it.textContent ?? it).join("|"), "a |b| c");
});
