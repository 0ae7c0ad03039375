// Single keys, ignored with a modifier or while writing; one key acts on one thing. "?" lists them.
let ready = false;
let current = -1;

const writing = (element) => element?.closest?.("input, textarea, select, [contenteditable], dialog[open]");

const items = () => [...document.querySelectorAll("[data-feed] [data-item]")];

const step = (by) => {
  const all = items();
  if (!all.length) return;
  current = Math.min(Math.max(current + by, 0), all.length - 1);
  all.forEach((item, index) => {
    if (index === current) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  });
  all[current].querySelector("a[href]")?.focus({ preventScroll: true });
  all[current].scrollIntoView({ block: "nearest" });
};

const press = (key) => {
  const found = [...document.querySelectorAll("[data-shortcut]")].find(
    (element) => element.dataset.shortcut === key && !element.disabled && element.getClientRects().length,
  );
  if (!found) return false;
  if (found.matches("input:not([type=radio], [type=checkbox]), textarea, select")) found.focus();
  else found.click();
  return true;
};

export default function shortcuts() {
  if (ready) return;
  ready = true;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && event.key !== "j" && event.key !== "k") return;
    if (event.defaultPrevented || writing(event.target)) return;
    const list = document.getElementById("shortcuts");
    if (event.key === "?" && list?.showModal) { event.preventDefault(); list.showModal(); }
    else if (press(event.key)) event.preventDefault();
    else if (event.key === "j" && items().length) { event.preventDefault(); step(1); }
    else if (event.key === "k" && items().length) { event.preventDefault(); step(-1); }
    else if (event.key === "Enter" && event.target === document.body && current >= 0) items()[current]?.querySelector("a[href]")?.click();
  });
}
