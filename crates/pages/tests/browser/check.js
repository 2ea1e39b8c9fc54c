// The smallest frame for tests: each says its name and what did not hold.

const tests = [];

export const test = (name, run) => tests.push({ name, run });

export const equal = (found, expected, about = "") => {
  const [a, b] = [found, expected].map((it) => JSON.stringify(it));
  if (a !== b) throw new Error(`${about} found ${a}, expected ${b}`);
};

/** Runs them all; the result is text of the page. */
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
  }
  said.push(`${tests.length} tests, ${failed} failed`);
  document.getElementById("result").textContent = said.join("\n");
  document.title = failed ? "failed" : "passed";
};
