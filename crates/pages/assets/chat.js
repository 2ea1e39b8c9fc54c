// A thread: messages, answers with their evidence, and between them what agents do.

import { client } from "./forms.js";
import { clock, count, el, prose, visible } from "./markup.js";

const place = document.getElementById("thread");
const { project, thread, seq } = place.dataset;
const STATUS = { ok: "good", error: "bad", timeout: "bad", cancelled: "halted", interrupted: "halted" };

const paragraphs = (text) => String(text).split("\n").filter((line) => line.trim()).map((line) => el("p", {}, prose(line)));
const by = (name, at) => el("p", { class: "by" }, el("b", {}, visible(name)), " ", el("small", {}, clock(at)));

/** Where what an answer rests on is shown; nowhere when it is of a kind that is not known. */
const address = ({ to, text, group, run, package: package_, rule }) => {
  const base = `/p/${encodeURIComponent(project)}`;
  const at = {
    findings: () => `${base}/findings${text ? `?text=${encodeURIComponent(text)}&show=all` : ""}`,
    group: () => `${base}/concepts/${encodeURIComponent(group)}`,
    plan: () => `${base}/plan`,
    run: () => `${base}/runs/${encodeURIComponent(run)}`,
    package: () => `${base}/runs/${encodeURIComponent(run)}#package-${encodeURIComponent(package_)}`,
    rule: () => `${base}/findings?rule=${encodeURIComponent(rule)}&show=all`,
  };
  return at[to]?.();
};

const evidence = (list) => {
  const links = (list ?? []).map((it) => ({ label: it.label, href: address(it) })).filter(({ href }) => href);
  if (!links.length) return "";
  return el("ul", { class: "evidence-links", "aria-label": "Evidence" }, links.map(({ label, href }) => el("li", {}, el("a", { href }, visible(label)))));
};

/** The activity at the end, or a new one. */
const activity = () => {
  const last = place.lastElementChild;
  if (last?.classList.contains("activity")) return last;
  const it = el("details", { class: "activity" }, el("summary", {}), el("ol"));
  place.append(it);
  return it;
};

const step = (kind, what, text, ends) => {
  const it = activity();
  const list = it.querySelector("ol");
  list.append(el("li", { class: kind }, el("code", {}, visible(what)), " ", prose(text)));
  it.classList.toggle("going", !ends);
  it.querySelector("summary").textContent = `${ends ? "Worked" : "At work"}: ${count(list.children.length, "step")}`;
};

const SHOW = {
  message_posted: ({ text, at }) => place.append(el("article", { class: "message" }, by("You", at), paragraphs(text))),
  answer_given: ({ text, evidence: list, at }) => place.append(el("article", { class: "message answer" }, by("ssot", at), paragraphs(text), evidence(list))),
  agent_started: ({ agent, task }) => step("work", agent, task, false),
  agent_thinking: ({ agent, thought }) => step("rest", agent, thought, false),
  tool_executing: ({ tool }) => step("work", tool, "started", false),
  tool_completed: ({ tool, status, summary }) => step(STATUS[status] ?? "work", tool, summary, false),
  agent_completed: ({ agent, status, summary }) => step(STATUS[status] ?? "work", agent, summary, true),
};

const connection = document.getElementById("connection");
const WORDS = { connecting: "connecting", live: "live", ended: "" };
const end = () => place.lastElementChild?.scrollIntoView({ block: "end" });

client.subscribe({ project, stream: thread, afterSeq: Number(seq) }, {
  event(event) {
    document.getElementById("thread-empty")?.remove();
    SHOW[event.kind]?.(event);
    end();
  },
  state(state, millis) {
    connection.dataset.state = state;
    connection.textContent = state === "waiting" ? `connection lost, again in ${Math.ceil(millis / 1000)} s` : WORDS[state];
  },
  error(error) { connection.textContent = error.message; },
});

for (const button of document.querySelectorAll("[data-suggest]")) {
  button.addEventListener("click", () => {
    const form = document.querySelector(".compose");
    form.elements.text.value = button.textContent;
    form.requestSubmit();
  });
}
end();
