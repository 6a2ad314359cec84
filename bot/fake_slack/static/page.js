// Two halves, a customer and somebody on the desk, each looking at a room and at one thread.

import { blocks, content, form } from "/static/blocks.js";
import { el, emoji, icon, plain } from "/static/words.js";

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const START = [
  { title: "Customer", side: "customer", prefer: ["U0MIA"], room: "dm" },
  { title: "Staff", side: "staff", prefer: ["U0ANA", "U0ALICE"], room: "desk-billing" },
];
const asked = new URLSearchParams(location.search);

async function act(name, body) {
  const answer = await fetch(`/ui/act/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.json().catch(() => ({ ok: false, error: "the server did not answer" }));
}

class Half {
  constructor(start, index) {
    this.start = start;
    this.key = `half-${index}`;
    this.kept = JSON.parse(sessionStorage.getItem(this.key) ?? "{}");
    this.chosenThread = null;
    this.world = null;
    this.node = document.getElementById("half").content.firstElementChild.cloneNode(true);
    this.node.dataset.side = start.side;
    this.find("h2").textContent = start.title;
    const id = `${this.key}-title`;
    this.find("h2").id = id;
    this.node.setAttribute("aria-labelledby", id);
    this.find(".viewer").addEventListener("change", (event) => this.become(event.target.value));
    for (const pane of this.node.querySelectorAll(".pane")) this.wireComposer(pane);
  }

  find(selector) {
    return this.node.querySelector(selector);
  }

  keep(changes) {
    this.kept = { ...this.kept, ...changes };
    sessionStorage.setItem(this.key, JSON.stringify(this.kept));
  }

  become(viewer) {
    this.chosenThread = null;
    this.keep({ viewer, room: null, thread: null });
    this.load();
  }

  async load() {
    const viewer = this.kept.viewer ?? "";
    const world = await (await fetch(`/ui/state?viewer=${encodeURIComponent(viewer)}`)).json();
    if (world.empty) return;
    if (!viewer) {
      const preferred = this.start.prefer.find((each) => world.users[each]);
      this.keep({ viewer: preferred ?? world.me });
      if (preferred && preferred !== world.me) return this.load();
    }
    this.world = world;
    this.draw();
  }

  // ---- what is looked at

  room() {
    const { channels, dm } = this.world;
    if (this.kept.room === "home") return { id: "home", kind: "home", name: "Home" };
    const wanted = asked.get("channel") && !this.kept.room ? asked.get("channel") : this.kept.room;
    return (
      channels.find((each) => each.id === wanted) ??
      channels.find((each) => each.name === this.start.room && this.start.room !== "dm") ??
      channels.find((each) => each.id === dm) ??
      channels[0]
    );
  }

  // The thread on the right: the one that was opened, else the newest of the room, or of the viewer's own in any room.
  thread() {
    const { messages, me, dm } = this.world;
    const kept = this.kept.thread;
    if (kept && messages[kept.channel]?.some((each) => each.ts === kept.ts)) return kept;
    const room = this.room();
    const places = room?.id === dm || room?.kind === "home" ? Object.keys(messages).filter((each) => each !== dm) : [room.id];
    const threads = places.flatMap((channel) =>
      messages[channel].filter((each) => !this.isReply(each) && (each.reply_count || channel !== room?.id)).map((each) => ({ channel, ...each })));
    const mine = places.length > 1 || room?.id === dm ? threads.filter((each) => each.user === me && !each.subtype) : threads;
    mine.sort((a, b) => (a.latest_reply ?? a.ts).localeCompare(b.latest_reply ?? b.ts));
    const newest = mine.at(-1);
    return newest ? { channel: newest.channel, ts: newest.ts } : null;
  }

  isReply(message) {
    return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
  }

  roomName(room) {
    if (room.kind === "im") return this.world.app.name;
    if (room.kind === "mpim") return room.members.filter((each) => each !== this.world.me).map((each) => this.world.users[each]?.name).join(", ");
    return `#${room.name}`;
  }

  // The name with a lock before that of a private channel.
  roomTitle(room) {
    return room.kind === "private" ? [icon("lock", "private"), room.name] : [this.roomName(room)];
  }

  // ---- drawing

  draw() {
    const { world } = this;
    document.getElementById("workspace").textContent = world.workspace;
    const people = Object.entries(world.users).filter(([, each]) => !each.bot && !each.gone);
    this.find(".viewer").replaceChildren(
      ...people.map(([id, each]) => el("option", { value: id, selected: id === world.me }, each.name + (each.guest === "none" ? "" : " (guest)"))));
    const room = this.room();
    this.drawRooms(room);
    this.drawRoom(room);
    this.drawThread();
    this.drawModal();
  }

  drawRooms(room) {
    const order = { im: 0, public: 1, private: 2, mpim: 3 };
    const rooms = [...this.world.channels].sort((a, b) => order[a.kind] - order[b.kind]);
    const chip = (id, label, app) =>
      el("button", { type: "button", class: app ? "chip app" : "chip", "aria-current": id === room.id ? "true" : null, onclick: () => this.enter(id) }, label);
    const chips = rooms.map((each) => chip(each.id, this.roomTitle(each), each.kind === "im"));
    const at = rooms.findIndex((each) => each.id === this.world.dm) + 1;
    chips.splice(at, 0, chip("home", "Home", true));
    const focused = [...this.find(".rooms").children].indexOf(document.activeElement);
    this.find(".rooms").replaceChildren(...chips);
    if (focused >= 0) chips[focused]?.focus();
  }

  enter(id) {
    this.keep({ room: id, thread: null });
    if (id === "home") act("open_home", { user: this.world.me, tab: "home" });
    if (id === this.world.dm) act("open_home", { user: this.world.me, tab: "messages" });
    this.draw();
  }

  drawRoom(room) {
    const pane = this.find(".pane.room");
    const isHome = room.kind === "home";
    pane.querySelector("h3").replaceChildren(...(isHome ? [`${this.world.app.name} · Home`] : this.roomTitle(room)));
    pane.querySelector(".about").textContent =
      isHome ? "what the app shows to this person" : room.kind === "im" ? "direct message" : `${room.members.length} people${room.archived ? " · archived" : ""}`;
    pane.querySelector(".composer").hidden = isHome || room.archived;
    this.drawPrompts(pane, room);
    const lines = pane.querySelector(".lines");
    lines.setAttribute("aria-label", isHome ? "App Home" : `Messages of ${this.roomName(room)}`);
    if (isHome) {
      const home = this.world.home;
      const act = (block, element, value) => this.perform("click_in_home", { action_id: element.action_id, block_id: block.block_id, value });
      const inner = home ? blocks(home.blocks, this.world, act) : [el("p", { class: "nothing" }, "The app has published nothing here yet.")];
      lines.replaceChildren(el("div", { class: "home", "data-key": `home ${home?.hash}` }, inner));
      return;
    }
    const all = this.world.messages[room.id] ?? [];
    const shown = room.kind === "im" ? this.inThreads(all) : all.filter((each) => !this.isReply(each) || each.subtype === "thread_broadcast");
    this.fill(lines, room.id, shown, room.kind === "im");
    pane.querySelector("textarea").placeholder = `Message ${this.roomName(room)}`;
    const status = room.kind === "im" ? Object.values(this.world.statuses[room.id] ?? {}).at(-1) : null;
    this.drawStatus(pane, status);
  }

  // A direct message with an agent: every line of the person begins a thread, and the answers stand under it.
  inThreads(all) {
    const heads = all.filter((each) => !this.isReply(each) || !all.some((other) => other.ts === each.thread_ts));
    return heads.flatMap((head) => [head, ...all.filter((each) => this.isReply(each) && each.thread_ts === head.ts)]);
  }

  drawThread() {
    const pane = this.find(".pane.thread");
    const thread = this.thread();
    pane.querySelector(".composer").hidden = !thread;
    const room = thread && this.world.channels.find((each) => each.id === thread.channel);
    pane.querySelector(".about").textContent = room ? `in ${this.roomName(room)}` : "";
    if (!thread) {
      pane.querySelector(".lines").replaceChildren(el("p", { class: "nothing" }, "Press Reply under a message to open its thread."));
      this.drawStatus(pane, null);
      return;
    }
    const all = this.world.messages[thread.channel];
    pane.querySelector(".lines").setAttribute("aria-label", `Thread in ${this.roomName(room)}`);
    this.fill(pane.querySelector(".lines"), thread.channel, all.filter((each) => each.ts === thread.ts || each.thread_ts === thread.ts), true);
    pane.querySelector("textarea").placeholder = "Reply …";
    this.drawStatus(pane, this.world.statuses[thread.channel]?.[thread.ts]);
  }

  drawStatus(pane, status) {
    const line = pane.querySelector(".status");
    line.hidden = !status;
    const words = status ? `${this.world.app.name} ${status.text}` : "";
    if (line.textContent !== words) line.textContent = words;
  }

  drawPrompts(pane, room) {
    const box = pane.querySelector(".prompts");
    const set = this.world.prompts.find((each) => each.channel === room.id && !each.thread);
    box.hidden = !set?.prompts.length;
    box.replaceChildren(...(set?.prompts ?? []).map((each) =>
      el("button", { type: "button", class: "chip", onclick: () => this.perform("say", { channel: room.id, text: each.message }) }, each.title)));
  }

  // Redraw only the messages that changed, stay at the end if the reader was there, and keep the focus.
  fill(lines, channel, messages, threaded) {
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 60;
    const old = new Map([...lines.children].map((each) => [each.dataset.key, each]));
    const focused = document.activeElement?.dataset?.action;
    const inside = lines.contains(document.activeElement) ? document.activeElement.closest("[data-ts]")?.dataset.ts : null;
    let previous = null;
    const next = messages.map((message) => {
      const joined = this.joins(previous, message, threaded);
      previous = message;
      const key = JSON.stringify([channel, joined, threaded, message]);
      return old.get(key) ?? this.message(channel, message, key, joined, threaded);
    });
    if (!next.length) next.push(el("p", { class: "nothing" }, "Nothing has been said here yet."));
    lines.replaceChildren(...next);
    if (inside && focused && !lines.contains(document.activeElement)) {
      lines.querySelector(`[data-ts="${inside}"] [data-action="${CSS.escape(focused)}"]`)?.focus();
    }
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  }

  joins(before, message, threaded) {
    if (!before || message.subtype || before.subtype || message.ephemeral || before.ephemeral) return false;
    const sameAuthor = before.user === message.user && before.bot_id === message.bot_id;
    return sameAuthor && Number(message.ts) - Number(before.ts) < 180 && !(threaded && this.isReply(before) !== this.isReply(message));
  }

  author(message) {
    if (message.username) return { name: message.username, bot: true, key: message.username };
    const user = this.world.users[message.user];
    return { name: user?.name ?? message.bot_profile?.name ?? "Slackbot", bot: Boolean(message.bot_id), key: message.user ?? "bot" };
  }

  message(channel, message, key, joined, threaded) {
    const who = this.author(message);
    const at = new Date(Number(message.ts) * 1000);
    const act = (block, element, value) =>
      this.perform("click", { channel, ts: message.ts, action_id: element.action_id, block_id: block.block_id, value });
    const kind = ["line", joined && "joined", message.ephemeral && "private", threaded && this.isReply(message) && "reply", /^channel_|tombstone/.test(message.subtype ?? "") && "event"];
    return el(
      "article",
      { class: kind.filter(Boolean).join(" "), "data-ts": message.ts, "data-key": key },
      joined ? el("span", { class: "gap" }) : this.face(who),
      el("div", { class: "body" },
        message.ephemeral ? el("p", { class: "only" }, "Only visible to you") : null,
        message.subtype === "thread_broadcast" ? el("p", { class: "only" }, "replied to a thread") : null,
        joined ? null : el("header", {}, el("strong", {}, who.name), who.bot ? el("span", { class: "badge" }, "APP") : null,
          el("time", { datetime: at.toISOString(), title: whole.format(at) }, time.format(at))),
        el("div", { class: "content" }, content(message, this.world, act),
          message.streaming_state ? el("span", { class: "caret", "aria-label": "still writing" }) : null,
          message.edited ? el("small", { class: "edited" }, "(edited)") : null),
        this.reactions(channel, message),
        this.repliesLine(channel, message, threaded)),
      this.tools(channel, message),
    );
  }

  face(who) {
    const letters = who.name.split(/\s+/).map((each) => each[0]).slice(0, 2).join("").toUpperCase();
    const colour = [...who.key].reduce((sum, each) => (sum * 31 + each.codePointAt(0)) % 997, 7) % 7;
    return el("span", { class: who.bot ? "face app" : `face c${colour}`, "aria-hidden": "true" }, letters);
  }

  reactions(channel, message) {
    if (!message.reactions?.length) return null;
    return el("div", { class: "reactions" }, message.reactions.map((each) => {
      const mine = each.users.includes(this.world.me);
      const flip = () => this.perform(mine ? "unreact" : "react", { channel, ts: message.ts, name: each.name });
      return el("button", { type: "button", "aria-pressed": String(mine), onclick: flip }, emoji(each.name), ` ${each.count}`);
    }));
  }

  repliesLine(channel, message, threaded) {
    if (threaded || !message.reply_count) return null;
    const words = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
    return el("button", { type: "button", class: "replies", onclick: () => this.openThread(channel, message.ts) }, words);
  }

  tools(channel, message) {
    if (message.ephemeral || message.subtype === "tombstone") return null;
    const own = message.user === this.world.me && !message.subtype;
    const tool = (label, title, action) => el("button", { type: "button", title, "aria-label": title, onclick: action }, label);
    return el("div", { class: "tools" },
      tool(icon("up"), "React with thumbs up", () => this.perform("react", { channel, ts: message.ts, name: "+1" })),
      tool("Reply", "Reply in thread", () => this.openThread(channel, this.isReply(message) ? message.thread_ts : message.ts)),
      own ? tool("Edit", "Edit this message", () => this.edit(channel, message)) : null,
      own ? tool("Delete", "Delete this message", () => this.perform("delete", { channel, ts: message.ts })) : null);
  }

  edit(channel, message) {
    const composer = this.find(".pane.room .composer");
    const text = composer.querySelector("textarea");
    text.value = message.text.replace(/<@(\w+)>/g, (found, id) => `@${this.world.users[id]?.name ?? id}`);
    this.editing = { channel, ts: message.ts };
    composer.querySelector("button").textContent = "Save";
    text.focus();
  }

  openThread(channel, ts) {
    this.keep({ thread: { channel, ts } });
    this.draw();
    this.find(".pane.thread textarea").focus();
  }

  // ---- modals

  drawModal() {
    const veil = this.find(".veil");
    const view = this.world.views.at(-1);
    veil.hidden = !view;
    const key = view ? JSON.stringify([view.id, view.hash, view.errors, view.trouble]) : "";
    if (veil.dataset.key === key) return;
    veil.dataset.key = key;
    if (!view) return veil.replaceChildren();
    const act = (block, element, value, values) =>
      this.perform("click_in_modal", { action_id: element.action_id, block_id: block.block_id, value, values });
    const { nodes, read } = form(view, this.world, act);
    const titled = `${this.key}-modal`;
    const submit = (event) => {
      event.preventDefault();
      this.perform("submit", { values: read() }, true);
    };
    veil.replaceChildren(
      el("form", { class: "modal", role: "dialog", "aria-labelledby": titled, novalidate: true, onsubmit: submit },
        el("header", {}, el("h4", { id: titled }, plain(view.title)),
          el("button", { type: "button", "aria-label": "Close", onclick: () => this.perform("close_modal", { everything: true }) }, "×")),
        el("div", { class: "fields-of" }, nodes),
        view.trouble ? el("p", { class: "error" }, view.trouble) : null,
        el("footer", {},
          el("button", { type: "button", class: "button", onclick: () => this.perform("close_modal", {}) }, plain(view.close) || "Cancel"),
          view.submit ? el("button", { class: "button primary" }, plain(view.submit)) : null)));
    veil.querySelector("input, textarea, select, button.primary")?.focus();
    veil.onkeydown = (event) => event.key === "Escape" && this.perform("close_modal", {});
  }

  // ---- acting

  wireComposer(pane) {
    const composer = pane.querySelector(".composer");
    const text = composer.querySelector("textarea");
    text.setAttribute("aria-label", pane.classList.contains("thread") ? "Reply in the thread" : "Message");
    text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        composer.requestSubmit();
      }
    });
    composer.addEventListener("submit", (event) => {
      event.preventDefault();
      const words = text.value.trim();
      if (!words) return;
      text.value = "";
      this.speak(pane, words);
    });
  }

  speak(pane, words) {
    const room = this.room();
    if (this.editing && !pane.classList.contains("thread")) {
      const { channel, ts } = this.editing;
      this.editing = null;
      pane.querySelector(".composer button").textContent = "Send";
      return this.perform("edit", { channel, ts, text: words });
    }
    if (pane.classList.contains("thread")) {
      const { channel, ts } = this.thread();
      return this.perform("say", { channel, text: words, thread_ts: ts, by_name: true });
    }
    if (/^\/\w/.test(words)) {
      const [command, ...rest] = words.split(" ");
      return this.perform("command", { channel: room.id, command, text: rest.join(" ") });
    }
    return this.perform("say", { channel: room.id, text: words, by_name: true });
  }

  async perform(name, body, quiet = false) {
    const told = await act(name, { user: this.world.me, ...body });
    const problem = told.ok ? told.result?.problem : told.error;
    if (problem && !(quiet && told.refused)) this.toast(problem);
  }

  toast(words) {
    const line = this.find(".toast");
    line.textContent = words;
    line.hidden = false;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (line.hidden = true), 6000);
  }
}

const halves = START.map((start, index) => new Half(start, index));
document.getElementById("halves").append(...halves.map((each) => each.node));

let loading = null;
let again = false;
async function refresh() {
  if (loading) return void (again = true);
  loading = Promise.all(halves.map((each) => each.load()));
  await loading.catch(() => {});
  loading = null;
  if (again) {
    again = false;
    refresh();
  }
}

const line = document.getElementById("line");
const source = new EventSource("/ui/changes");
source.onopen = () => (line.textContent = "Live");
source.onmessage = refresh;
source.onerror = () => (line.textContent = "Reconnecting …");
// A status of the assistant runs out without anything changing.
setInterval(refresh, 20_000);
