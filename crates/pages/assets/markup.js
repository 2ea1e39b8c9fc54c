// Texts and elements as the server makes them. Whatever comes from elsewhere becomes text,
// never markup.

/** An element with its attributes and what is in it; what is nothing is left out. */
export const el = (name, attributes = {}, ...inside) => {
  const it = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) it.setAttribute(key, value === true ? "" : value);
  }
  it.append(...inside.flat(Infinity).filter((part) => ![null, undefined, false, ""].includes(part)));
  return it;
};

/** An element of a drawing. */
export const svg = (name, attributes = {}, ...inside) => {
  const it = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) it.setAttribute(key, value);
  it.append(...inside);
  return it;
};

/** A text without what would control a terminal or turn the direction of letters. */
export const visible = (text) => String(text)
  .replace(/[\n\r\t]/g, " ")
  .replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

/** A sentence whose names stand between backticks, as nodes. */
export const prose = (text) => {
  const parts = String(text).split("`");
  if (parts.length % 2 === 0) return [visible(text)];
  return parts.map((part, at) => (at % 2 ? el("code", {}, visible(part)) : visible(part))).filter((it) => it !== "");
};

export const thousands = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ",");

/** `1 file`, `2 files`, `2 dependencies`. */
export const count = (number, noun) => {
  if (number === 1) return `1 ${noun}`;
  return noun.endsWith("y") ? `${thousands(number)} ${noun.slice(0, -1)}ies` : `${thousands(number)} ${noun}s`;
};

const two = (number) => String(number).padStart(2, "0");

/** A time in words: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export const span = (millis) => {
  const seconds = Math.floor((millis + 500) / 1000);
  if (seconds < 10) {
    const tenths = Math.floor((millis + 50) / 100);
    return `${Math.floor(tenths / 10)}.${tenths % 10} s`;
  }
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
};

/** The time of the day in UTC. */
export const clock = (at) => new Date(at).toISOString().slice(11, 19);

export const short = (id) => String(id).slice(0, 10);
