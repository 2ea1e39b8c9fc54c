// The swimlane of a run: the same measures as `lanes.rs`.

import { isEnd, stateOf, stateWord } from "./fold.js";
import { span, svg, visible } from "./markup.js";
import { classOf } from "./parts.js";

const [LEFT, WIDTH, ROW, TOP, MARKS, LETTER] = [130, 900, 36, 30, 4, 7];

/** The whole drawing. */
export const drawing = (schedule, fold, now) => {
  const past = (at) => (fold.started === null ? 0 : Math.max(at - fold.started, 0));
  const names = [...(schedule?.lanes ?? [])];
  const lane = new Map((schedule?.packages ?? []).map((it) => [it.id, it.lane]));
  for (const id of fold.packages.keys()) {
    if (lane.has(id)) continue;
    lane.set(id, names.length);
    names.push(id.split("-")[0]);
  }
  const end = Math.max(schedule?.makespan ?? 0, past(fold.ended ?? now), 1000);
  const x = (millis) => LEFT + Math.floor((Math.min(millis, end) * WIDTH) / end);
  const height = TOP + ROW * names.length;
  const parts = [];
  for (let mark = 0; mark <= MARKS; mark += 1) {
    const at = Math.floor((end * mark) / MARKS);
    parts.push(
      svg("line", { class: "mark", x1: x(at), y1: TOP, x2: x(at), y2: height }),
      svg("text", { class: "soft", x: x(at), y: 20, "text-anchor": mark === MARKS ? "end" : "middle" }, span(at)),
    );
  }
  names.forEach((name, at) => parts.push(svg("text", { x: 8, y: TOP + ROW * at + ROW / 2 + 4 }, visible(name))));
  for (const it of schedule?.packages ?? []) {
    const [from, to] = [x(schedule.before + it.start), x(schedule.before + it.end)];
    parts.push(svg(
      "rect", { class: it.critical ? "planned critical" : "planned", x: from, y: TOP + ROW * it.lane + 4, width: Math.max(to - from, 2), height: 8, rx: 2 },
      svg("title", {}, `${visible(it.id)}: planned`),
    ));
  }
  for (const [id, unit] of fold.packages) parts.push(...actual(id, unit, lane.get(id), x, past, now));
  return svg(
    "svg", {
      class: "swimlane", viewBox: `0 0 ${LEFT + WIDTH + 20} ${height + 8}`, role: "img",
      "aria-label": "The packages over time, planned and actual; the list below says the same in words",
    }, ...parts,
  );
};

/** What happened to one package. */
const actual = (id, unit, lane, x, past, now) => {
  const begun = unit.path.findIndex((it) => it.state !== "queued");
  if (begun < 0) return [];
  const y = TOP + ROW * lane + 14;
  const path = unit.path.slice(begun);
  const first = x(past(path[0].at));
  let last = first;
  const bars = [];
  path.forEach(({ state, at }, number) => {
    if (isEnd(state)) return;
    const [from, to] = [x(past(at)), x(past(path[number + 1]?.at ?? now))];
    last = Math.max(last, to);
    bars.push(svg("rect", { class: `actual ${stateWord(state)}`, x: from, y, width: Math.max(to - from, 1), height: 14 }));
  });
  const state = stateOf(unit);
  const [word, kind] = unit.undone ? ["rolled back", "halted"] : [stateWord(state), classOf(state)];
  const width = Math.max(last - first, 3);
  const short = visible(id.split("-")[0]);
  const name = width > short.length * LETTER + 8 ? [svg("text", { x: first + 4, y: y + 11 }, short)] : [];
  return [svg(
    "g", { class: `unit ${kind}` }, svg("title", {}, `${visible(id)}: ${word}`), ...bars,
    svg("rect", { class: "frame", x: first, y, width, height: 14, rx: 2 }), ...name,
  )];
};
