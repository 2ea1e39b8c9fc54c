// The record of a run, played again.

import { equal, run, test } from "./check.js";
import { events, frames, load, shown, spoil, stage, until } from "./stage.js";

await stage("record");
await import("/assets/run.js");
const scrub = document.getElementById("replay-at");
const to = async (number) => {
  scrub.value = number;
  scrub.dispatchEvent(new Event("input"));
  await frames();
};

test("the beginning has nothing, the end everything", async () => {
  await until(() => !scrub.disabled, "a log");
  await to(1);
  equal(document.querySelectorAll("#packages .pill.rest").length, 6);
  equal(document.querySelectorAll("#alerts li").length, 0);
  await to(events.length);
  const [expected, found] = [shown(await load("record")), shown(document)];
  for (const region of Object.keys(expected)) equal(found[region], expected[region], region);
});

test("the middle is what the server showed then", async () => {
  const page = await load("run");
  const seq = Number(page.getElementById("run").dataset.seq);
  await to(seq);
  const [expected, found] = [shown(page), shown(document)];
  for (const region of ["alerts", "gates", "checkpoints", "agents", "budget"]) equal(found[region], expected[region], region);
});

test("it plays to the end by itself", async () => {
  document.getElementById("replay-speed").value = "600";
  await to(1);
  document.getElementById("replay-play").click();
  await until(() => document.getElementById("replay-play").textContent === "Replay" && Number(scrub.value) === events.length, "the end");
});

test("a log that is whole is told so, and one that is not", async () => {
  const said = document.getElementById("verify-said");
  document.getElementById("verify").click();
  await until(() => said.className === "notice good", "an answer");
  equal(said.textContent, "133 events: each is there, in order, and unchanged.");
  spoil({ seq: 7, reason: "its checksum is another" });
  document.getElementById("verify").click();
  await until(() => said.className === "notice bad", "another answer");
  equal(said.textContent, "The log is not whole: event 7: its checksum is another");
});

await run();
