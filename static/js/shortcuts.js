// Single-key shortcuts. They do nothing with a modifier key or while a field or dialog has the focus.
// "?" opens the list of shortcuts.
const REPEATABLE_KEYS = new Set(["j", "k"]);
let isListening = false;
let currentIndex = -1;

const isTextEntry = (element) =>
  element?.closest?.("input, textarea, select, [contenteditable], dialog[open]");

const feedItems = () => [...document.querySelectorAll("[data-feed] [data-item]")];

const moveInFeed = (offset) => {
  const items = feedItems();
  if (!items.length) return false;
  currentIndex = Math.min(Math.max(currentIndex + offset, 0), items.length - 1);
  for (const [index, item] of items.entries()) {
    if (index === currentIndex) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }
  items[currentIndex].querySelector("a[href]")?.focus({ preventScroll: true });
  items[currentIndex].scrollIntoView({ block: "nearest" });
  return true;
};

const openCurrentItem = (target) => {
  if (target === document.body && currentIndex >= 0) {
    feedItems()[currentIndex]?.querySelector("a[href]")?.click();
  }
};

const openShortcutList = () => {
  const dialog = document.getElementById("shortcuts");
  if (!dialog?.showModal) return false;
  dialog.showModal();
  return true;
};

/** A key of an item in a list is for the current item alone. */
const isForCurrentItem = (element) => {
  const item = element.closest("[data-feed] [data-item]");
  return !item || item === feedItems()[currentIndex];
};

/** Focus the field, or click the button or link, that has this key. False if there is none. */
const activate = (key) => {
  const element = [...document.querySelectorAll("[data-shortcut]")].find(
    (candidate) =>
      candidate.dataset.shortcut === key &&
      !candidate.disabled &&
      isForCurrentItem(candidate) &&
      candidate.getClientRects().length,
  );
  if (!element) return false;
  const isField = "input:not([type=radio], [type=checkbox]), textarea, select";
  if (element.matches(isField)) element.focus();
  else element.click();
  return true;
};

const onKeydown = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.repeat && !REPEATABLE_KEYS.has(event.key)) return;
  if (event.defaultPrevented || isTextEntry(event.target)) return;
  const isHandled =
    (event.key === "?" && openShortcutList()) ||
    activate(event.key) ||
    (event.key === "j" && moveInFeed(1)) ||
    (event.key === "k" && moveInFeed(-1));
  if (isHandled) event.preventDefault();
  else if (event.key === "Enter") openCurrentItem(event.target);
};

export default function shortcuts() {
  if (isListening) return;
  isListening = true;
  document.addEventListener("keydown", onKeydown);
}
