// The picture alone on the screen: pinch, wheel, double tap, keys. Esc gives the focus back to the thumbnail.
// Without JavaScript the link opens the large picture itself.
const MOST = 8;
let stage;

export default function viewer(link, tools) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    stage ??= build(tools);
    stage.open(link);
  });
}

function build({ say, make }) {
  const image = make("img", { alt: "", draggable: "false" });
  const field = make("div", { class: "viewer__stage", children: [image] });
  const count = make("p", { class: "viewer__count", role: "status" });
  const caption = make("p", { class: "viewer__caption" });
  const button = (name, sign, act, pressed) => {
    const element = make("button", { type: "button", class: "button button--icon", "aria-label": say(name), title: say(name), text: sign, "aria-pressed": pressed ? "false" : null });
    element.addEventListener("click", () => act(element));
    return element;
  };
  let links = [];
  let place = 0;
  let view = { scale: 1, x: 0, y: 0, turn: 0 };

  const draw = () => {
    image.style.transform = `translate(${view.x}px, ${view.y}px) rotate(${view.turn}deg) scale(${view.scale})`;
  };
  const zoom = (factor, x = 0, y = 0) => {
    const scale = Math.min(MOST, Math.max(1, view.scale * factor));
    const real = scale / view.scale;
    view.x = x - (x - view.x) * real;
    view.y = y - (y - view.y) * real;
    view.scale = scale;
    if (scale === 1) view.x = view.y = 0;
    draw();
  };
  const reset = () => { view = { scale: 1, x: 0, y: 0, turn: 0 }; draw(); };
  const turn = () => { view.turn = (view.turn + 90) % 360; draw(); };
  const show = (at) => {
    place = (at + links.length) % links.length;
    const link = links[place];
    const small = link.querySelector("img");
    reset();
    image.src = link.href;
    image.alt = small?.alt ?? link.dataset.caption ?? "";
    caption.textContent = link.dataset.caption || image.alt;
    count.textContent = say("nOfM", { n: place + 1, m: links.length });
    back.hidden = forth.hidden = links.length < 2;
  };
  const close = button("close", "✕", () => dialog.close());
  const back = button("before", "‹", () => show(place - 1));
  const forth = button("next", "›", () => show(place + 1));
  const invert = button("invert", "◐", (element) => {
    const on = dialog.classList.toggle("viewer--inverted");
    element.setAttribute("aria-pressed", String(on));
  }, true);
  const bar = make("div", { class: "viewer__bar", children: [
    count, back, forth,
    button("zoomOut", "−", () => zoom(1 / 1.5)), button("zoomIn", "+", () => zoom(1.5)),
    button("rotate", "↻", turn), invert, close,
  ] });
  const dialog = make("dialog", { class: "viewer", "aria-label": say("viewer"), children: [bar, field, caption] });
  document.body.append(dialog);

  dialog.addEventListener("close", () => {
    dialog.classList.remove("viewer--inverted");
    invert.setAttribute("aria-pressed", "false");
    image.removeAttribute("src");
    links[place]?.focus();
  });
  const pan = (dx, dy) => { view.x += dx; view.y += dy; draw(); };
  const keys = {
    "+": () => zoom(1.5), "=": () => zoom(1.5), "-": () => zoom(1 / 1.5), 0: reset, r: turn, i: () => invert.click(),
    ArrowLeft: () => (view.scale > 1 ? pan(60, 0) : show(place - 1)),
    ArrowRight: () => (view.scale > 1 ? pan(-60, 0) : show(place + 1)),
    ArrowUp: () => view.scale > 1 && pan(0, 60),
    ArrowDown: () => view.scale > 1 && pan(0, -60),
  };
  dialog.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });

  // Coordinates are measured from the middle of the stage, as the transform is.
  const at = (event) => {
    const box = field.getBoundingClientRect();
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 };
  };
  field.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { x, y } = at(event);
    zoom(event.deltaY < 0 ? 1.2 : 1 / 1.2, x, y);
  }, { passive: false });
  field.addEventListener("dblclick", (event) => {
    const { x, y } = at(event);
    zoom(view.scale > 1 ? 1 / view.scale : 2.5, x, y);
  });
  const fingers = new Map();
  field.addEventListener("pointerdown", (event) => {
    field.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, at(event));
  });
  field.addEventListener("pointermove", (event) => {
    const old = fingers.get(event.pointerId);
    if (!old) return;
    const now = at(event);
    const other = [...fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const before = Math.hypot(old.x - other.x, old.y - other.y) || 1;
      zoom(Math.hypot(now.x - other.x, now.y - other.y) / before, (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (view.scale > 1) pan(now.x - old.x, now.y - old.y);
    fingers.set(event.pointerId, now);
  });
  for (const end of ["pointerup", "pointercancel"]) field.addEventListener(end, (event) => fingers.delete(event.pointerId));

  return {
    open(link) {
      const group = link.dataset.viewer;
      links = [...document.querySelectorAll("a[data-viewer]")].filter((other) => other.dataset.viewer === group);
      show(links.indexOf(link));
      dialog.showModal();
      close.focus();
    },
  };
}
