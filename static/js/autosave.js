// A draft saves itself two seconds after typing stops. A stale tab gets both texts, never a silent
// overwrite; nothing is kept on the device.
const WAIT = 2000;
const RETRY = 10000;

export default function autosave(form, { say, make }) {
  const status = form.querySelector("[data-autosave-status]") ?? form.appendChild(make("p", { class: "draft" }));
  status.setAttribute("role", "status");
  let timer = 0;
  let dirty = false;
  let busy = false;
  let stopped = false;

  const show = (state, sentence) => {
    status.dataset.state = state;
    status.textContent = sentence;
  };

  const body = () => {
    const fields = new FormData(form);
    for (const [name, value] of [...fields]) if (value instanceof File) fields.delete(name);
    return fields;
  };

  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  const save = async () => {
    if (busy || !dirty || stopped) return;
    busy = true;
    dirty = false;
    show("saving", say("saving"));
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST",
        body: body(),
        headers: { Accept: "application/json", "X-Requested-With": "autosave" },
        redirect: "error",
      });
      await read(answer);
    } catch {
      dirty = true;
      show("failed", say("notSaved"));
      later(RETRY);
    }
    busy = false;
    if (dirty && !stopped) later(WAIT);
  };

  const read = async (answer) => {
    if (answer.status === 409) return conflict(await answer.json());
    if (!answer.ok) throw new Error(String(answer.status));
    const { version } = await answer.json();
    if (version != null && form.elements.version) form.elements.version.value = version;
    const clock = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    return show("saved", say("saved", { time: clock }));
  };

  // Both texts, side by side; the writer chooses, field by field.
  const conflict = ({ version, fields = {} }) => {
    stopped = true;
    dirty = true;
    show("conflict", say("conflict"));
    const box = make("div", { class: "notice notice--caution", role: "alert", tabindex: "-1" });
    const inner = make("div", { class: "notice__body stack", children: [make("p", { class: "notice__title", text: say("conflict") })] });
    box.append(make("span"), inner);
    for (const [name, theirs] of Object.entries(fields)) {
      const field = form.elements[name];
      const mine = field?.value;
      if (mine === undefined || mine === theirs) continue;
      const take = make("button", { type: "button", class: "button button--quiet button--small", text: say("takeOther") });
      take.addEventListener("click", () => { field.value = theirs; take.disabled = true; });
      inner.append(make("div", { class: "conflict", children: [
        make("div", { children: [make("p", { class: "notice__title", text: say("yours") }), make("pre", { text: mine })] }),
        make("div", { class: "stack stack--s", children: [make("p", { class: "notice__title", text: say("other") }), make("pre", { text: theirs }), take] }),
      ] }));
    }
    const keep = make("button", { type: "button", class: "button", text: say("saveThis") });
    keep.addEventListener("click", () => {
      if (form.elements.version) form.elements.version.value = version;
      box.remove();
      stopped = false;
      dirty = true;
      save();
    });
    inner.append(make("p", { children: [keep] }));
    form.prepend(box);
    box.focus();
  };

  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    dirty = true;
    show("waiting", say("unsaved"));
    later(WAIT);
  });
  form.addEventListener("submit", () => { dirty = false; stopped = true; clearTimeout(timer); });
  addEventListener("online", () => { if (dirty) later(0); });
  addEventListener("pageshow", (event) => { if (event.persisted) stopped = false; });
  addEventListener("beforeunload", (event) => { if (dirty || busy) event.preventDefault(); });
}
