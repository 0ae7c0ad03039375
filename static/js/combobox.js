// Suggestions under a text field, after the ARIA combobox pattern. Without JavaScript it is a plain
// text field.
const DEBOUNCE_MS = 150;
const MIN_LENGTH = 2;
let instanceCount = 0;

export default function combobox(input, tools) {
  const { translate, announce, createElement } = tools;
  const id = `combobox-${++instanceCount}`;
  const list = createElement("ul", {
    class: "combobox__list",
    id,
    role: "listbox",
    hidden: true,
    "aria-label": input.labels?.[0]?.textContent.trim() || translate("suggestions"),
  });
  const hadFocus = wrapInput(input, list, createElement);
  setComboboxAttributes(input, id);
  const listbox = createListbox(input, list, { translate, announce, createElement });
  const fetchSuggestions = createFetcher(input, listbox, tools);
  bindInput(input, listbox, fetchSuggestions);
  bindList(list, listbox);
  if (hadFocus && input.value) fetchSuggestions();
}

/** Put the input and its list into one frame. Returns whether the input had the focus. */
function wrapInput(input, list, createElement) {
  const frame = createElement("div", { class: "combobox" });
  const hadFocus = document.activeElement === input;
  const [start, end] = [input.selectionStart, input.selectionEnd];
  input.replaceWith(frame);
  frame.append(input, list);
  if (hadFocus) {
    // Moving the field loses the caret of a person who typed before this script ran.
    input.focus({ preventScroll: true });
    input.setSelectionRange(start, end);
  }
  return hadFocus;
}

function setComboboxAttributes(input, listId) {
  const attributes = {
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": listId,
  };
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
}

function createListbox(input, list, { translate, announce, createElement }) {
  const target = targetOf(input);
  const state = { options: [], activeIndex: -1 };

  const setActive = (index) => {
    state.activeIndex = index;
    for (const [position, element] of [...list.children].entries()) {
      element.setAttribute("aria-selected", String(position === index));
    }
    const element = list.children[index];
    if (element) {
      input.setAttribute("aria-activedescendant", element.id);
      element.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const setOpen = (isOpen) => {
    list.hidden = !isOpen;
    input.setAttribute("aria-expanded", String(isOpen));
    if (!isOpen) setActive(-1);
  };
  const select = (index) => {
    const option = state.options[index];
    if (!option) return;
    input.value = option.label;
    if (target) target.value = option.value;
    setOpen(false);
    input.dispatchEvent(new CustomEvent("combobox:chosen", { bubbles: true, detail: option }));
    (target ?? input).dispatchEvent(new Event("change", { bubbles: true }));
  };
  const createOption = (option, index) => {
    const children = [createElement("span", { text: option.label })];
    if (option.note) {
      children.push(createElement("span", { class: "combobox__note", text: ` ${option.note}` }));
    }
    return createElement("li", {
      class: "combobox__option",
      role: "option",
      id: `${list.id}-${index}`,
      "aria-selected": "false",
      children,
    });
  };
  const show = (options) => {
    state.options = options;
    list.replaceChildren(...options.map(createOption));
    setOpen(options.length > 0);
    setActive(-1);
    announce(
      translate(options.length ? "suggestionsFound" : "noSuggestions", { n: options.length }),
    );
  };
  return { state, list, setActive, setOpen, select, show };
}

function targetOf(input) {
  const id = input.dataset.comboboxTarget;
  return id ? document.getElementById(id) : null;
}

/** A function that asks the server for suggestions; a new request aborts the one before. */
function createFetcher(input, listbox, { translate, request, showProblem, clearProblem }) {
  let pending = null;
  return async () => {
    pending?.abort();
    const text = input.value.trim();
    if (text.length < Number(input.dataset.comboboxMinLength ?? MIN_LENGTH)) {
      listbox.setOpen(false);
      return;
    }
    pending = new AbortController();
    try {
      const answer = await request(input.dataset.combobox + encodeURIComponent(text), {
        signal: pending.signal,
      });
      if (!answer.ok) {
        // The input stays a plain text field, and the next letter asks again.
        const sentence = answer.link ? answer.sentence : translate("suggestionsFailed");
        listbox.setOpen(false);
        showProblem(input, { ...answer, sentence });
        return;
      }
      clearProblem(input);
      const isCurrent = input.value.trim() === text && document.activeElement === input;
      const results = answer.data;
      if (isCurrent) listbox.show(Array.isArray(results) ? results : (results.results ?? []));
    } catch {
      // Aborted by the next letter.
    }
  };
}

function bindInput(input, listbox, fetchSuggestions) {
  const target = targetOf(input);
  const { state, list } = listbox;
  let timer = 0;

  input.addEventListener("input", () => {
    if (target) target.value = "";
    clearTimeout(timer);
    timer = setTimeout(fetchSuggestions, DEBOUNCE_MS);
  });
  const actions = {
    ArrowDown: () => {
      if (list.hidden) fetchSuggestions();
      else
        listbox.setActive(
          state.activeIndex >= state.options.length - 1 ? 0 : state.activeIndex + 1,
        );
      return true;
    },
    ArrowUp: () => {
      if (list.hidden) return false;
      listbox.setActive(state.activeIndex <= 0 ? state.options.length - 1 : state.activeIndex - 1);
      return true;
    },
    Enter: () => {
      if (list.hidden || state.activeIndex < 0) return false;
      listbox.select(state.activeIndex);
      return true;
    },
    Escape: () => {
      if (list.hidden) return false;
      listbox.setOpen(false);
      return true;
    },
  };
  input.addEventListener("keydown", (event) => {
    if (actions[event.key]?.()) event.preventDefault();
  });
  // The delay lets a click on an option arrive first.
  input.addEventListener("blur", () => setTimeout(listbox.setOpen, DEBOUNCE_MS, false));
}

function bindList(list, listbox) {
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const element = event.target.closest("[role=option]");
    if (element) listbox.select([...list.children].indexOf(element));
  });
}
