// What the page does beyond forms and pushes: clocks, drafts, panels, keys, scroll. Pushes come through hx-sse.

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
const main = document.querySelector("main.desk");

// ---- times: drawn in a shadow root, so that a push which morphs the page never touches them

class LocalTime extends HTMLElement {
  static observedAttributes = ["at"];

  attributeChangedCallback() {
    const at = new Date(this.getAttribute("at"));
    if (Number.isNaN(at.getTime())) return;
    const time = document.createElement("time");
    time.dateTime = at.toISOString();
    time.title = whole.format(at);
    time.textContent = clock.format(at);
    (this.shadowRoot ?? this.attachShadow({ mode: "open" })).replaceChildren(time);
  }
}

class SinceTime extends HTMLElement {
  static observedAttributes = ["at", "now"];
  #timer = 0;
  #skew = 0; // the server's clock minus this one's: a test clock stands still, and browsers' clocks are off

  connectedCallback() {
    this.#timer = window.setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  disconnectedCallback() {
    window.clearInterval(this.#timer);
  }

  attributeChangedCallback(name) {
    if (name === "now") this.#skew = Date.parse(this.getAttribute("now")) - Date.now();
    if (this.isConnected) this.#draw();
  }

  #draw() {
    const passed = Math.max(0, Math.floor((Date.now() + this.#skew - Date.parse(this.getAttribute("at"))) / 1000));
    const pad = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(passed / 3600);
    const rest = `${pad(Math.floor(passed / 60) % 60)}:${pad(passed % 60)}`;
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    root.textContent = hours ? `for ${hours}:${rest}` : `for ${rest.replace(/^0/, "")}`;
  }
}

customElements.define("local-time", LocalTime);
customElements.define("since-time", SinceTime);

// ---- state: which verbs there are now

function verbs() {
  return new Set((document.getElementById("now").dataset.verbs ?? "").split(" ").filter(Boolean));
}

function applyState() {
  const allowed = verbs();
  for (const element of document.querySelectorAll(".bar [data-verb]")) {
    element.hidden = !allowed.has(element.dataset.verb);
    if (element.dataset.verb === "claim") {
      const label = element.querySelector("[data-label]").firstChild;
      label.textContent = document.getElementById("now").dataset.state === "bot" ? "Take over" : "Claim";
    }
  }
  for (const panel of document.querySelectorAll("[data-panel]")) {
    const isOpen = panel.dataset.panel === openPanel && allowed.has(openPanel);
    // Focus is never taken away by a push: a panel in which somebody is writing stays until they leave it.
    if (panel.contains(document.activeElement) && panel.dataset.panel === openPanel) continue;
    panel.hidden = !isOpen;
  }
  for (const opener of document.querySelectorAll("[data-opens]")) {
    opener.setAttribute("aria-expanded", String(opener.dataset.verb === openPanel && allowed.has(openPanel)));
  }
}

// What the customer had written when the reader last looked at it; a reply says so.
function seen() {
  return document.getElementById("now").dataset.seq ?? "";
}

let openPanel = "";

function open(verb, { focus = true } = {}) {
  openPanel = verb;
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== verb;
  applyState();
  if (focus && verb) document.querySelector(`#panel-${verb} textarea, #panel-${verb} select`)?.focus();
}

// ---- forms: each sending has an id, so that a press repeated on a bad line counts once

function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function draftKey(form) {
  return `draft:${main.dataset.conversation}:${form.dataset.draft}`;
}

function prepare(form) {
  const once = form.querySelector('[name="once"]');
  if (once && !once.value) once.value = newId();
  const field = form.querySelector("[data-seen]");
  if (field) field.value = seen();
}

function finished(form) {
  const once = form.querySelector('[name="once"]');
  if (once) once.value = "";
  if (!form.dataset.draft) return;
  for (const area of form.querySelectorAll("textarea")) area.value = "";
  sessionStorage.removeItem(draftKey(form));
  if (form.dataset.panel && form.dataset.panel !== "reply" && form.dataset.panel !== "note") {
    open("");
    document.getElementById("log-scroll").focus({ preventScroll: true });
  }
}

function notice(text, kind) {
  const line = document.createElement("span");
  line.className = `notice ${kind}`;
  line.textContent = text;
  document.getElementById("notice").replaceChildren(line);
}

let noticeTimer = 0;
new MutationObserver(() => {
  window.clearTimeout(noticeTimer);
  const shown = document.querySelector("#notice .notice");
  if (shown) noticeTimer = window.setTimeout(() => shown.remove(), shown.classList.contains("refused") ? 9000 : 3500);
}).observe(document.getElementById("notice"), { childList: true });

document.body.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement?.closest?.("form");
  if (!form || !ctx.request.body) return;
  prepare(form);
  for (const name of ["once", "seen"]) {
    const field = form.querySelector(`[name="${name}"]`);
    if (field) ctx.request.body.set(name, field.value);
  }
});

document.body.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const form = ctx.sourceElement?.closest?.("form");
  if (!form) return;
  const response = ctx.response;
  if (response?.headers?.get("x-baton-outcome") === "fine") {
    finished(form);
  } else if (response?.headers?.get("x-baton-outcome") === "refused") {
    const once = form.querySelector('[name="once"]');
    if (once) once.value = ""; // decided, and refused: another press is another wish
  } else if (response && response.status >= 400) {
    notice("That did not work; what you wrote is kept. Please try again.", "refused");
  }
});

document.body.addEventListener("htmx:error", (event) => {
  if (event.detail?.ctx?.sourceElement?.closest?.("form")) {
    notice("Not sent: the connection is away. What you wrote is kept.", "refused");
  }
});

// ---- drafts survive a reload

for (const form of document.querySelectorAll("[data-draft]")) {
  const area = form.querySelector("textarea");
  if (!area) continue;
  const kept = sessionStorage.getItem(draftKey(form));
  if (kept && !area.value) area.value = kept;
  area.addEventListener("input", () => sessionStorage.setItem(draftKey(form), area.value));
  area.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey || (form.id === "" && !event.shiftKey));
    if (!sends || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

// ---- clicks

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(openPanel === opener.dataset.verb ? "" : opener.dataset.verb);
  if (event.target.closest("[data-close]")) {
    const verb = openPanel;
    open("", { focus: false });
    document.activeElement?.blur();
    applyState();
    document.querySelector(`[data-opens="panel-${verb}"]`)?.focus();
  }
  const sample = event.target.closest("[data-sample]");
  if (sample) {
    const area = document.getElementById("message");
    area.value = sample.dataset.sample;
    area.closest("form").requestSubmit();
    area.focus();
  }
});

for (const seat of document.querySelectorAll("[data-seat] select")) {
  seat.addEventListener("change", () => seat.form.submit());
}

// ---- keys, and the switch that turns them off

const keys = document.getElementById("keys");
keys.checked = localStorage.getItem("keys") !== "off";
function showKeys() {
  document.getElementById("keys-help").classList.toggle("off", !keys.checked);
}
keys.addEventListener("change", () => {
  localStorage.setItem("keys", keys.checked ? "on" : "off");
  showKeys();
});
showKeys();

const KEYS = { r: "reply", n: "note", t: "transfer", b: "hand-back", e: "resolve", w: "correct" };

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && openPanel) {
    document.querySelector(`#panel-${openPanel} [data-close]`)?.click();
    return;
  }
  if (!keys.checked || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const allowed = verbs();
  if (event.key === "c" && allowed.has("claim")) {
    event.preventDefault();
    document.querySelector('.bar [data-verb="claim"]').requestSubmit();
  } else if (allowed.has(KEYS[event.key])) {
    event.preventDefault();
    open(KEYS[event.key]);
  }
});

// ---- scroll: a reader at the end stays at the end, a reader further up is left alone

for (const box of document.querySelectorAll(".scroll")) {
  let atEnd = true;
  let top = 0;
  const toEnd = () => {
    if (atEnd) box.scrollTop = box.scrollHeight;
    top = box.scrollTop;
  };
  box.addEventListener("scroll", () => {
    // Only moving up leaves the end: content that grows before this event arrives looks the same otherwise.
    const isNear = box.scrollHeight - box.scrollTop - box.clientHeight < 48;
    if (isNear) atEnd = true;
    else if (box.scrollTop < top - 2) atEnd = false;
    top = box.scrollTop;
  });
  new MutationObserver(toEnd).observe(box, { childList: true, subtree: true });
  new ResizeObserver(toEnd).observe(box);
  toEnd();
}

// ---- pushes

let previous = verbs();
new MutationObserver(() => {
  const allowed = verbs();
  if (!previous.has("reply") && allowed.has("reply") && !openPanel) open("reply", { focus: false });
  previous = allowed;
  applyState();
}).observe(document.getElementById("state"), { childList: true, subtree: true, attributes: true });

const lost = document.getElementById("link-lost");
main.addEventListener("htmx:sse:error", () => (lost.hidden = false));
main.addEventListener("htmx:sse:after:connection", () => (lost.hidden = true));
window.addEventListener("offline", () => (lost.hidden = false));
window.addEventListener("online", () => (lost.hidden = true));

document.documentElement.classList.add("scripted");
if (verbs().has("reply")) openPanel = "reply";
applyState();
