// Enhancement only: every page works without this file. It binds behaviour to data- hooks
// (templates/components/README.md) and loads a module where a page carries the hook of one.
const data = JSON.parse(document.getElementById("ui-data")?.textContent ?? '{"modules":{},"words":{}}');
const hooks = {
  autosave: "form[data-autosave]",
  boxes: "[data-boxes]",
  combobox: "input[data-combobox]",
  device: "form[data-device]",
  ranked: "[data-ranked]",
  shortcuts: "[data-shortcut], [data-feed], #shortcuts",
  uploader: "[data-uploader]",
  viewer: "a[data-viewer]",
  webauthn: "form[data-webauthn]",
};

/** The sentence of that name in the language of the page; {name} is filled from `values`. */
const say = (name, values = {}) =>
  (data.words[name] ?? name).replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);

/** Read a sentence aloud without moving the focus. */
const announce = (text) => {
  const live = document.getElementById("live");
  if (!live) return;
  live.textContent = "";
  requestAnimationFrame(() => { live.textContent = text; });
};

/** An element with classes, text and attributes, without a string of HTML. */
const make = (tag, { text, children = [], ...attributes } = {}) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  if (text != null) element.textContent = text;
  element.append(...children);
  return element;
};

const tools = { say, announce, make, release: (form) => release(form) };
const bound = new WeakMap();

const bind = async (name, elements) => {
  const fresh = elements.filter((element) => !bound.get(element)?.has(name));
  if (!fresh.length || !data.modules[name]) return;
  for (const element of fresh) bound.set(element, (bound.get(element) ?? new Set()).add(name));
  const module = await import(data.modules[name]);
  for (const element of fresh) if (element.isConnected) module.default(element, tools);
};

const scan = (root) => {
  for (const [name, selector] of Object.entries(hooks)) {
    const inside = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) inside.push(root);
    if (inside.length) bind(name, inside);
  }
  for (const input of root.querySelectorAll('input[type="password"]')) offerToShow(input);
};

// --- Passwords can be looked at -----------------------------------------------------------------
const offerToShow = (input) => {
  if (input.closest(".field__with")) return;
  const button = make("button", { type: "button", class: "button button--quiet", "aria-pressed": "false", text: say("show") });
  const label = input.labels?.[0]?.textContent.trim() ?? "";
  button.setAttribute("aria-label", `${say("show")} ${label}`.trim());
  const row = make("div", { class: "field__with" });
  const typing = document.activeElement === input;
  const [from, to] = [input.selectionStart, input.selectionEnd];
  input.replaceWith(row);
  row.append(input, button);
  if (typing) { // moving the field takes the caret from whoever was quicker than this script
    input.focus({ preventScroll: true });
    input.setSelectionRange(from, to);
  }
  button.addEventListener("click", () => {
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
  });
};

// --- One question before what cannot be undone ---------------------------------------------------
const confirmed = new WeakSet();

const ask = (question, verb) => new Promise((resolve) => {
  const dialog = document.getElementById("confirm");
  if (!dialog?.showModal) { resolve(window.confirm(question)); return; }
  dialog.querySelector("#confirm-title").textContent = question;
  dialog.querySelector("[data-confirm-yes]").textContent = verb || say("yes");
  dialog.returnValue = "";
  dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  dialog.showModal();
});

// --- A form is sent once ------------------------------------------------------------------------
const sent = new WeakSet();

const release = (form) => {
  sent.delete(form);
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.method !== "post") return;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  if (question && !confirmed.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(question, button?.textContent.trim()).then((yes) => {
      if (!yes) return;
      confirmed.add(form);
      form.requestSubmit(button);
      confirmed.delete(form);
    });
    return;
  }
  if (sent.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  sent.add(form);
  if (button) button.setAttribute("aria-busy", "true");
  setTimeout(release, 8000, form);
}, true);

// A page that comes back from the browser's memory can be sent again.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) release(form);
});

// --- Dialogs and menus --------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    dialog.showModal();
  }
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// --- What htmx swaps keeps the focus and is told --------------------------------------------------
const tell = (sentence) => {
  const box = document.getElementById("messages");
  if (!box) return;
  box.replaceChildren(make("div", { class: "notice notice--danger", children: [
    make("div", { class: "notice__body", children: [make("p", { text: sentence })] }),
  ] }));
  box.scrollIntoView({ block: "nearest" });
};

const focusOn = (element) => {
  if (!element.matches("a[href], button, input, select, textarea, summary, [tabindex]")) element.tabIndex = -1;
  element.focus({ preventScroll: false });
};

let heldFocus = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  heldFocus = event.detail.target?.contains?.(document.activeElement) ?? false;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  scan(part);
  const wanted = part.matches?.("[data-focus]") ? part : part.querySelector("[data-focus]");
  const lost = heldFocus && (!document.activeElement || document.activeElement === document.body);
  if (wanted) focusOn(wanted);
  else if (lost) focusOn(part.querySelector("h1, h2, h3, legend") ?? part);
  heldFocus = false;
  const news = part.matches?.("[data-announce]") ? part : part.querySelector("[data-announce]");
  if (news) announce(news.dataset.announce);
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form) release(form);
});
document.addEventListener("htmx:responseError", () => tell(say("failed")));
document.addEventListener("htmx:sendError", () => tell(say("offline")));
document.addEventListener("htmx:timeout", () => tell(say("offline")));

// --- The network, and the page kept for when it is gone -------------------------------------------
let bar;
addEventListener("offline", () => {
  bar ??= make("p", { class: "offline-bar", role: "status", text: say("offline") });
  document.body.append(bar);
});
addEventListener("online", () => bar?.remove());
if (location.protocol === "https:" || location.hostname === "localhost" || location.hostname === "127.0.0.1") {
  navigator.serviceWorker?.register("/sw.js").catch(() => {});
}

scan(document);
const first = document.querySelector("[data-focus]");
if (first) focusOn(first);
