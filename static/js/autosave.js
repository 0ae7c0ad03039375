// Saves a draft two seconds after typing stops. Fields that only another window changed are updated;
// where both changed one, both texts are shown and nothing is overwritten. Nothing is stored on the
// device.
const SAVE_DELAY_MS = 2000;
const RETRY_DELAY_MS = 10000;
// Answers after which the same text would be refused again.
const WAITS_FOR_CHANGE = new Set([404, 409, 410, 413, 422]);

export default function autosave(form, tools) {
  const { translate, request } = tools;
  const showStatus = createStatus(form, tools);
  const state = { isDirty: false, isSaving: false, isStopped: false, timer: 0, sent: null };

  const scheduleSave = (delay) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(save, delay);
  };

  const save = async () => {
    if (state.isSaving || !state.isDirty || state.isStopped) return;
    state.isSaving = true;
    state.isDirty = false;
    showStatus("saving", translate("saving"));
    state.sent = bodyOf(form);
    const answer = await request(form.dataset.autosave, { method: "POST", body: state.sent });
    if (answer.ok) takeSaved(answer.data);
    else if (answer.data?.fields) startConflict(answer.data);
    else explain(answer);
    state.isSaving = false;
    if (answer.ok && state.isDirty) scheduleSave(SAVE_DELAY_MS);
  };

  const takeSaved = ({ version, base, fields = {} }) => {
    const kept = takeOthersTexts(form, state.sent, fields);
    setBase(form, base, kept);
    if (version != null && form.elements.version) form.elements.version.value = version;
    showStatus("saved", translate("saved", { time: clockTime() }));
  };

  /** Say what happened and what follows; the text stays in the page and counts as unsaved. */
  const explain = (problem) => {
    state.isDirty = true;
    const isRetried = !WAITS_FOR_CHANGE.has(problem.status);
    if (problem.status === 429) scheduleSave(problem.retryAfterMs);
    else if (isRetried) scheduleSave(RETRY_DELAY_MS);
    const own = errorsOf(form, problem.data?.errors) || problem.sentence;
    const start = translate(isRetried ? "notSaved" : "notSavedCorrect");
    showStatus("failed", `${start} ${own}`, problem.link);
  };

  const startConflict = ({ version, base, fields }) => {
    state.isStopped = true;
    state.isDirty = true;
    showStatus("conflict", translate("conflict"));
    showConflict(form, fields, tools, () => {
      setBase(form, base, new Set());
      if (form.elements.version) form.elements.version.value = version;
      state.isStopped = false;
      state.isDirty = true;
      save();
    });
  };

  bindForm(form, state, () => {
    state.isDirty = true;
    if (state.isStopped) return;
    showStatus("waiting", translate("unsaved"));
    scheduleSave(SAVE_DELAY_MS);
  });
  // After signing in again in another window, or with a network again.
  for (const name of ["online", "focus"]) {
    addEventListener(name, () => {
      if (state.isDirty && !state.isStopped) scheduleSave(0);
    });
  }
}

/** A function that shows the state of the draft in the form's status line. */
function createStatus(form, { createElement }) {
  const status =
    form.querySelector("[data-autosave-status]") ??
    form.appendChild(createElement("p", { class: "save-status" }));
  status.setAttribute("role", "status");
  return (name, text, link) => {
    status.dataset.state = name;
    status.textContent = text;
    if (!link) return;
    const attributes = { href: link.url, target: "_blank", rel: "noopener", text: link.label };
    status.append(" ", createElement("a", attributes));
  };
}

function bodyOf(form) {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  return body;
}

const groupOf = (name) => name.replace(/_\d+$/, "");

/** Show what another window saved, but not over what was written since. Returns groups left out. */
function takeOthersTexts(form, sent, fields) {
  const current = bodyOf(form);
  const kept = new Set();
  for (const [name, text] of Object.entries(fields)) {
    const field = form.elements[name];
    const isUnchanged = String(current.get(name) ?? "") === String(sent.get(name) ?? "");
    if (field && isUnchanged && document.activeElement !== field) setValue(field, text);
    else kept.add(groupOf(name));
  }
  return kept;
}

function setValue(field, text) {
  if (field.type === "checkbox") field.checked = text === "True";
  else field.value = text;
}

/** The digests of what this page has seen; those of the kept groups stay as they were. */
function setBase(form, base, kept) {
  const input = form.elements.base;
  if (!input || !base) return;
  const before = JSON.parse(input.value || "{}");
  const seen = { ...base };
  for (const group of kept) {
    delete seen[group];
    if (group in before) seen[group] = before[group];
  }
  input.value = JSON.stringify(seen);
}

/** The server's errors with the labels of their fields, as one text; "" if there are none. */
function errorsOf(form, errors) {
  return Object.entries(errors ?? {})
    .map(([name, texts]) => {
      const label = form.elements[name]?.labels?.[0]?.firstChild?.textContent.trim();
      return label ? `${label}: ${texts.join(" ")}` : texts.join(" ");
    })
    .join(" ");
}

function clockTime() {
  return new Date().toLocaleTimeString(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

function bindForm(form, state, onChange) {
  form.addEventListener("input", (event) => {
    if (event.target.type !== "file") onChange();
  });
  form.addEventListener("submit", () => {
    state.isDirty = false;
    state.isStopped = true;
    clearTimeout(state.timer);
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) state.isStopped = false;
  });
  addEventListener("beforeunload", (event) => {
    if (state.isDirty || state.isSaving) event.preventDefault();
  });
}

/** Show both texts of every field that differs; `onResolve` runs when the author saves this form. */
function showConflict(form, fields, { translate, createElement }, onResolve) {
  const notice = createElement("div", {
    class: "notice notice--caution",
    role: "alert",
    tabindex: "-1",
  });
  const body = createElement("div", {
    class: "notice__body stack",
    children: [createElement("p", { class: "notice__title", text: translate("conflict") })],
  });
  notice.append(createElement("span"), body);
  for (const [name, otherText] of Object.entries(fields)) {
    const field = form.elements[name];
    const ownText = field?.value;
    if (ownText === undefined || ownText === otherText) continue;
    body.append(createComparison(field, ownText, otherText, { translate, createElement }));
  }
  const saveButton = createElement("button", {
    type: "button",
    class: "button",
    text: translate("saveOwnText"),
  });
  saveButton.addEventListener("click", () => {
    notice.remove();
    onResolve();
  });
  body.append(createElement("p", { children: [saveButton] }));
  form.prepend(notice);
  notice.focus();
}

function createComparison(field, ownText, otherText, { translate, createElement }) {
  const takeOther = createElement("button", {
    type: "button",
    class: "button button--quiet button--small",
    text: translate("useOtherText"),
  });
  takeOther.addEventListener("click", () => {
    field.value = otherText;
    takeOther.disabled = true;
  });
  const title = (key) => createElement("p", { class: "notice__title", text: translate(key) });
  const own = [title("ownText"), createElement("pre", { text: ownText })];
  const other = [title("otherText"), createElement("pre", { text: otherText }), takeOther];
  return createElement("div", {
    class: "edit-conflict",
    children: [
      createElement("div", { children: own }),
      createElement("div", { class: "stack stack--s", children: other }),
    ],
  });
}
