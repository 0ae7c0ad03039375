// Saves a draft two seconds after typing stops. If the draft was changed elsewhere, both texts are
// shown and nothing is overwritten. Nothing is stored on the device.
const SAVE_DELAY_MS = 2000;
const RETRY_DELAY_MS = 10000;

export default function autosave(form, { translate, createElement }) {
  const showStatus = createStatus(form, createElement);
  const state = { isDirty: false, isSaving: false, isStopped: false, timer: 0 };

  const scheduleSave = (delay) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(save, delay);
  };

  const save = async () => {
    if (state.isSaving || !state.isDirty || state.isStopped) return;
    state.isSaving = true;
    state.isDirty = false;
    showStatus("saving", translate("saving"));
    try {
      await handleResponse(await postForm(form));
    } catch {
      state.isDirty = true;
      showStatus("failed", translate("notSaved"));
      scheduleSave(RETRY_DELAY_MS);
    }
    state.isSaving = false;
    if (state.isDirty && !state.isStopped) scheduleSave(SAVE_DELAY_MS);
  };

  const handleResponse = async (response) => {
    if (response.status === 409) {
      startConflict(await response.json());
      return;
    }
    if (!response.ok) throw new Error(String(response.status));
    const { version } = await response.json();
    if (version != null && form.elements.version) form.elements.version.value = version;
    showStatus("saved", translate("saved", { time: clockTime() }));
  };

  const startConflict = ({ version, fields = {} }) => {
    state.isStopped = true;
    state.isDirty = true;
    showStatus("conflict", translate("conflict"));
    showConflict(form, fields, { translate, createElement }, () => {
      if (form.elements.version) form.elements.version.value = version;
      state.isStopped = false;
      state.isDirty = true;
      save();
    });
  };

  bindForm(form, state, () => {
    state.isDirty = true;
    showStatus("waiting", translate("unsaved"));
    scheduleSave(SAVE_DELAY_MS);
  });
  addEventListener("online", () => {
    if (state.isDirty) scheduleSave(0);
  });
}

/** A function that shows the state of the draft in the form's status line. */
function createStatus(form, createElement) {
  const status =
    form.querySelector("[data-autosave-status]") ??
    form.appendChild(createElement("p", { class: "save-status" }));
  status.setAttribute("role", "status");
  return (name, text) => {
    status.dataset.state = name;
    status.textContent = text;
  };
}

function postForm(form) {
  const body = new FormData(form);
  for (const [name, value] of [...body]) if (value instanceof File) body.delete(name);
  return fetch(form.dataset.autosave, {
    method: "POST",
    body,
    headers: { Accept: "application/json", "X-Requested-With": "autosave" },
    redirect: "error",
  });
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
