// The parts of the page of a run: the same as `parts.rs` and its templates make of the log.

import { AGENTS, amount, checkpointSaid, cpuSaid, isEnd, isMet, stateOf, stateWord } from "./fold.js";
import { clock, count, el, prose, short, span, svg, visible } from "./markup.js";

const SHOWN = 5;
const ALERTS = 20;

const STATUS = { ok: "good", error: "bad", timeout: "bad", cancelled: "halted", interrupted: "halted" };
const OUTCOME = { passed: "good", failed: "bad", skipped: "rest" };
const RUN = { complete: "good", partial: "open", failed: "bad", cancelled: "halted" };

/** The class of a state of a package. */
export const classOf = (state) => ({
  done: "good", rejected: "bad", failed: "bad", blocked: "halted", cancelled: "halted", queued: "rest",
}[state] ?? "work");

const pill = (kind, word) => el("span", { class: `pill ${kind}` }, word);

/** The word for how a run is, and its class. */
export const runState = (fold) => {
  if (fold.outcome) return [fold.outcome, RUN[fold.outcome]];
  if (fold.paused !== null) return ["paused", "halted"];
  return fold.waiting.length ? ["waits for approval", "open"] : ["running", "work"];
};

export const said = (fold) => `${fold.landed()} of ${count(fold.packages.size, "package")} landed`;

/** How long it took, and what it changed. */
export const figures = (fold, now) => {
  const said = [];
  if (fold.started !== null) said.push(`${span(Math.max(now - fold.started, 0))} ${fold.outcome ? "in all" : "so far"}`);
  if (fold.before !== null && fold.after !== null) said.push(`${fold.before} violations became ${fold.after}`);
  else if (fold.before !== null) said.push(`${fold.before} violations before`);
  return said.join(" \u00b7 ");
};

const pendingSaid = ({ subject, package: id }) => {
  if (subject === "plan") return "The plan waits for approval";
  if (id && subject === "package") return `${visible(id)} waits for approval before it is worked on`;
  if (id) return `${visible(id)} has passed its gates and waits for approval to land`;
  return `${subject} waits for approval`;
};

/** A form of the page, for one package. */
const formOf = (template, id) => {
  if (!template) return "";
  const form = template.content.firstElementChild.cloneNode(true);
  form.elements.package.value = id ?? "";
  form.elements.command_id.value = crypto.randomUUID();
  return form;
};

export const pending = (it, template) => el(
  "div", { class: "notice open pending", "data-package": it.package ?? "", "data-subject": it.subject },
  el("p", {}, pendingSaid(it)), formOf(template, it.package),
);

/** The latest first. */
export const alerts = (fold) => fold.alerts.slice(-ALERTS).reverse().map(({ at, kind, text }) => el(
  "li", { class: `alert ${kind}` }, el("small", {}, clock(at)), " ", el("span", {}, prose(text)),
));

export const agent = (name, lane) => {
  const [word, kind] = lane.begun ? [lane.status ?? "running", STATUS[lane.status] ?? "work"] : ["not yet", "rest"];
  const tools = lane.tools.slice(-SHOWN).reverse().map((it) => el(
    "li", { class: STATUS[it.status] ?? "work" }, el("code", {}, visible(it.tool)), " ",
    el("span", { class: "word" }, it.status ?? "running"), it.summary && [" ", el("small", {}, prose(it.summary))],
  ));
  return el(
    "article", { class: `agent ${kind}`, "data-agent": name }, el("h3", {}, `${name} `, pill(kind, word)),
    lane.task && el("p", { class: "task" }, prose(lane.task)),
    lane.thought && el("p", { class: "thought" }, prose(lane.thought)),
    tools.length > 0 && el("ul", { class: "tools-list" }, tools),
    lane.calls > 0 && el("p", { class: "facts" }, count(lane.calls, "tool call")),
  );
};

export const agents = (fold) => AGENTS.map((name, at) => agent(name, fold.agents[at]));

export const gate = (it) => {
  const kind = OUTCOME[it.outcome] ?? "work";
  return el(
    "li", { class: kind }, pill(kind, it.outcome ?? "running"), " ", el("b", {}, it.gate), " ",
    el("small", {}, it.phase), it.outcome !== null && [" ", el("small", {}, span(it.millis))],
    it.evidence && el("p", { class: "evidence-text" }, prose(it.evidence)),
  );
};

const facts = (unit) => {
  const said = [];
  if (unit.commit) said.push(`landed as ${short(unit.commit)} in ${count(unit.files, "file")}`);
  if (unit.rehearsed) said.push("rollback rehearsed");
  if (unit.undone) said.push(`undone by ${short(unit.undone)}`);
  if (unit.kept) said.push(`its work is kept at ${visible(unit.kept)}`);
  if (unit.used) said.push(cpuSaid(unit.used.cpu_millis));
  return said;
};

export const packageItem = (id, unit, planned, { now, api, template }) => {
  const state = stateOf(unit);
  const [word, kind] = unit.undone ? ["rolled back", "halted"] : [stateWord(state), classOf(state)];
  const first = unit.path.find((it) => it.state !== "queued")?.at;
  const end = isEnd(state) ? unit.path.at(-1).at : now;
  const chips = new Map();
  for (const it of unit.gates) chips.set(it.gate, OUTCOME[it.outcome] ?? "work");
  const told = facts(unit);
  const landed = state === "done" && !unit.undone;
  return el(
    "li", { class: `package ${kind}`, id: `package-${id}`, "data-package": id },
    el("details", {}, el(
      "summary", {}, pill(kind, word),
      el("span", { class: "name" }, el("b", {}, visible(id)), " ", planned?.title ? prose(planned.title) : ""),
      el("span", { class: "chips" }, [...chips].map(([name, of]) => el("span", { class: `gate ${of}` }, name))),
      el("span", { class: "took" }, planned?.team && [el("small", {}, visible(planned.team)), " "], first === undefined ? "" : span(Math.max(end - first, 0))),
    ), el(
      "div", { class: "inside" },
      unit.reason && el("p", { class: "reason" }, prose(unit.reason)),
      unit.gates.length > 0 && el("ul", { class: "gate-list" }, unit.gates.map(gate)),
      told.length > 0 && el("p", { class: "facts" }, told.join(" \u00b7 ")),
      el(
        "div", { class: "actions" },
        el("a", { class: "quiet button small", "data-diff": true, href: `${api}/packages/${encodeURIComponent(id)}/diff` }, "Show the diff"),
        landed && template && el("span", { class: "rollback" }, formOf(template, id)),
      ),
    )),
  );
};

export const budget = (fold, limits) => {
  const used = fold.usage() ?? { millis: 0, cpu_millis: 0, disk_kib: 0 };
  const mib = (kib) => `${Math.ceil(kib / 1024)} MiB`;
  const rows = [
    ["Time", used.millis, limits.seconds && limits.seconds * 1000, span],
    ["CPU", used.cpu_millis, limits["cpu-seconds"] && limits["cpu-seconds"] * 1000, span],
    ["Disk", used.disk_kib, limits["disk-mib"] && limits["disk-mib"] * 1024, mib],
    ["Agents", used.steps ?? 0, limits.steps, (value) => amount("steps", value)],
    ["Tokens", used.tokens ?? 0, limits.kilotokens && limits.kilotokens * 1000, (value) => amount("tokens", value)],
    ["Money", used.microdollars ?? 0, limits.cents && limits.cents * 10_000, (value) => amount("money", value)],
  ];
  return rows.filter(([, used, limit]) => used || limit).map(([name, used, limit, words]) => {
    const share = limit ? Math.min(Math.floor((used * 100) / limit), 100) : 0;
    const kind = !limit ? "rest" : share < 75 ? "good" : share < 100 ? "open" : "bad";
    return el(
      "li", {}, el("span", {}, name), " ",
      el("span", { class: "soft" }, limit ? `${words(used)} of ${words(limit)}` : `${words(used)}, not limited`),
      svg("svg", { class: `gauge-line ${kind}`, viewBox: "0 0 100 1", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { width: share, height: 1 })),
    );
  });
};

export const checkpoints = (fold) => fold.checkpoints.map((it) => {
  const [word, kind] = isMet(it) ? ["met", "good"] : ["missed", "bad"];
  return el("li", {}, pill(kind, word), ` ${visible(checkpointSaid(it))}`);
});

export const branches = (fold) => fold.branches.map(({ name, commit, packages }) => el("li", {}, visible(
  commit ? `${name} at ${short(commit)}: ${count(packages.length, "package")}` : `${name} was withdrawn`,
)));
