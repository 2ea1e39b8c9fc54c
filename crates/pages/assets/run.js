// The page of a run: live while it goes on, and afterwards its record, which can be played
// again from the log and verified.

import { Fold, AGENTS, isEnd, stateOf } from "./fold.js";
import { client } from "./forms.js";
import { drawing } from "./lanes.js";
import { count, el } from "./markup.js";
import * as parts from "./parts.js";

const page = document.getElementById("run");
const { project, run, api } = page.dataset;
let { packages, schedule, limits } = JSON.parse(page.dataset.plan);
const byId = (id) => document.getElementById(id);
const planned = new Map(packages.map((it) => [it.id, it]));
/** Events of one answer. */
const PORTION = 1000;
const [approve, rollback] = ["approve-form", "rollback-form"].map(byId);

/** The whole log that this page knows; a replay goes through it. */
const log = [];
let fold = new Fold(planned.keys());
/** What is shown: none while it follows the log, otherwise the time of the replay. */
let replayed = null;
/** What the clock of the server is ahead of this one. */
const ahead = Number(page.dataset.now) - Date.now();

const now = () => fold.ended ?? replayed ?? Date.now() + ahead;

/** Puts parts into a place without closing what somebody opened. */
const put = (place, fresh) => {
  const opened = [...place.querySelectorAll("details[open]")].map((it) => it.closest("[id], [data-agent]")?.id);
  place.replaceChildren(...fresh);
  for (const id of opened) if (id) byId(id)?.querySelector("details")?.setAttribute("open", "");
};

const drawPackage = (id) => {
  const fresh = parts.packageItem(id, fold.unit(id), planned.get(id), { now: now(), api, template: rollback });
  const old = byId(`package-${id}`);
  if (!old) { byId("packages").append(fresh); return; }
  const details = old.querySelector("details");
  if (details.open) {
    fresh.querySelector("details").open = true;
    const diff = old.querySelector(".diff");
    if (diff) fresh.querySelector(".inside").append(diff);
  }
  const focused = old.contains(document.activeElement) && document.activeElement.tagName === "SUMMARY";
  old.replaceWith(fresh);
  if (focused) fresh.querySelector("summary").focus();
};

const drawHead = () => {
  const [word, kind] = parts.runState(fold);
  const status = byId("run-status");
  status.textContent = word;
  status.className = `pill ${kind}`;
  byId("run-said").textContent = parts.said(fold);
  byId("run-figures").textContent = parts.figures(fold, now());
  const isPaused = fold.paused !== null;
  const stops = { going: !fold.outcome, moving: !fold.outcome && !isPaused, paused: isPaused, landed: fold.outcome && fold.landed() > 0 };
  for (const form of page.querySelectorAll(".head form[data-when]")) {
    const { when } = form.dataset;
    if (replayed === null && when in stops) form.hidden = !stops[when];
  }
};

const drawLanes = () => byId("lanes").replaceChildren(drawing(schedule, fold, now()));

const PLACES = {
  pending: () => put(byId("pending"), replayed === null ? fold.waiting.map((it) => parts.pending(it, approve)) : []),
  alerts: () => put(byId("alerts"), parts.alerts(fold)),
  gates: () => put(byId("gates"), fold.gates.map(parts.gate)),
  budget: () => put(byId("budget"), parts.budget(fold, limits)),
  checkpoints: () => put(byId("checkpoints"), parts.checkpoints(fold)),
  branches: () => put(byId("branches"), parts.branches(fold)),
};

const draw = () => {
  const dirty = [...fold.dirty];
  fold.dirty.clear();
  for (const what of dirty) {
    const [kind, name] = what.split(/ (.*)/s);
    if (kind === "package") drawPackage(name);
    else if (kind === "agent") byId("agents").querySelector(`[data-agent="${name}"]`).replaceWith(parts.agent(name, fold.agents[AGENTS.indexOf(name)]));
    else PLACES[kind]?.();
  }
  if (dirty.length) { drawHead(); drawLanes(); }
};

/** Everything anew. */
const drawAll = () => {
  fold.dirty.clear();
  put(byId("agents"), parts.agents(fold));
  put(byId("packages"), [...fold.packages].map(([id, unit]) => parts.packageItem(id, unit, planned.get(id), { now: now(), api, template: rollback })));
  Object.values(PLACES).forEach((place) => place());
  drawHead();
  drawLanes();
};

/** Takes the plan over from a page of now: this one was made before there was one. */
const learn = async () => {
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("run");
  if (!fresh) return;
  ({ packages, schedule, limits } = JSON.parse(fresh.dataset.plan));
  for (const it of packages) {
    planned.set(it.id, it);
    fold.unit(it.id);
  }
  drawAll();
};
let learnt = packages.length > 0;

const apply = (event) => {
  if (!learnt && event.kind === "package_changed") {
    learnt = true;
    // Without the plan the page still shows what the log says.
    learn().catch(() => { learnt = false; });
  }
  fold.apply(event);
};

let asked = false;
const soon = () => {
  if (asked || replayed !== null) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; draw(); });
};

const connection = byId("connection");
const WORDS = { connecting: "connecting", live: "live", ended: "" };
const follow = (afterSeq) => client.subscribe({ project, stream: run, afterSeq }, {
  event(event) {
    log.push(event);
    if (replayed !== null) return;
    apply(event);
    soon();
  },
  state(state, millis) {
    connection.dataset.state = state;
    connection.textContent = state === "waiting" ? `connection lost, again in ${Math.ceil(millis / 1000)} s` : WORDS[state];
  },
  caughtUp() {
    // The server has shown the page up to here; from now on what is not known is drawn here.
    if (fold.outcome) ended();
  },
  error(error) { connection.textContent = error.message; },
});

/** The log up to where the page stands, in portions. */
const past = async (upTo) => {
  let after = 0;
  while (after < upTo) {
    const answer = await client.get(`${api}/events?after_seq=${after}&limit=${PORTION}`);
    const events = Array.isArray(answer) ? answer : answer.events;
    if (!events.length) break;
    for (const event of events) if (event.seq === after + 1) { log.push(event); after += 1; }
  }
};

// The replay.
const [play, scrub, speed, said, box] = ["replay-play", "replay-at", "replay-speed", "replay-said", "replay"].map(byId);
let playing = null;

const ended = () => {
  box.hidden = false;
  play.disabled = log.length === 0;
  scrub.disabled = log.length === 0;
  scrub.max = log.length;
  if (replayed === null) scrub.value = log.length;
};

/** Shows the run as it was after so many events. */
const showAt = (number) => {
  if (number < fold.seq) fold = new Fold(planned.keys());
  const fresh = fold.seq === 0;
  while (fold.seq < number) fold.apply(log[fold.seq]);
  replayed = log[number - 1]?.at ?? log[0].at;
  if (number === log.length) replayed = null;
  if (fresh) drawAll(); else draw();
  scrub.value = number;
  said.textContent = `${number} of ${log.length} events`;
  scrub.setAttribute("aria-valuetext", said.textContent);
};

const pause = () => {
  cancelAnimationFrame(playing);
  playing = null;
  play.textContent = "Replay";
};

play.addEventListener("click", () => {
  if (playing !== null) { pause(); return; }
  play.textContent = "Pause";
  if (Number(scrub.value) >= log.length) showAt(1);
  let at = log[Math.max(Number(scrub.value) - 1, 0)].at;
  let before = performance.now();
  const step = (time) => {
    at += (time - before) * Number(speed.value);
    before = time;
    let number = fold.seq;
    while (number < log.length && log[number].at <= at) number += 1;
    if (number > fold.seq) showAt(number);
    else if (replayed !== null) { replayed = at; drawLanes(); drawHead(); }
    if (number >= log.length) { pause(); return; }
    playing = requestAnimationFrame(step);
  };
  playing = requestAnimationFrame(step);
});
scrub.addEventListener("input", () => { pause(); showAt(Number(scrub.value)); });

byId("verify").addEventListener("click", async (event) => {
  event.preventDefault();
  const told = byId("verify-said");
  told.textContent = "Verifying…";
  try {
    const answer = await client.get(event.target.href.replace(location.origin, ""));
    const { events, fault } = answer ?? {};
    told.textContent = fault
      ? `The log is not whole: event ${fault.seq}: ${fault.reason}`
      : `${count(events ?? log.length, "event")}: each is there, in order, and unchanged.`;
    told.className = fault ? "notice bad" : "notice good";
  } catch (error) {
    told.textContent = [error.message, error.hint].filter(Boolean).join(" ");
    told.className = "notice bad";
  }
});

// A diff where its package is.
const lines = ({ path, before, after }) => {
  const [old, fresh] = [before, after].map((text) => (text ?? "").split("\n"));
  let start = 0;
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < fresh.length - start && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  const line = (kind, sign) => (text) => el("div", { class: kind }, `${sign} ${text}`);
  return [
    el("p", {}, path),
    ...old.slice(Math.max(start - 3, 0), start).map(line("", " ")),
    ...old.slice(start, old.length - end).map(line("out", "-")),
    ...fresh.slice(start, fresh.length - end).map(line("in", "+")),
    ...old.slice(old.length - end, old.length - end + 3).map(line("", " ")),
  ];
};
page.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-diff]");
  if (!link) return;
  event.preventDefault();
  const inside = link.closest(".inside");
  inside.querySelector(".diff")?.remove();
  const told = el("div", { class: "diff", tabindex: "0", role: "region", "aria-label": "The diff" });
  try {
    const answer = await client.get(link.getAttribute("href"));
    const files = answer.files ?? [];
    told.append(...(typeof answer.diff === "string"
      ? answer.diff.split("\n").map((text) => el("div", { class: { "+": "in", "-": "out" }[text[0]] ?? "" }, text))
      : files.flatMap(lines)));
    if (!told.childNodes.length) told.append(el("p", {}, "It changes nothing."));
  } catch (error) {
    told.append(el("p", {}, error.message));
  }
  inside.append(told);
});

// Begin: the log so far, then what comes. Until the log is here, the page of the server stands.
const seq = Number(page.dataset.seq);
/** How often the log is asked for when it does not come, and the pause between, in milliseconds. */
const [TRIES, PAUSE] = [20, 3000];
const begin = (tries) => past(seq).then(() => {
  for (const event of log.slice(0, seq)) fold.apply(event);
  fold.dirty.clear();
  // What has happened since the page was made.
  for (const event of log.slice(seq)) apply(event);
  draw();
  if (fold.outcome) ended();
  follow(fold.seq);
}).catch(({ message }) => {
  connection.textContent = message;
  log.length = 0;
  if (tries > 1) setTimeout(() => begin(tries - 1), PAUSE);
});
begin(TRIES);

// A run that goes on moves without events, too.
setInterval(() => {
  if (fold.started === null || fold.outcome || replayed !== null || document.hidden) return;
  drawHead();
  drawLanes();
  for (const [id, unit] of fold.packages) {
    const state = stateOf(unit);
    if (unit.path.length && state !== "queued" && !isEnd(state)) drawPackage(id);
  }
}, 1000);
