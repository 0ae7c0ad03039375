// A list put in order by buttons. The numbers sent stand in the items; without JavaScript they are fields.
export default function ranked(list, { say, announce, make }) {
  const items = () => [...list.querySelectorAll("[data-ranked-item]")];
  const name = (item) => item.dataset.rankedItem || item.firstElementChild?.textContent.trim() || "";

  const number = () => {
    const all = items();
    all.forEach((item, index) => {
      const rank = item.querySelector("[data-rank]");
      if (rank) rank.value = index + 1;
      const [up, down] = item.querySelectorAll("[data-move]");
      if (up) up.disabled = index === 0;
      if (down) down.disabled = index === all.length - 1;
    });
  };
  const move = (item, by) => {
    const all = items();
    const at = all.indexOf(item) + by;
    if (at < 0 || at >= all.length) return;
    if (by < 0) all[at].before(item);
    else all[at].after(item);
    number();
    const buttons = [...item.querySelectorAll("[data-move]")];
    const same = buttons[by < 0 ? 0 : 1];
    (same.disabled ? buttons[by < 0 ? 1 : 0] : same).focus();
    announce(say("moved", { name: name(item), n: at + 1, m: all.length }));
    list.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const button = (item, word, sign, by) => {
    const element = make("button", { type: "button", class: "button button--quiet button--icon", "data-move": true, "aria-label": `${say(word)}: ${name(item)}`, text: sign });
    element.addEventListener("click", () => move(item, by));
    return element;
  };
  const dress = () => {
    for (const item of items()) {
      if (item.querySelector("[data-move]")) continue;
      item.append(make("span", { class: "ranked__moves", children: [button(item, "up", "↑", -1), button(item, "down", "↓", 1)] }));
    }
    number();
  };
  dress();
  new MutationObserver(dress).observe(list, { childList: true });
}
