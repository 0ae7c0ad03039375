// Progressive enhancement: every page works without this file. It binds behaviour to data- attributes
// (templates/components/README.md) and loads a module only where a page uses it.
const data = JSON.parse(
  document.getElementById("ui-data")?.textContent ?? '{"modules":{},"messages":{}}',
);
const MODULE_SELECTORS = {
  autosave: "form[data-autosave]",
  combobox: "input[data-combobox]",
  "device-check": "form[data-device-check]",
  "image-viewer": "a[data-viewer]",
  length: "[data-max-length]",
  "ranked-list": "[data-ranked-list]",
  "redaction-editor": "[data-redaction-editor]",
  shortcuts: "[data-shortcut], [data-feed], #shortcuts",
  uploader: "[data-uploader]",
  webauthn: "form[data-webauthn]",
};
const RESUBMIT_DELAY_MS = 8000;

// --- Tools, also handed to the modules ----------------------------------------------------------

/** The message of this key in the language of the page, with {name} replaced from `values`. */
const translate = (key, values = {}) =>
  (data.messages[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

/** Have a screen reader read the text; the focus stays where it is. */
const announce = (text) => {
  const liveRegion = document.getElementById("live-region");
  if (!liveRegion) return;
  liveRegion.textContent = "";
  requestAnimationFrame(() => {
    liveRegion.textContent = text;
  });
};

/** An element with attributes, text and children; no HTML is parsed. */
const createElement = (tag, { text, children = [], ...attributes } = {}) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  if (text != null) element.textContent = text;
  element.append(...children);
  return element;
};

const submittedForms = new WeakSet();

/** Let a form be submitted again. */
const allowResubmit = (form) => {
  submittedForms.delete(form);
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
};

// --- Modules ------------------------------------------------------------------------------------

/** A module by its name. Static file names are hashed, so a module cannot name another's file. */
const importModule = (name) => import(data.modules[name]);

const tools = { translate, announce, createElement, allowResubmit, importModule };
// Adds `request`, `showProblem` and others to the tools before any module is bound.
const areToolsReady = data.modules.background
  ? importModule("background").then((module) => Object.assign(tools, module.default(tools)))
  : Promise.resolve();
const boundModules = new WeakMap(); // element -> names of the modules bound to it

const bindModule = async (name, elements) => {
  const unbound = elements.filter((element) => !boundModules.get(element)?.has(name));
  if (!unbound.length || !data.modules[name]) return;
  for (const element of unbound) {
    boundModules.set(element, (boundModules.get(element) ?? new Set()).add(name));
  }
  const [module] = await Promise.all([importModule(name), areToolsReady]);
  for (const element of unbound) if (element.isConnected) module.default(element, tools);
};

/** Bind modules to everything in `root`, once for each element. */
const enhance = (root) => {
  for (const [name, selector] of Object.entries(MODULE_SELECTORS)) {
    const elements = [...root.querySelectorAll(selector)];
    if (root.matches?.(selector)) elements.push(root);
    if (elements.length) bindModule(name, elements);
  }
  for (const input of root.querySelectorAll('input[type="password"]')) addShowPassword(input);
};

// --- Passwords can be shown ---------------------------------------------------------------------

const addShowPassword = (input) => {
  if (input.closest(".field__group")) return;
  const label = input.labels?.[0]?.textContent.trim() ?? "";
  const button = createElement("button", {
    type: "button",
    class: "button button--quiet",
    "aria-pressed": "false",
    "aria-label": `${translate("showPassword")} ${label}`.trim(),
    text: translate("showPassword"),
  });
  const group = createElement("div", { class: "field__group" });
  const hadFocus = document.activeElement === input;
  const [start, end] = [input.selectionStart, input.selectionEnd];
  input.replaceWith(group);
  group.append(input, button);
  if (hadFocus) {
    // Moving the field loses the caret of a person who typed before this script ran.
    input.focus({ preventScroll: true });
    input.setSelectionRange(start, end);
  }
  button.addEventListener("click", () => {
    const isShown = input.type === "text";
    input.type = isShown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!isShown));
  });
};

// --- A question before what cannot be undone ----------------------------------------------------

const confirmedForms = new WeakSet();

/** Resolves to true if the member accepts. The button repeats the label of the one pressed. */
const confirmInDialog = (question, buttonLabel) =>
  new Promise((resolve) => {
    const dialog = document.getElementById("confirm");
    if (!dialog?.showModal) {
      resolve(window.confirm(question));
      return;
    }
    dialog.querySelector("#confirm-title").textContent = question;
    dialog.querySelector("[data-confirm-accept]").textContent = buttonLabel || translate("yes");
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    dialog.showModal();
  });

const confirmSubmit = async (form, button, question) => {
  if (!(await confirmInDialog(question, button?.textContent.trim()))) return;
  confirmedForms.add(form);
  form.requestSubmit(button);
  confirmedForms.delete(form);
};

// --- A form is submitted once -------------------------------------------------------------------

const onSubmit = (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.method !== "post") return;
  const question = button?.dataset.confirm ?? form.dataset.confirm;
  const isUnconfirmed = question && !confirmedForms.has(form);
  if (isUnconfirmed || submittedForms.has(form)) {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (isUnconfirmed) confirmSubmit(form, button, question);
    return;
  }
  submittedForms.add(form);
  if (button) button.setAttribute("aria-busy", "true");
  setTimeout(allowResubmit, RESUBMIT_DELAY_MS, form);
};

document.addEventListener("submit", onSubmit, true);

// A page restored from the back/forward cache can be submitted again.
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) allowResubmit(form);
});

// --- Dialogs and menus --------------------------------------------------------------------------

const openMenus = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog?.showModal && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    dialog.showModal();
  }
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// --- After an htmx swap: focus and announcement --------------------------------------------------

const focusOn = (element) => {
  const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";
  if (!element.matches(focusable)) element.tabIndex = -1;
  element.focus({ preventScroll: false });
};

/** The element itself, or the first inside it, that matches. */
const findInPart = (part, selector) =>
  part.matches?.(selector) ? part : part.querySelector(selector);

let wasFocusInside = false;
document.addEventListener("htmx:beforeSwap", (event) => {
  wasFocusInside = event.detail.target?.contains?.(document.activeElement) ?? false;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  enhance(part);
  const focusTarget = findInPart(part, "[data-focus]");
  const hasFocus = document.activeElement && document.activeElement !== document.body;
  if (focusTarget) focusOn(focusTarget);
  else if (wasFocusInside && !hasFocus) focusOn(part.querySelector("h1, h2, h3, legend") ?? part);
  wasFocusInside = false;
  const announcement = findInPart(part, "[data-announce]");
  if (announcement) announce(announcement.dataset.announce);
});

// --- Offline bar and service worker -------------------------------------------------------------

let offlineBar;
addEventListener("offline", () => {
  offlineBar ??= createElement("p", {
    class: "offline-bar",
    role: "status",
    text: translate("offline"),
  });
  document.body.append(offlineBar);
});
addEventListener("online", () => offlineBar?.remove());

const LOCAL_HOSTS = ["localhost", "127.0.0.1"];
if (location.protocol === "https:" || LOCAL_HOSTS.includes(location.hostname)) {
  navigator.serviceWorker?.register("/sw.js").catch(() => {
    // Only the offline page is missing.
  });
}

enhance(document);
const initialFocus = document.querySelector("[data-focus]");
if (initialFocus) focusOn(initialFocus);
