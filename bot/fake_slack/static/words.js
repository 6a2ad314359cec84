// Words of people and apps as DOM nodes. Nothing written by anybody is ever parsed as HTML: only text nodes are made.

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

// A drawn sign, for machines without a font for emoji.
export function icon(name, label = "") {
  const svg = document.createElementNS(SVG, "svg");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute(label ? "aria-label" : "aria-hidden", label || "true");
  if (label) svg.setAttribute("role", "img");
  svg.append(use);
  return svg;
}

const DRAWN = {
  "+1": "up", thumbsup: "up", "-1": "down", thumbsdown: "down", white_check_mark: "check", heavy_check_mark: "check",
  x: "cross", hourglass: "hourglass", hourglass_flowing_sand: "hourglass", eyes: "eyes", warning: "warning", bell: "bell",
  bust_in_silhouette: "person", lock: "lock",
};
const DOTS = { green: "#2f9e5b", blue: "#3f83d6", yellow: "#e0b020", orange: "#dd7c1f", red: "#c4392b", purple: "#7a5bb5" };
const EMOJI = {
  wave: "👋", tada: "🎉", smile: "😄", slightly_smiling_face: "🙂", heart: "❤️", pray: "🙏", rotating_light: "🚨",
  fire: "🔥", zzz: "💤", star: "⭐", memo: "📝", speech_balloon: "💬", arrow_right: "➡️", question: "❓",
  robot_face: "🤖", telephone_receiver: "📞", calendar: "📅", clock3: "🕒", raised_hand: "✋", ok_hand: "👌", rocket: "🚀",
};

// An emoji by its short name: drawn, as a character, or else as it was written.
export function emoji(name) {
  if (DRAWN[name]) return icon(DRAWN[name], name.replaceAll("_", " "));
  const colour = name.match(/^(?:large_)?(\w+)_circle$/)?.[1];
  if (!DOTS[colour]) return EMOJI[name] ?? `:${name}:`;
  const dot = icon("dot", colour);
  dot.style.color = DOTS[colour];
  return dot;
}

const unescape = (text) => text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

function link(url, label) {
  const safe = /^(https?:|mailto:)/.test(url);
  return safe ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label) : el("span", {}, label);
}

function date(token) {
  const [, seconds, format] = token.match(/^!date\^(\d+)\^([^^|]*)/) ?? [];
  const fallback = token.split("|").slice(1).join("|");
  if (!seconds) return unescape(fallback);
  const at = new Date(Number(seconds) * 1000);
  const words = {
    date_num: { dateStyle: "short" }, date_short: { dateStyle: "medium" }, date: { dateStyle: "long" },
    date_pretty: { dateStyle: "medium" }, date_short_pretty: { dateStyle: "medium" }, date_long: { dateStyle: "full" },
    time: { timeStyle: "short" }, time_secs: { timeStyle: "medium" },
  };
  return format.replace(/\{(\w+)\}/g, (whole, name) => {
    return words[name] ? new Intl.DateTimeFormat(undefined, words[name]).format(at) : whole;
  });
}

function token(inner, world) {
  const [target, ...rest] = inner.split("|");
  const label = unescape(rest.join("|"));
  if (inner.startsWith("@")) {
    const user = world.users[target.slice(1)];
    const mine = target.slice(1) === world.me;
    return el("span", { class: mine ? "mention mine" : "mention" }, `@${user?.name ?? (label || target.slice(1))}`);
  }
  if (inner.startsWith("#")) {
    const room = world.channels.find((each) => each.id === target.slice(1));
    return el("span", { class: "mention" }, `#${room?.name ?? (label || "private channel")}`);
  }
  if (inner.startsWith("!date")) return el("time", {}, date(inner));
  if (inner.startsWith("!")) return el("span", { class: "mention mine" }, label || `@${target.slice(1).split("^")[0]}`);
  return link(unescape(target), label || unescape(target.replace(/^mailto:/, "")));
}

const INLINE =
  /```([\s\S]+?)```|`([^`\n]+)`|<([^<>\s][^<>]*)>|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])|:([a-z0-9_+-]+):/g;

// One stretch of Slack's mrkdwn.
export function mrkdwn(text, world) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    if (found.index > at) out.push(unescape(text.slice(at, found.index)));
    at = found.index + found[0].length;
    const [, pre, code, inner, bold, italic, strike, name] = found;
    if (pre !== undefined) out.push(el("pre", {}, unescape(pre.replace(/^\n/, ""))));
    else if (code !== undefined) out.push(el("code", {}, unescape(code)));
    else if (inner !== undefined) out.push(token(inner, world));
    else if (bold !== undefined) out.push(el("strong", {}, mrkdwn(bold, world)));
    else if (italic !== undefined) out.push(el("em", {}, mrkdwn(italic, world)));
    else if (strike !== undefined) out.push(el("s", {}, mrkdwn(strike, world)));
    else out.push(emoji(name));
  }
  if (at < text.length) out.push(unescape(text.slice(at)));
  return out;
}

// A whole text in mrkdwn: lines, with quotes set apart.
export function paragraphs(text, world) {
  const out = [];
  for (const part of text.split(/(```[\s\S]+?```)/)) {
    if (part.startsWith("```")) {
      out.push(...mrkdwn(part, world));
      continue;
    }
    for (const group of part.matchAll(/(?:^(?:&gt;|>)[^\n]*(?:\n|$))+|(?:^(?!&gt;|>)[^\n]*(?:\n|$))+/gm)) {
      const lines = group[0].replace(/\n$/, "");
      const quoted = /^(&gt;|>)/.test(lines);
      if (!lines && out.length) continue;
      const words = quoted ? lines.replace(/^(&gt;|>) ?/gm, "") : lines;
      out.push(el(quoted ? "blockquote" : "p", {}, mrkdwn(words, world)));
    }
  }
  return out;
}

const STYLED = /```([\s\S]+?)```|`([^`\n]+)`|\[([^\]\n]+)\]\(([^)\s]+)\)|\*\*([^*\n]+)\*\*|(?<!\w)[*_]([^*_\n]+)[*_](?!\w)|~~([^~\n]+)~~|<([@#!][^<>]*|https?:[^<>]*)>|:([a-z0-9_+-]+):/g;

function styled(text, world) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(STYLED)) {
    if (found.index > at) out.push(text.slice(at, found.index));
    at = found.index + found[0].length;
    const [, pre, code, label, url, bold, italic, strike, inner, name] = found;
    if (pre !== undefined) out.push(el("pre", {}, pre.replace(/^\w*\n/, "")));
    else if (code !== undefined) out.push(el("code", {}, code));
    else if (label !== undefined) out.push(link(url, label));
    else if (bold !== undefined) out.push(el("strong", {}, styled(bold, world)));
    else if (italic !== undefined) out.push(el("em", {}, styled(italic, world)));
    else if (strike !== undefined) out.push(el("s", {}, styled(strike, world)));
    else if (inner !== undefined) out.push(token(inner, world));
    else out.push(emoji(name));
  }
  if (at < text.length) out.push(text.slice(at));
  return out;
}

// Standard markdown, as markdown blocks have it: headings, lists, quotes, fences, the usual styles.
export function markdown(text, world) {
  const out = [];
  let list = null;
  for (const part of text.split(/(```[\s\S]+?```)/)) {
    if (part.startsWith("```")) {
      out.push(...styled(part, world));
      continue;
    }
    for (const line of part.split("\n")) {
      const item = line.match(/^\s*(?:[-*]|(\d+)\.)\s+(.*)/);
      if (item) {
        const kind = item[1] ? "ol" : "ul";
        if (list?.tagName.toLowerCase() !== kind) out.push((list = el(kind)));
        list.append(el("li", {}, styled(item[2], world)));
        continue;
      }
      list = null;
      const heading = line.match(/^#{1,6}\s+(.*)/);
      const quote = line.match(/^>\s?(.*)/);
      if (heading) out.push(el("p", { class: "heading" }, styled(heading[1], world)));
      else if (quote) out.push(el("blockquote", {}, styled(quote[1], world)));
      else if (line.trim()) out.push(el("p", {}, styled(line, world)));
    }
  }
  return out;
}

// A text object of Block Kit.
export function textObject(text, world) {
  if (!text) return [];
  return text.type === "mrkdwn" ? paragraphs(text.text, world) : [el("p", {}, withEmoji(text.text))];
}

export const plain = (text) => text?.text ?? "";

// Plain text with its emoji, as nodes.
export function withEmoji(text) {
  return (text ?? "").split(/(:[a-z0-9_+-]+:)/).map((part) => (/^:[^:]+:$/.test(part) ? emoji(part.slice(1, -1)) : part));
}

const RICH = { rich_text_section: "p", rich_text_quote: "blockquote", rich_text_preformatted: "pre", rich_text_list: "ul" };

// The block that comes with what people type.
export function richText(elements, world) {
  return elements.map((each) => {
    if (RICH[each.type]) {
      const inner = richText(each.elements, world);
      return el(RICH[each.type], {}, each.type === "rich_text_list" ? inner.map((item) => el("li", {}, item)) : inner);
    }
    if (each.type === "user") return token(`@${each.user_id}`, world);
    if (each.type === "channel") return token(`#${each.channel_id}`, world);
    if (each.type === "broadcast") return token(`!${each.range}`, world);
    if (each.type === "emoji") return emoji(each.name);
    if (each.type === "link") return link(each.url, each.text || each.url);
    const words = each.style?.code ? el("code", {}, each.text) : each.text ?? "";
    if (each.style?.bold) return el("strong", {}, words);
    return each.style?.italic ? el("em", {}, words) : words;
  });
}
