// Adds "Move up" and "Move down" buttons to a list. The ranks are in form fields of the items, so the
// list also works without JavaScript.
export default function rankedList(list, { translate, announce, createElement }) {
  const items = () => [...list.querySelectorAll("[data-ranked-item]")];
  const nameOf = (item) =>
    item.dataset.rankedItem || item.firstElementChild?.textContent.trim() || "";

  const updateRanks = () => {
    const all = items();
    for (const [index, item] of all.entries()) {
      const rank = item.querySelector("[data-rank]");
      if (rank) rank.value = index + 1;
      const [up, down] = item.querySelectorAll("[data-move]");
      if (up) up.disabled = index === 0;
      if (down) down.disabled = index === all.length - 1;
    }
  };

  const moveItem = (item, offset) => {
    const all = items();
    const index = all.indexOf(item) + offset;
    if (index < 0 || index >= all.length) return;
    if (offset < 0) all[index].before(item);
    else all[index].after(item);
    updateRanks();
    const [up, down] = item.querySelectorAll("[data-move]");
    const [pressed, opposite] = offset < 0 ? [up, down] : [down, up];
    (pressed.disabled ? opposite : pressed).focus();
    announce(translate("itemMoved", { name: nameOf(item), n: index + 1, m: all.length }));
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const createMoveButton = (item, messageKey, text, offset) => {
    const button = createElement("button", {
      type: "button",
      class: "button button--quiet button--icon",
      "data-move": true,
      "aria-label": `${translate(messageKey)}: ${nameOf(item)}`,
      text,
    });
    button.addEventListener("click", () => moveItem(item, offset));
    return button;
  };

  const addButtons = () => {
    for (const item of items()) {
      if (item.querySelector("[data-move]")) continue;
      const buttons = [
        createMoveButton(item, "moveUp", "↑", -1),
        createMoveButton(item, "moveDown", "↓", 1),
      ];
      item.append(createElement("span", { class: "ranked-list__buttons", children: buttons }));
    }
    updateRanks();
  };

  addButtons();
  new MutationObserver(addButtons).observe(list, { childList: true });
}
