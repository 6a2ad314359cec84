// Block Kit as DOM. `act(block, element, value)` is called when somebody presses a button or chooses.

import { el, icon, markdown, paragraphs, plain, richText, textObject, withEmoji } from "/static/words.js";

const options = (element) => [...(element.options ?? []), ...(element.option_groups ?? []).flatMap((each) => each.options)];
const values = (chosen) => (chosen ?? []).map((each) => each.value);

// Ask before a dangerous action, as the element's `confirm` says; resolves to whether to go on.
function confirmed(element) {
  if (!element.confirm) return Promise.resolve(true);
  const { title, text, confirm, deny } = element.confirm;
  return new Promise((resolve) => {
    const dialog = el(
      "dialog",
      { class: "confirm" },
      el("h4", {}, plain(title)),
      el("p", {}, plain(text)),
      el("form", { method: "dialog", class: "row" },
        el("button", { value: "no" }, plain(deny) || "Cancel"),
        el("button", { value: "yes", class: "primary" }, plain(confirm) || "Yes")),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

function button(block, element, act) {
  const label = withEmoji(plain(element.text));
  const named = { class: `button ${element.style ?? ""}`, type: "button", "aria-label": element.accessibility_label };
  if (element.url) return el("a", { ...named, href: element.url, target: "_blank", rel: "noopener" }, label);
  const press = async () => (await confirmed(element)) && act(block, element, element.value ?? null);
  return el("button", { ...named, "data-action": element.action_id, onclick: press }, label);
}

function picker(element, people, chosen, many) {
  const shown = el("select", { multiple: many, "aria-label": plain(element.placeholder) || "Choose" });
  if (!many) shown.append(el("option", { value: "" }, plain(element.placeholder) || "Choose …"));
  for (const [value, label] of people) {
    shown.append(el("option", { value, selected: many ? chosen.includes(value) : chosen === value }, label));
  }
  return shown;
}

const ROOMS = (world) => world.channels.filter((each) => each.name).map((each) => [each.id, `#${each.name}`]);
const PEOPLE = (world) =>
  Object.entries(world.users).filter(([, user]) => !user.gone && !user.bot).map(([id, user]) => [id, user.name]);
const LISTS = { users: PEOPLE, channels: ROOMS, conversations: (world) => [...ROOMS(world), ...PEOPLE(world)] };
const TYPED = {
  plain_text_input: "text", email_text_input: "email", url_text_input: "url", number_input: "number",
  datepicker: "date", timepicker: "time", datetimepicker: "datetime-local", rich_text_input: "text",
};

// The state that an element holds: what was typed before, else what it begins with.
function held(element, state) {
  const kind = element.type;
  if (kind.includes("static_select") || kind === "radio_buttons" || kind === "checkboxes") {
    const many = kind === "checkboxes" || kind.startsWith("multi_");
    if (many) return values(state?.selected_options ?? element.initial_options);
    return (state ? state.selected_option : element.initial_option)?.value ?? "";
  }
  const name = Object.keys(element).find((each) => each.startsWith("initial_"));
  const kept = state && Object.entries(state).find(([key]) => key !== "type");
  return (kept ? kept[1] : element[name]) ?? "";
}

// An element people fill in: its node, and how to read it. Null for what is not one.
export function field(element, world, state) {
  const kind = element.type;
  const now = held(element, state);
  if (kind.includes("static_select")) {
    const many = kind.startsWith("multi_");
    const node = picker(element, options(element).map((each) => [each.value, plain(each.text)]), now, many);
    return { node, read: () => (many ? [...node.selectedOptions].map((each) => each.value) : node.value || null) };
  }
  const list = kind.match(/^(multi_)?(users|channels|conversations)_select$/);
  if (list) {
    const node = picker(element, LISTS[list[2]](world), now || (list[1] ? [] : ""), Boolean(list[1]));
    return { node, read: () => (list[1] ? [...node.selectedOptions].map((each) => each.value) : node.value || null) };
  }
  if (kind === "radio_buttons" || kind === "checkboxes") {
    const type = kind === "checkboxes" ? "checkbox" : "radio";
    const name = `${element.action_id}-${Math.random().toString(36).slice(2)}`;
    const boxes = options(element).map((each) => {
      const checked = type === "radio" ? now === each.value : now.includes(each.value);
      return el("label", { class: "choice" }, el("input", { type, name, value: each.value, checked }), " ",
        el("span", {}, plain(each.text), each.description ? el("small", {}, plain(each.description)) : null));
    });
    const node = el("div", { class: "choices", role: type === "radio" ? "radiogroup" : "group" }, boxes);
    const picked = () => [...node.querySelectorAll("input:checked")].map((each) => each.value);
    return { node, read: () => (type === "radio" ? picked()[0] ?? null : picked()) };
  }
  if (!TYPED[kind]) return null;
  const attributes = { maxlength: element.max_length, placeholder: plain(element.placeholder) };
  const node = element.multiline ? el("textarea", { ...attributes, rows: 4 }) : el("input", { ...attributes, type: TYPED[kind] });
  const stamp = kind === "datetimepicker";
  node.value = stamp && now ? new Date(now * 1000).toISOString().slice(0, 16) : now;
  const read = () => (stamp && node.value ? Math.floor(Date.parse(node.value) / 1000) : node.value || null);
  return { node, read };
}

function overflow(block, element, act) {
  const list = options(element).map((each) => {
    const choose = async () => (await confirmed(element)) && act(block, element, each.value);
    return el("button", { type: "button", onclick: choose }, plain(each.text));
  });
  const more = el("details", { class: "overflow" }, el("summary", { "aria-label": "More" }, "•••"), el("div", { class: "menu" }, list));
  more.addEventListener("click", (event) => event.target.closest(".menu") && more.removeAttribute("open"));
  more.addEventListener("focusout", (event) => more.contains(event.relatedTarget) || more.removeAttribute("open"));
  return more;
}

// An element that acts at once when it is used.
function element_(block, element, world, act) {
  if (element.type === "button") return button(block, element, act);
  if (element.type === "overflow") return overflow(block, element, act);
  if (element.type === "feedback_buttons") {
    return [element.positive_button, element.negative_button].map((each, index) =>
      el("button", { class: "button", type: "button", "aria-label": each.accessibility_label, onclick: () => act(block, element, each.value) },
        icon(index ? "down" : "up"), ` ${plain(each.text)}`));
  }
  if (element.type === "icon_button") {
    return el("button", { class: "button", type: "button", onclick: () => act(block, element, null) }, plain(element.text));
  }
  if (element.type === "image") return el("span", { class: "image" }, element.alt_text);
  const filled = field(element, world);
  if (!filled) return el("span", { class: "unknown" }, `[${element.type}]`);
  filled.node.addEventListener("change", () => act(block, element, filled.read()));
  return filled.node;
}

const DRAW = {
  header: (block) => el("h4", { class: "header" }, withEmoji(plain(block.text))),
  divider: () => el("hr"),
  markdown: (block, world) => el("div", { class: "words" }, markdown(block.text, world)),
  rich_text: (block, world) => el("div", { class: "words" }, richText(block.elements, world)),
  image: (block) => el("p", { class: "image" }, plain(block.title) || block.alt_text),
  alert: (block, world) => el("div", { class: `alert ${block.level ?? "default"}` }, textObject(block.text, world)),
  plan: (block) => el("p", { class: "plan" }, typeof block.title === "string" ? block.title : plain(block.title)),
  context: (block, world) =>
    el("div", { class: "context" }, block.elements.map((each) =>
      each.type === "image" ? el("span", { class: "image" }, each.alt_text) : el("span", {}, textObject(each, world)))),
  section: (block, world, act) =>
    el("div", { class: "section" },
      el("div", { class: "words" }, textObject(block.text, world),
        block.fields ? el("div", { class: "fields" }, block.fields.map((each) => el("div", {}, textObject(each, world)))) : null),
      block.accessory ? el("div", { class: "accessory" }, element_(block, block.accessory, world, act)) : null),
  actions: (block, world, act) =>
    el("div", { class: "actions" }, block.elements.flatMap((each) => element_(block, each, world, act))),
  task_card: (block) => el("p", { class: `task ${block.status}` }, block.title, el("small", {}, block.status)),
  card: (block, world, act) =>
    el("div", { class: "card" }, el("strong", {}, textObject(block.title, world)), textObject(block.subtitle, world),
      textObject(block.body, world), el("div", { class: "actions" }, (block.actions ?? []).flatMap((each) => element_(block, each, world, act)))),
  container: (block, world, act) =>
    el("details", { class: "card", open: !block.default_collapsed }, el("summary", {}, plain(block.title)), blocks(block.child_blocks, world, act)),
  table: (block, world) =>
    el("table", {}, block.rows.map((row) => el("tr", {}, row.map((cell) =>
      el("td", {}, cell.type === "rich_text" ? richText(cell.elements, world) : cell.text ?? ""))))),
  input: (block, world, act) =>
    el("label", { class: "input" }, el("span", { class: "label" }, plain(block.label)), element_(block, block.element, world, act)),
};
DRAW.context_actions = DRAW.actions;

export function blocks(list, world, act) {
  return (list ?? []).map((block) => {
    const draw = DRAW[block.type];
    return draw ? draw(block, world, act) : el("p", { class: "unknown" }, `[${block.type}]`);
  });
}

// A message's content: blocks stand for the text where there are any; attachments follow with their bar of colour.
export function content(message, world, act) {
  // What people typed comes with a rich_text block that repeats the text without its styles.
  const structured = message.blocks?.some((each) => each.type !== "rich_text");
  const out = structured ? blocks(message.blocks, world, act) : [el("div", { class: "words" }, paragraphs(message.text ?? "", world))];
  for (const each of message.attachments ?? []) {
    const inner = each.blocks ? blocks(each.blocks, world, act) : paragraphs([each.pretext, each.title, each.text].filter(Boolean).join("\n"), world);
    const box = el("div", { class: "attachment" }, inner);
    const names = { good: "#2f9e5b", warning: "#dd9c1f", danger: "#c4392b" };
    const colour = names[each.color] ?? (/^#?[0-9a-f]{6}$/i.test(each.color ?? "") ? `#${each.color.replace("#", "")}` : "");
    if (colour) box.style.borderInlineStartColor = colour;
    out.push(box);
  }
  return out;
}

// A modal's form: its node, and `read()` for {block_id: {action_id: value}}.
export function form(view, world, act) {
  const reads = [];
  const nodes = view.blocks.map((block) => {
    if (block.type !== "input") return blocks([block], world, (b, e, value) => act(b, e, value, read()))[0];
    const element = block.element;
    const made = field(element, world, view.state?.values?.[block.block_id]?.[element.action_id]);
    if (!made) return el("p", { class: "unknown" }, `[${element.type}]`);
    reads.push([block.block_id, element.action_id, made.read]);
    if (block.dispatch_action) made.node.addEventListener("change", () => act(block, element, made.read(), read()));
    const wrong = view.errors?.[block.block_id];
    const tag = made.node.classList.contains("choices") ? "fieldset" : "label";
    return el(tag, { class: wrong ? "input wrong" : "input" },
      el(tag === "label" ? "span" : "legend", { class: "label" }, plain(block.label), block.optional ? el("small", {}, " (optional)") : null),
      made.node,
      block.hint ? el("small", { class: "hint" }, plain(block.hint)) : null,
      wrong ? el("strong", { class: "error" }, wrong) : null);
  });
  const read = () => {
    const out = {};
    for (const [block, action, value] of reads) (out[block] ??= {})[action] = value();
    return out;
  };
  return { nodes, read };
}
