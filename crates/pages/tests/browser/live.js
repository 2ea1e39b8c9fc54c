// A run that goes on while somebody looks: nothing missing, nothing doubled, whatever the
// connection does.

import { equal, run, test } from "./check.js";
import { asked, events, frames, load, shown, sockets, stage, until } from "./stage.js";

await stage("run");
const seq = Number(document.getElementById("run").dataset.seq);
const before = shown(document);
// The log is asked for in portions; the last of them has more than the page had.
const known = Math.ceil(seq / 20) * 20;
await import("/assets/run.js");
const id = document.getElementById("run").dataset.run;
const says = (...list) => ({ type: "events", stream: id, events: list });
const between = (from, to) => events.slice(from - 1, to);
const state = () => document.getElementById("connection").dataset.state;

test("the page of the server stands until something new comes", async () => {
  await until(() => sockets.length === 1, "a connection");
  sockets[0].open();
  equal(sockets[0].sent, [{ type: "subscribe", project: "shop", stream: id, after_seq: known }]);
  equal(asked.every((url) => url.includes("/events?after_seq=")), true);
  sockets[0].says({ type: "caught_up", stream: id, seq: known });
  equal(state(), "live");
  equal(shown(document).gates, before.gates);
});

test("what somebody opened stays open", async () => {
  const details = () => document.querySelector("#package-p05-settings details");
  details().open = true;
  sockets[0].says(says(...between(known + 1, known + 6)));
  await frames();
  equal(details().open, true);
});

test("doubles, a gap, another connection: the page is that of the server", async () => {
  sockets[0].says(says(...between(known + 3, known + 7)), says(...between(known + 10, known + 12)));
  equal(sockets[0].sent.at(-1).after_seq, known + 7);
  sockets[0].dies();
  equal(state(), "waiting");
  await until(() => sockets.length === 2, "another connection");
  sockets[1].open();
  equal(sockets[1].sent, [{ type: "subscribe", project: "shop", stream: id, after_seq: known + 7 }]);
  sockets[1].says(says(...between(1, events.length)), { type: "caught_up", stream: id, seq: events.length });
  await frames();
  const expected = shown(await load("record"));
  const found = shown(document);
  for (const region of Object.keys(expected)) {
    const mine = found[region].map((it) => it.replace(/<details open=>/g, "<details>"));
    equal(mine, expected[region], region);
  }
  equal(document.getElementById("run-status").textContent, "partial");
  equal(document.getElementById("replay").hidden, false);
});

test("a diff opens where its package is", async () => {
  document.querySelector("#package-p01-round-money [data-diff]").click();
  await until(() => document.querySelector("#package-p01-round-money .diff"), "a diff");
  equal([...document.querySelectorAll(".diff .out, .diff .in")].map((it) => it.textContent), ["- y", "+ z"]);
});

await run();
