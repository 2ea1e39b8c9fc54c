// The client of `ssot serve`: commands, and streams that lose nothing.
//
//   const client = new SsotClient();
//   const stop = client.subscribe(
//     { project: "shop", stream: "r-20260301-101500-3f9a", afterSeq: 120 },
//     { event: (event) => draw(event), caughtUp: (seq) => {}, state: (state) => {}, error: (error) => {} },
//   );
//   await client.command("/api/v1/projects/shop/runs/r-.../approve", { package: "p01" });
//
// A stream is a run (`r-...`) or a thread (`t-...`). Its events are numbered from 1 without a
// gap, whatever epoch they carry, and each is handed on exactly once and in order:
//
// - only the event `applied + 1` is applied; a smaller number was seen already and is dropped;
// - a larger one is a gap: the stream is asked for again after `applied`;
// - a connection that ends is opened again after a pause that doubles and is jittered, and
//   never before the time that the server named in `retry`;
// - where WebSockets do not come through several times in a row, the same events are taken
//   from server-sent events.
//
// Nothing here knows a page. Everything it takes from the browser can be given instead, so
// that tests need no server: `{ WebSocket, EventSource, fetch, setTimeout, clearTimeout, random }`.

/** The first pause before a new connection, and the longest, in milliseconds. */
const PAUSE = 500;
const LONGEST_PAUSE = 30000;
/** Connections by WebSocket that fail in a row before server-sent events are used. */
const FAILURES = 3;
/** How long server-sent events are used before a WebSocket is tried again. */
const DETOUR = 120000;
/** How often a stream is asked for again without an event that helps, before the connection is given up. */
const ASKED = 4;
/** What a server says that will not change by asking again. */
const FINAL = ["not-found", "forbidden", "signed-out", "unreadable"];

/** What the server answered instead of doing what it was asked. */
export class SsotError extends Error {
  constructor(status, { code = "unknown", message = "The server did not answer as expected", hint = "" } = {}) {
    super(message);
    Object.assign(this, { name: "SsotError", status, code, hint });
  }
}

export class SsotClient {
  #given;
  #streams = new Map();
  #socket = null;
  #timer = null;
  #failures = 0;
  #attempt = 0;
  #floor = 0;
  #detour = false;
  #closed = false;

  /** `base` is the origin of the server, `csrf` the secret of its pages; both may be empty. */
  constructor({ base = "", csrf = "", ...given } = {}) {
    const here = globalThis;
    this.#given = {
      base,
      csrf,
      WebSocket: here.WebSocket,
      EventSource: here.EventSource,
      fetch: (...call) => here.fetch(...call),
      setTimeout: (...call) => here.setTimeout(...call),
      clearTimeout: (timer) => here.clearTimeout(timer),
      random: () => Math.random(),
      ...given,
    };
    here.addEventListener?.("online", () => this.#hurry());
  }

  /** Asks for something; the value of the answer. Fails with an `SsotError`. */
  async get(path) {
    return this.#request(path, { headers: { accept: "application/json" } });
  }

  /** Gives a command, with a `command_id` of its own unless there is one: asking again with the
   *  same one does it once. */
  async command(path, body = {}, method = "POST") {
    const { csrf } = this.#given;
    const headers = { accept: "application/json", "content-type": "application/json" };
    if (csrf) headers["x-csrf-token"] = csrf;
    const whole = { command_id: crypto.randomUUID(), ...body };
    return this.#request(path, { method, headers, body: JSON.stringify(whole) });
  }

  async #request(path, options) {
    const { base, fetch } = this.#given;
    let answer;
    try {
      answer = await fetch(base + path, { credentials: "same-origin", ...options });
    } catch {
      throw new SsotError(0, { code: "unreachable", message: "The server cannot be reached", hint: "Try again in a moment." });
    }
    const text = await answer.text();
    let value = null;
    try { value = text ? JSON.parse(text) : null; } catch { /* told below */ }
    if (!answer.ok) throw new SsotError(answer.status, value?.error);
    return value;
  }

  /** Follows a stream; the function that ends it. `state` is told `connecting`, `live`,
   *  `waiting` with milliseconds, or `ended`. */
  subscribe({ project, stream, afterSeq = 0 }, handlers) {
    if (this.#streams.has(stream)) throw new Error(`${stream} is followed already`);
    const it = { project, stream, applied: afterSeq, handlers, asked: 0, gap: false, source: null };
    this.#streams.set(stream, it);
    this.#tell(it, "state", "connecting");
    if (this.#detour) this.#listen(it);
    else if (this.#isOpen()) this.#ask(it);
    else this.#connect();
    return () => this.#unsubscribe(it);
  }

  /** Ends every stream and the connection. */
  close() {
    this.#closed = true;
    for (const it of [...this.#streams.values()]) this.#unsubscribe(it);
    this.#given.clearTimeout(this.#timer);
    this.#drop();
  }

  /** The last event that was applied of a stream; none when it is not followed. */
  applied(stream) {
    return this.#streams.get(stream)?.applied;
  }

  #tell(it, what, ...values) {
    try {
      it.handlers[what]?.(...values);
    } catch (error) {
      // A page that cannot show an event must not keep the next ones from it.
      console.error(error);
    }
  }

  #tellAll(...state) {
    for (const it of this.#streams.values()) this.#tell(it, "state", ...state);
  }

  #isOpen() {
    return this.#socket?.readyState === 1;
  }

  #unsubscribe(it) {
    if (this.#streams.get(it.stream) !== it) return;
    this.#streams.delete(it.stream);
    it.source?.close();
    if (this.#isOpen()) this.#socket.send(JSON.stringify({ type: "unsubscribe", stream: it.stream }));
    this.#tell(it, "state", "ended");
    if (this.#streams.size === 0) this.#drop();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #connect() {
    if (this.#closed || this.#socket || this.#streams.size === 0) return;
    const { base, WebSocket } = this.#given;
    const url = new URL("/api/v1/stream", base || globalThis.location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url.href, "ssot.v1");
    this.#socket = socket;
    // What an earlier connection still says is about nothing any more.
    const isIt = () => this.#socket === socket;
    socket.onopen = () => {
      if (isIt()) for (const it of this.#streams.values()) this.#ask(it);
    };
    socket.onmessage = ({ data }) => {
      if (!isIt()) return;
      let frame;
      try { frame = JSON.parse(data); } catch { this.#fail(); return; }
      this.#frame(frame);
    };
    socket.onclose = () => { if (isIt()) this.#lost(); };
  }

  #fail() {
    this.#drop();
    this.#lost();
  }

  /** The connection is gone: another one after a pause. */
  #lost() {
    this.#socket = null;
    if (this.#closed || this.#streams.size === 0) return;
    this.#failures += 1;
    if (this.#failures >= FAILURES && this.#given.EventSource) {
      this.#takeDetour();
      return;
    }
    this.#again(() => this.#connect());
  }

  #again(what) {
    const ceiling = Math.min(LONGEST_PAUSE, PAUSE * 2 ** Math.min(this.#attempt, 16));
    const pause = Math.max(this.#floor, 0) + ceiling * (0.5 + this.#given.random() / 2);
    this.#attempt += 1;
    this.#floor = 0;
    this.#tellAll("waiting", Math.round(pause));
    this.#given.clearTimeout(this.#timer);
    this.#timer = this.#given.setTimeout(() => {
      this.#timer = null;
      this.#tellAll("connecting");
      what();
    }, pause);
  }

  /** The network is back: no reason to wait longer. */
  #hurry() {
    if (this.#closed || this.#timer === null || this.#floor > 0 || this.#detour) return;
    this.#given.clearTimeout(this.#timer);
    this.#timer = null;
    this.#connect();
  }

  #ask(it) {
    it.gap = false;
    const { project, stream, applied } = it;
    this.#socket.send(JSON.stringify({ type: "subscribe", project, stream, after_seq: applied }));
  }

  #frame(frame) {
    if (frame.type === "retry") {
      this.#floor = Number(frame.after_ms) || 0;
      return;
    }
    const it = this.#streams.get(frame.stream);
    if (!it) return;
    if (frame.type === "events") this.#events(it, frame.events);
    else if (frame.type === "caught_up") this.#caughtUp(it, frame.seq);
    else if (frame.type === "error") this.#refused(it, frame);
  }

  #events(it, events) {
    for (const event of events) {
      if (event.seq <= it.applied) continue;
      if (event.seq > it.applied + 1) { this.#gap(it); return; }
      it.applied = event.seq;
      it.gap = false;
      it.asked = 0;
      this.#tell(it, "event", event);
    }
    this.#tell(it, "applied", it.applied);
  }

  /** Something is missing: the stream again from what is there. Once, until it helps. */
  #gap(it) {
    if (it.gap) return;
    it.asked += 1;
    this.#tell(it, "gap", it.applied);
    if (it.asked > ASKED) {
      it.asked = 0;
      if (it.source) this.#listenAgain(it);
      else this.#fail();
      return;
    }
    if (it.source) { this.#listen(it); return; }
    this.#ask(it);
    it.gap = true;
  }

  #caughtUp(it, seq) {
    if (seq > it.applied) {
      it.gap = false;
      this.#gap(it);
      return;
    }
    this.#failures = 0;
    this.#attempt = 0;
    this.#tell(it, "state", "live");
    this.#tell(it, "caughtUp", it.applied);
  }

  #refused(it, { code, message }) {
    this.#tell(it, "error", new SsotError(0, { code, message }));
    if (FINAL.includes(code)) this.#unsubscribe(it);
  }

  #takeDetour() {
    this.#detour = true;
    for (const it of this.#streams.values()) this.#listen(it);
    this.#given.setTimeout(() => this.#leaveDetour(), DETOUR);
  }

  #leaveDetour() {
    this.#detour = false;
    for (const it of this.#streams.values()) { it.source?.close(); it.source = null; }
    // One failure leads back at once.
    this.#failures = FAILURES - 1;
    this.#connect();
  }

  #listen(it) {
    it.source?.close();
    const { base, EventSource } = this.#given;
    const [project, stream] = [it.project, it.stream].map(encodeURIComponent);
    const source = new EventSource(`${base}/api/v1/projects/${project}/streams/${stream}/events?after_seq=${it.applied}`);
    it.source = source;
    it.gap = false;
    const heard = (use) => ({ data }) => {
      if (it.source !== source) return;
      let value;
      try { value = JSON.parse(data); } catch { this.#listenAgain(it); return; }
      use(value);
    };
    source.addEventListener("events", heard((value) => this.#events(it, Array.isArray(value) ? value : value.events)));
    source.addEventListener("caught_up", heard((value) => this.#caughtUp(it, value.seq)));
    // The browser would ask again after the last `id`; what counts is what was applied.
    source.onerror = () => { if (it.source === source) this.#listenAgain(it); };
  }

  #listenAgain(it) {
    it.source?.close();
    it.source = null;
    this.#again(() => {
      for (const it of this.#streams.values()) if (this.#detour && !it.source) this.#listen(it);
    });
  }
}
