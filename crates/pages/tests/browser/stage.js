// A page of the server in this one, with a server behind it that a test plays.

import { inside } from "./plain.js";

const REGIONS = ["agents", "packages", "pending", "alerts", "gates", "budget", "checkpoints", "branches", "lanes"];

export const load = async (name) => new DOMParser().parseFromString(await (await realFetch(`/${name}.html`)).text(), "text/html");
const realFetch = globalThis.fetch.bind(globalThis);
export const events = await (await realFetch("/events.json")).json();

/** What a page shows of its run. */
export const shown = (page) => Object.fromEntries(REGIONS.map((id) => [id, inside(page.getElementById(id).childNodes)]));

export const sockets = [];
export const asked = [];
/** What was commanded, and what every command is answered instead of what it asks for. */
export const commands = [];
/** What is wrong with the log. */
let fault = null;
export const spoil = (what) => { fault = what; };
let refusal = null;
export const refuse = (error) => {
  refusal = error && { ok: false, status: 409, text: async () => JSON.stringify({ error }) };
};

/** Puts a page of the server here and plays the server. */
export const stage = async (name) => {
  const page = await load(name);
  const result = document.getElementById("result");
  document.body.replaceChildren(result, ...[...page.body.childNodes].map((it) => document.adoptNode(it)));
  globalThis.fetch = async (url, { method = "GET", body } = {}) => {
    asked.push(url);
    if (method !== "GET") {
      commands.push({ url, method, body: JSON.parse(body) });
      return refusal ?? { ok: true, status: 200, text: async () => "{}" };
    }
    if (url === location.href) return realFetch("/run.html");
    const { pathname, searchParams } = new URL(url, location.href);
    const answer = (value) => ({ ok: true, status: 200, text: async () => JSON.stringify(value) });
    if (pathname.endsWith("/events")) {
      const after = Number(searchParams.get("after_seq"));
      // Small portions, so that several are asked for.
      return answer({ events: events.filter(({ seq }) => seq > after).slice(0, 20) });
    }
    if (pathname.endsWith("/verify")) return answer({ events: events.length, fault });
    if (pathname.endsWith("/diff")) return answer({ files: [{ path: "a.py", before: "x\ny\n", after: "x\nz\n" }] });
    return answer({});
  };
  globalThis.WebSocket = class {
    constructor() { Object.assign(this, { readyState: 0, sent: [] }); sockets.push(this); }
    send(text) { this.sent.push(JSON.parse(text)); }
    close() { this.readyState = 3; }
    open() { this.readyState = 1; this.onopen(); }
    says(...frames) { for (const frame of frames) this.onmessage({ data: JSON.stringify(frame) }); }
    dies() { this.readyState = 3; this.onclose(); }
  };
};

/** Waits until something holds. */
export const until = async (what, about) => {
  for (let time = 0; time < 400; time += 1) {
    if (what()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`it never came to ${about}`);
};

export const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
