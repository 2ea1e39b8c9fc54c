// A run as its log tells it: the same as `engine/src/fold`, event by event.

/** Tool calls that are kept of each agent. */
const TOOLS = 200;
export const AGENTS = ["triage", "data", "optimize", "actions", "report"];
const ENDS = ["done", "rejected", "failed", "blocked", "cancelled"];

const isOfAStage = (agent) => AGENTS.includes(agent);
/** The work on a package, as a call of the agent that does it. */
const work = (agent, id) => `${id ?? ""} ${agent}`;

export const isEnd = (state) => ENDS.includes(state);

export const stateOf = (unit) => unit.path.at(-1)?.state ?? "queued";

const seconds = (of) => (value) => `${Math.floor(value / 1000)}.${Math.floor((value % 1000) / 100)} s of ${of}`;
const AMOUNTS = {
  time: seconds("time"),
  cpu: seconds("CPU"),
  disk: (value) => `${Math.ceil(value / 1024)} MiB of disk`,
  steps: (value) => `${value} tool calls`,
  tokens: (value) => `${value} tokens`,
  money: (value) => `${Math.floor(value / 1e6)}.${String(Math.floor((value % 1e6) / 1e4)).padStart(2, "0")} $`,
};
export const amount = (resource, value) => AMOUNTS[resource](value);

export const cpuSaid = (millis) => amount("cpu", millis);

export const checkpointSaid = (it) =>
  `${it.of} ${it.wanted} % after ${it.after_minutes} min, ${it.landed} of ${it.packages} landed`;

export const isMet = (it) => it.landed * 100 >= it.wanted * it.packages;

const WORDS = { done: "landed" };
export const stateWord = (state) => WORDS[state] ?? state;

export class Fold {
  constructor(packages) {
    Object.assign(this, {
      seq: 0, started: null, last: 0, ended: null, outcome: null, paused: null, before: null, after: null,
      agents: AGENTS.map(() => ({ begun: false, status: null, task: "", thought: "", tools: [], calls: 0 })),
      packages: new Map(), gates: [], waiting: [], used: null, checkpoints: [], branches: [], alerts: [],
    });
    for (const id of packages) this.unit(id);
    /** What has to be drawn anew. */
    this.dirty = new Set();
  }

  unit(id) {
    if (!this.packages.has(id)) {
      this.packages.set(id, { path: [], reason: "", gates: [], commit: "", files: 0, kept: "", undone: "", rehearsed: false, used: null });
      // In the order of their names, as the server has them.
      const bytes = (a, b) => (a[0] < b[0] ? -1 : 1);
      this.packages = new Map([...this.packages].sort(bytes));
    }
    this.dirty?.add(`package ${id}`);
    return this.packages.get(id);
  }

  /** Who works on a package works in the lane of the stage that handed it out. */
  lane(agent) {
    const stage = isOfAStage(agent) ? agent : "actions";
    this.dirty.add(`agent ${stage}`);
    return this.agents[AGENTS.indexOf(stage)];
  }

  began(agent, call, tool, summary) {
    const lane = this.lane(agent);
    lane.calls += 1;
    lane.tools.push({ call, tool, status: null, summary });
    if (lane.tools.length > TOOLS) lane.tools.shift();
  }

  /** The last call of this identity. */
  call(agent, call) { return this.lane(agent).tools.findLast((it) => it.call === call); }

  gatesOf(id) {
    if (id) return this.unit(id).gates;
    this.dirty.add("gates");
    return this.gates;
  }

  alert(at, kind, text) {
    this.alerts.push({ at, kind, text });
    this.dirty.add("alerts");
  }

  apply(event) {
    this.seq = event.seq;
    this.last = event.at;
    this.dirty.add("head");
    HANDLERS[event.kind]?.(this, event, event.at);
  }

  landed() {
    return [...this.packages.values()].filter((it) => stateOf(it) === "done" && !it.undone).length;
  }

  usage() {
    if (this.used) return this.used;
    const used = [...this.packages.values()].map((it) => it.used).filter(Boolean);
    return used.length ? used.reduce(together) : null;
  }
}

const together = (sum, it) => ({
  millis: sum.millis + it.millis,
  cpu_millis: sum.cpu_millis + it.cpu_millis,
  disk_kib: Math.max(sum.disk_kib, it.disk_kib),
  steps: (sum.steps ?? 0) + (it.steps ?? 0),
  tokens: (sum.tokens ?? 0) + (it.tokens ?? 0),
  microdollars: (sum.microdollars ?? 0) + (it.microdollars ?? 0),
});

const same = (a, b) => a.subject === b.subject && (a.package ?? null) === (b.package ?? null);

const HANDLERS = {
  run_started(fold, event, at) { fold.started = at; },
  tree_inspected(fold, { phase, violations }) { fold[phase === "before" ? "before" : "after"] = violations; },
  run_resumed(fold, { after_seq }, at) {
    fold.outcome = null;
    fold.ended = null;
    fold.paused = null;
    fold.alert(at, "open", `Taken up again after ${after_seq} events, none of them lost`);
  },
  run_completed(fold, { outcome }, at) { fold.outcome = outcome; fold.ended = at; fold.paused = null; },
  run_paused(fold, { by }, at) { fold.paused = by; fold.alert(at, "open", `Paused by ${by}`); },
  run_continued(fold, { by }, at) { fold.paused = null; fold.alert(at, "open", `${by} lets it go on`); },
  run_cancelled(fold, { by }, at) { fold.alert(at, "open", `${by} tells it to stop`); },
  approval_requested(fold, { subject, package: id }) {
    const it = { subject, package: id ?? null };
    if (!fold.waiting.some((other) => same(other, it))) fold.waiting.push(it);
    fold.dirty.add("pending");
  },
  approval_given(fold, event) {
    fold.waiting = fold.waiting.filter((it) => !same(it, event));
    fold.dirty.add("pending");
  },
  checkpoint_reached(fold, { checkpoint }, at) {
    if (!isMet(checkpoint)) fold.alert(at, "bad", `Checkpoint missed: ${checkpointSaid(checkpoint)}`);
    fold.checkpoints.push(checkpoint);
    fold.dirty.add("checkpoints");
  },
  branch_prepared(fold, { branch }) {
    fold.branches = [...fold.branches.filter((it) => it.name !== branch.name), branch];
    fold.dirty.add("branches");
  },
  canary_checked(fold, { look }, at) {
    if (!look.healthy) fold.alert(at, "bad", `What landed is not healthy: ${look.evidence}`);
  },
  agent_started(fold, { agent, package: id, task }) {
    if (!isOfAStage(agent)) fold.began(agent, work(agent, id), agent, task);
    else Object.assign(fold.lane(agent), { begun: true, status: null, task, thought: "" });
  },
  agent_thinking(fold, { agent, package: id, thought }) {
    if (isOfAStage(agent)) fold.lane(agent).thought = thought;
    else Object.assign(fold.call(agent, work(agent, id)) ?? {}, { summary: thought });
  },
  tool_executing(fold, { agent, tool, call }) { fold.began(agent, call, tool, ""); },
  tool_completed(fold, { agent, tool, call, status, summary }, at) {
    const found = fold.call(agent, call);
    if (found) Object.assign(found, { status, summary });
    if (status === "timeout") fold.alert(at, "bad", `Tool ${tool} ran out of time: ${summary}`);
  },
  agent_completed(fold, { agent, package: id, status, summary }, at) {
    if (isOfAStage(agent)) Object.assign(fold.lane(agent), { begun: true, status, thought: summary });
    else Object.assign(fold.call(agent, work(agent, id)) ?? {}, { status, summary });
    if (status !== "ok") fold.alert(at, "bad", `Agent ${agent} ended: ${summary}`);
  },
  package_changed(fold, { package: id, state, reason }, at) {
    const unit = fold.unit(id);
    unit.path.push({ state, at });
    unit.reason = reason ?? "";
    if (state === "rejected" || state === "failed") fold.alert(at, "bad", `${id} ${state}: ${reason ?? ""}`);
  },
  gate_started(fold, { package: id, gate, phase }) {
    fold.gatesOf(id).push({ gate, phase, outcome: null, evidence: "", millis: 0 });
  },
  gate_completed(fold, { package: id, gate, phase, outcome, evidence, millis }, at) {
    const gates = fold.gatesOf(id);
    const found = gates.findLast((it) => it.gate === gate && it.phase === phase && it.outcome === null);
    if (found) Object.assign(found, { outcome, evidence, millis });
    else gates.push({ gate, phase, outcome, evidence, millis });
    if (gate === "tests" && outcome === "failed") {
      fold.alert(at, "bad", `Tests of ${id ?? "the target branch"} failed: ${evidence}`);
    }
  },
  rollback_rehearsed(fold, { package: id }) { fold.unit(id).rehearsed = true; },
  package_landed(fold, { package: id, commit, files }) { Object.assign(fold.unit(id), { commit, files: files.length }); },
  package_kept(fold, { package: id, reference }) { fold.unit(id).kept = reference; },
  package_rolled_back(fold, { package: id, commit }, at) {
    fold.unit(id).undone = commit;
    fold.alert(at, "open", `${id} was rolled back`);
  },
  resources_used(fold, { package: id, usage }) {
    fold.dirty.add("budget");
    if (id) fold.unit(id).used = usage;
    else fold.used = fold.used ? together(fold.used, usage) : usage;
  },
  budget_exceeded(fold, { package: id, resource, used, limit }, at) {
    fold.alert(at, "bad", `Budget of ${id ?? "the run"} used up: ${amount(resource, used)}, allowed ${amount(resource, limit)}`);
  },
};
