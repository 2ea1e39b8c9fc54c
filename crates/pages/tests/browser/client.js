// The client against a server that says whatever a test wants.

import { SsotClient } from "/assets/client.js";
import { equal, test } from "./check.js";

/** What a client is given instead of the browser. */
const world = (options = {}) => {
  const it = { sockets: [], sources: [], timers: [], posted: [] };
  class Socket {
    constructor(url, protocol) {
      Object.assign(this, { url, protocol, readyState: 0, sent: [] });
      it.sockets.push(this);
    }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.readyState = 3; }
    open() { this.readyState = 1; this.onopen?.(); }
    says(...frames) { for (const frame of frames) this.onmessage?.({ data: typeof frame === "string" ? frame : JSON.stringify(frame) }); }
    dies() { this.readyState = 3; this.onclose?.(); }
  }
  class Source {
    constructor(url) { Object.assign(this, { url, heard: {}, closed: false }); it.sources.push(this); }
    addEventListener(name, use) { this.heard[name] = use; }
    says(name, value) { this.heard[name]?.({ data: JSON.stringify(value) }); }
    close() { this.closed = true; }
  }
  const client = new SsotClient({
    base: "http://server.test", csrf: "secret", WebSocket: Socket, EventSource: Source, random: () => 1,
    setTimeout: (run, after) => { it.timers.push({ run, after, at: it.timers.length }); return it.timers.at(-1); },
    clearTimeout: (timer) => { it.timers = it.timers.filter((other) => other !== timer); },
    fetch: async (url, request) => {
      it.posted.push({ url, ...request });
      return it.answer ?? { ok: true, status: 200, text: async () => '{"run":"r-1"}' };
    },
    ...options,
  });
  const seen = [];
  const states = [];
  const errors = [];
  const gaps = [];
  const stop = client.subscribe({ project: "shop", stream: "r-1", afterSeq: 0 }, {
    event: (event) => seen.push(event.seq),
    state: (...state) => states.push(state.join(" ")),
    error: ({ code }) => errors.push(code),
    gap: (from) => gaps.push(from),
  });
  const last = () => it.sockets.at(-1);
  /** Lets the pause before the next connection pass. */
  const pass = () => { const timer = it.timers.shift(); timer.run(); return timer.after; };
  return Object.assign(it, { client, seen, states, errors, gaps, stop, last, pass });
};

const events = (...numbers) => ({ type: "events", stream: "r-1", events: numbers.map((seq) => ({ seq, run: "r-1", kind: "x" })) });
const caughtUp = (seq) => ({ type: "caught_up", stream: "r-1", seq });
const subscribed = (after_seq) => ({ type: "subscribe", project: "shop", stream: "r-1", after_seq });

test("it subscribes with the protocol and applies in order", () => {
  const it = world();
  equal([it.last().url, it.last().protocol], ["ws://server.test/api/v1/stream", "ssot.v1"]);
  it.last().open();
  equal(it.last().sent, [subscribed(0)]);
  it.last().says(events(1, 2), caughtUp(2), events(3));
  equal(it.seen, [1, 2, 3]);
  equal(it.states, ["connecting", "live"]);
  equal(it.client.applied("r-1"), 3);
});

test("what was seen already is dropped", () => {
  const it = world();
  it.last().open();
  it.last().says(events(1, 2, 2, 1), events(2, 3));
  equal(it.seen, [1, 2, 3]);
  equal(it.last().sent.length, 1);
});

test("a gap asks again from what was applied, once", () => {
  const it = world();
  it.last().open();
  it.last().says(events(1, 2), events(5), events(6), events(7));
  equal(it.seen, [1, 2]);
  equal(it.last().sent, [subscribed(0), subscribed(2)]);
  it.last().says(events(3, 4, 5, 6, 7), caughtUp(7));
  equal(it.seen, [1, 2, 3, 4, 5, 6, 7]);
  equal(it.gaps, [2]);
});

test("what comes in another order is applied in order", () => {
  const it = world();
  it.last().open();
  it.last().says(events(2, 1, 3));
  equal(it.seen, []);
  it.last().says(events(1), events(2, 3));
  equal(it.seen, [1, 2, 3]);
});

test("an end that is further than what was applied is a gap", () => {
  const it = world();
  it.last().open();
  it.last().says(events(1), caughtUp(4));
  equal(it.last().sent.at(-1), subscribed(1));
  equal(it.states, ["connecting"]);
  it.last().says(events(2, 3, 4), caughtUp(4));
  equal([it.seen, it.states.at(-1)], [[1, 2, 3, 4], "live"]);
});

test("a gap that asking does not close ends in another connection", () => {
  const it = world();
  it.last().open();
  for (let time = 0; time < 12 && it.sockets.length === 1 && it.timers.length === 0; time += 1) it.last().says(caughtUp(9));
  equal(it.timers.length, 1, "it gives the connection up");
  it.pass();
  it.last().open();
  it.last().says(events(1, 2, 3, 4, 5, 6, 7, 8, 9), caughtUp(9));
  equal(it.seen.length, 9);
});

test("a new connection goes on where the old one ended", () => {
  const it = world();
  it.last().open();
  it.last().says(events(1, 2, 3), caughtUp(3));
  const old = it.last();
  old.dies();
  equal(it.states.at(-1), "waiting 500");
  it.pass();
  equal(it.sockets.length, 2);
  it.last().open();
  equal(it.last().sent, [subscribed(3)]);
  old.says(events(4));
  equal(it.seen, [1, 2, 3], "an old connection says nothing any more");
  it.last().says(events(3, 4), caughtUp(4));
  equal(it.seen, [1, 2, 3, 4]);
});

test("pauses double, are jittered, and begin anew after success", () => {
  const it = world({ EventSource: null });
  const pauses = [];
  for (let time = 0; time < 9; time += 1) { it.last().dies(); pauses.push(it.pass()); }
  equal(pauses, [500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000]);
  it.last().open();
  it.last().says(caughtUp(0));
  it.last().dies();
  equal(it.pass(), 500);
  const other = world({ random: () => 0 });
  other.last().dies();
  equal(other.pass(), 250);
});

test("the time that the server names is waited for", () => {
  const it = world();
  it.last().open();
  it.last().says(events(1), { type: "retry", after_ms: 7000 });
  it.last().dies();
  equal(it.pass(), 7500);
  it.last().open();
  equal(it.last().sent, [subscribed(1)]);
  it.last().dies();
  equal(it.pass(), 1000, "once");
});

test("where sockets do not come through, server-sent events do", () => {
  const it = world();
  it.last().open();
  it.last().says(events(1), caughtUp(1));
  for (let time = 0; time < 2; time += 1) { it.last().dies(); it.pass(); }
  it.last().dies();
  equal(it.sources.map(({ url }) => url), ["http://server.test/api/v1/projects/shop/streams/r-1/events?after_seq=1"]);
  const [first] = it.sources;
  first.says("events", [{ seq: 1 }, { seq: 2 }]);
  first.says("events", { events: [{ seq: 3 }] });
  first.says("caught_up", { seq: 3 });
  equal([it.seen, it.states.at(-1)], [[1, 2, 3], "live"]);
  first.says("events", [{ seq: 9 }]);
  equal([first.closed, it.sources.at(-1).url.endsWith("after_seq=3")], [true, true], "a gap");
  first.says("events", [{ seq: 4 }]);
  equal(it.seen, [1, 2, 3], "an old source says nothing any more");
  it.sources.at(-1).onerror();
  equal(it.sources.at(-1).closed, true);
});

test("after the detour a socket is tried again", () => {
  const it = world();
  for (let time = 0; time < 2; time += 1) { it.last().dies(); it.pass(); }
  it.last().dies();
  const detour = it.timers.find(({ after }) => after === 120000);
  const before = it.sockets.length;
  detour.run();
  equal([it.sockets.length, it.sources[0].closed], [before + 1, true]);
});

test("nothing is followed that is not there", () => {
  const it = world();
  it.last().open();
  it.last().says({ type: "error", stream: "r-1", code: "not-found", message: "no such run" });
  equal([it.errors, it.states.at(-1)], [["not-found"], "ended"]);
  it.last()?.dies();
  equal(it.timers.length, 0, "it does not ask again");
});

test("an error that passes leaves the stream", () => {
  const it = world();
  it.last().open();
  it.last().says({ type: "error", stream: "r-1", code: "busy", message: "later" }, events(1));
  equal([it.errors, it.seen], [["busy"], [1]]);
});

test("what is no JSON ends the connection, not the client", () => {
  const it = world();
  it.last().open();
  it.last().says(events(1), "{not");
  equal(it.states.at(-1), "waiting 500");
  it.pass();
  it.last().open();
  equal(it.last().sent, [subscribed(1)]);
});

test("several streams share a connection and do not mix", () => {
  const it = world();
  const other = [];
  it.last().open();
  const stop = it.client.subscribe({ project: "shop", stream: "t-1", afterSeq: 5 }, { event: ({ seq }) => other.push(seq) });
  equal(it.last().sent.at(-1), { type: "subscribe", project: "shop", stream: "t-1", after_seq: 5 });
  it.last().says(events(1), { type: "events", stream: "t-1", events: [{ seq: 6 }] }, { type: "events", stream: "r-9", events: [{ seq: 1 }] });
  equal([it.seen, other], [[1], [6]]);
  stop();
  equal(it.last().sent.at(-1), { type: "unsubscribe", stream: "t-1" });
  it.last().says({ type: "events", stream: "t-1", events: [{ seq: 7 }] });
  equal(other, [6]);
  it.client.close();
  equal([it.states.at(-1), it.sockets.length], ["ended", 1]);
});

test("a page that cannot show an event gets the next one", () => {
  const it = world();
  const seen = [];
  const error = console.error;
  console.error = () => {};
  it.last().open();
  it.client.subscribe({ project: "shop", stream: "r-2", afterSeq: 0 }, {
    event: ({ seq }) => { seen.push(seq); if (seq === 1) throw new Error("broken page"); },
  });
  it.last().says({ type: "events", stream: "r-2", events: [{ seq: 1 }, { seq: 2 }] });
  console.error = error;
  equal(seen, [1, 2]);
});

test("an epoch that changes does not begin anew", () => {
  const it = world();
  it.last().open();
  it.last().says({ type: "events", stream: "r-1", events: [{ seq: 1, epoch: 1 }, { seq: 2, epoch: 2 }, { seq: 3, epoch: 2 }] });
  equal(it.seen, [1, 2, 3]);
});

test("a command has an identity, and an error tells what to do", async () => {
  const it = world();
  equal(await it.client.command("/api/v1/projects/shop/scan", {}), { run: "r-1" });
  await it.client.command("/api/v1/x", { command_id: "mine", a: 1 });
  const [first, second] = it.posted.map(({ body }) => JSON.parse(body));
  equal([first.command_id.length, second], [36, { command_id: "mine", a: 1 }]);
  equal([it.posted[0].method, it.posted[0].headers["x-csrf-token"]], ["POST", "secret"]);
  it.answer = { ok: false, status: 409, text: async () => '{"error":{"code":"conflict","message":"said already","hint":"reload"}}' };
  const error = await it.client.command("/api/v1/x").catch((it) => it);
  equal([error.status, error.code, error.message, error.hint], [409, "conflict", "said already", "reload"]);
  it.answer = { ok: false, status: 502, text: async () => "<html>" };
  equal((await it.client.get("/api/v1/x").catch((it) => it)).code, "unknown");
});
