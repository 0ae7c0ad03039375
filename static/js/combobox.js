// Suggestions under a text field, after the ARIA combobox pattern. Without JavaScript it stays a text field.
let count = 0;

export default function combobox(input, { say, announce, make }) {
  count += 1;
  const id = `combobox-${count}`;
  const list = make("ul", { class: "combobox__list", id, role: "listbox", hidden: true, "aria-label": input.labels?.[0]?.textContent.trim() || say("suggestions") });
  const frame = make("div", { class: "combobox" });
  const target = input.dataset.comboboxTarget && document.getElementById(input.dataset.comboboxTarget);
  const typing = document.activeElement === input;
  const [from, to] = [input.selectionStart, input.selectionEnd];
  input.replaceWith(frame);
  frame.append(input, list);
  if (typing) { // moving the field takes the caret from whoever was quicker than this script
    input.focus({ preventScroll: true });
    input.setSelectionRange(from, to);
  }
  for (const [name, value] of Object.entries({ role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id })) {
    input.setAttribute(name, value);
  }
  let options = [];
  let active = -1;
  let timer = 0;
  let waiting = null;

  const open = (on) => {
    list.hidden = !on;
    input.setAttribute("aria-expanded", String(on));
    if (!on) mark(-1);
  };
  const mark = (at) => {
    active = at;
    [...list.children].forEach((line, index) => line.setAttribute("aria-selected", String(index === at)));
    const line = list.children[at];
    if (line) {
      input.setAttribute("aria-activedescendant", line.id);
      line.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const choose = (at) => {
    const option = options[at];
    if (!option) return;
    input.value = option.label;
    if (target) target.value = option.value;
    open(false);
    input.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true, detail: option }));
    (target ?? input).dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = (found) => {
    options = found;
    list.replaceChildren(...found.map((option, index) => make("li", {
      class: "combobox__option", role: "option", id: `${id}-${index}`, "aria-selected": "false",
      children: [make("span", { text: option.label }), ...(option.note ? [make("span", { class: "combobox__note", text: ` ${option.note}` })] : [])],
    })));
    open(found.length > 0);
    mark(-1);
    announce(say(found.length ? "found" : "foundNone", { n: found.length }));
  };
  const ask = async () => {
    waiting?.abort();
    const text = input.value.trim();
    if (text.length < Number(input.dataset.comboboxLeast ?? 2)) { open(false); return; }
    waiting = new AbortController();
    try {
      const answer = await fetch(input.dataset.combobox + encodeURIComponent(text), {
        signal: waiting.signal, headers: { Accept: "application/json" },
      });
      if (!answer.ok) return;
      const found = await answer.json();
      if (input.value.trim() === text && document.activeElement === input) show(Array.isArray(found) ? found : found.results ?? []);
    } catch { /* typed on, or no network: the field stays a field */ }
  };

  input.addEventListener("input", () => {
    if (target) target.value = "";
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  input.addEventListener("keydown", (event) => {
    const last = options.length - 1;
    if (event.key === "ArrowDown" && list.hidden) { event.preventDefault(); ask(); }
    else if (event.key === "ArrowDown") { event.preventDefault(); mark(active >= last ? 0 : active + 1); }
    else if (event.key === "ArrowUp" && !list.hidden) { event.preventDefault(); mark(active <= 0 ? last : active - 1); }
    else if (event.key === "Enter" && !list.hidden && active >= 0) { event.preventDefault(); choose(active); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); open(false); }
  });
  input.addEventListener("blur", () => setTimeout(open, 150, false));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const line = event.target.closest("[role=option]");
    if (line) choose([...list.children].indexOf(line));
  });
  if (typing && input.value) ask();
}
