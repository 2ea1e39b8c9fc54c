// A page that was opened before its run had a plan.

import { equal, run, test } from "./check.js";
import { asked, events, frames, load, shown, sockets, stage, until } from "./stage.js";

await stage("run-begun");
// The log is asked for in portions, which are larger than what the page has seen.
await import("/assets/run.js");
const id = document.getElementById("run").dataset.run;

test("the plan is taken over as soon as something of it moves", async () => {
  await until(() => sockets.length === 1, "a connection");
  sockets[0].open();
  const known = sockets[0].sent[0].after_seq;
  const says = (list) => sockets[0].says({ type: "events", stream: id, events: list });
  says(events.slice(known, events.length));
  await until(() => asked.includes(location.href), "a question for the plan");
  const expected = shown(await load("record"));
  // Without the plan nobody knows what a package is called.
  await until(() => document.getElementById("packages").textContent.includes("Take"), "titles");
  await frames();
  const found = shown(document);
  for (const region of Object.keys(expected)) equal(found[region], expected[region], region);
  equal(asked.filter((it) => it === location.href).length, 1);
});

await run();
