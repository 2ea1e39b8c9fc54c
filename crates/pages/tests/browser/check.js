// The smallest frame for tests: each says its name and what did not hold.

const tests = [];
const fetch = globalThis.fetch.bind(globalThis);

export const test = (name, run) => tests.push({ name, run });

export const equal = (found, expected, about = "") => {
  const [a, b] = [found, expected].map((it) => JSON.stringify(it));
  if (a !== b) throw new Error(`${about} found ${a}, expected ${b}`);
};

/** Runs them all; the result is text of the page, and posted to whoever serves it. */
export const run = async () => {
  const said = [];
  let failed = 0;
  for (const { name, run } of tests) {
    try {
      await run();
      said.push(`ok ${name}`);
    } catch (error) {
      failed += 1;
      said.push(`FAILED ${name}: ${error.message}\n${error.stack}`);
    }
    document.getElementById("result").textContent = said.join("\n");
  }
  said.push(`${tests.length} tests, ${failed} failed`);
  document.getElementById("result").textContent = said.join("\n");
  document.title = failed ? "failed" : "passed";
  await fetch("/tests/result", { method: "POST", body: said.join("\n") }).catch(() => null);
};
