// Shows a picture in a dialog with zoom, rotation and inversion, by pinch, wheel, double-click and
// keys. Esc closes it and returns the focus to the link. Without JavaScript the link opens the image.
const MAX_ZOOM = 8;
const ZOOM_STEP = 1.5;
const WHEEL_ZOOM_STEP = 1.2;
const DOUBLE_CLICK_ZOOM = 2.5;
const PAN_STEP_PX = 60;
let viewer;

export default function imageViewer(link, tools) {
  link.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    viewer ??= createViewer(tools);
    viewer.open(link);
  });
}

function createViewer(tools) {
  const { createElement, translate } = tools;
  const image = createElement("img", { alt: "", draggable: "false" });
  const stage = createElement("div", { class: "viewer__stage", children: [image] });
  const counter = createElement("p", { class: "viewer__count", role: "status" });
  const caption = createElement("p", { class: "viewer__caption" });
  const dialog = createElement("dialog", {
    class: "viewer",
    "aria-label": translate("imageViewer"),
  });
  const view = createView(image);
  const gallery = createGallery({ image, counter, caption }, view, translate);
  const buttons = createButtons(dialog, view, gallery, tools);
  gallery.onChange = (count) => {
    buttons.previous.hidden = buttons.next.hidden = count < 2;
  };
  const bar = createElement("div", {
    class: "viewer__bar",
    children: [counter, ...Object.values(buttons)],
  });
  dialog.append(bar, stage, caption);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.classList.remove("viewer--inverted");
    buttons.invert.setAttribute("aria-pressed", "false");
    image.removeAttribute("src");
    gallery.currentLink()?.focus();
  });
  bindKeys(dialog, view, gallery, buttons.invert);
  bindPointer(stage, view);
  return {
    open(link) {
      gallery.open(link);
      dialog.showModal();
      buttons.close.focus();
    },
  };
}

/** Zoom, position and rotation of the image. Coordinates are pixels from the centre of the stage. */
function createView(image) {
  const initial = { scale: 1, x: 0, y: 0, degrees: 0 };
  let state = { ...initial };
  const render = () => {
    const { x, y, degrees, scale } = state;
    image.style.transform = `translate(${x}px, ${y}px) rotate(${degrees}deg) scale(${scale})`;
  };
  return {
    isZoomed: () => state.scale > 1,
    scale: () => state.scale,
    /** Zoom by the factor; the point (x, y) stays where it is. */
    zoom(factor, x = 0, y = 0) {
      const scale = Math.min(MAX_ZOOM, Math.max(1, state.scale * factor));
      const ratio = scale / state.scale;
      state.x = scale === 1 ? 0 : x - (x - state.x) * ratio;
      state.y = scale === 1 ? 0 : y - (y - state.y) * ratio;
      state.scale = scale;
      render();
    },
    pan(dx, dy) {
      state.x += dx;
      state.y += dy;
      render();
    },
    rotate() {
      state.degrees = (state.degrees + 90) % 360;
      render();
    },
    reset() {
      state = { ...initial };
      render();
    },
  };
}

/** The pictures of one group, in the order of the page. */
function createGallery({ image, counter, caption }, view, translate) {
  let links = [];
  let index = 0;
  const gallery = {
    onChange: () => {},
    currentLink: () => links[index],
    show(nextIndex) {
      index = (nextIndex + links.length) % links.length;
      const link = links[index];
      view.reset();
      image.src = link.href;
      image.alt = link.querySelector("img")?.alt ?? link.dataset.caption ?? "";
      caption.textContent = link.dataset.caption || image.alt;
      counter.textContent = translate("position", { n: index + 1, m: links.length });
      gallery.onChange(links.length);
    },
    move: (offset) => gallery.show(index + offset),
    open(link) {
      const group = link.dataset.viewer;
      const all = [...document.querySelectorAll("a[data-viewer]")];
      links = all.filter((other) => other.dataset.viewer === group);
      gallery.show(links.indexOf(link));
    },
  };
  return gallery;
}

function createButtons(dialog, view, gallery, { createElement, translate }) {
  const button = (messageKey, text, onClick, attributes = {}) => {
    const element = createElement("button", {
      type: "button",
      class: "button button--icon",
      "aria-label": translate(messageKey),
      title: translate(messageKey),
      text,
      ...attributes,
    });
    element.addEventListener("click", () => onClick(element));
    return element;
  };
  const toggleInverted = (element) => {
    const isInverted = dialog.classList.toggle("viewer--inverted");
    element.setAttribute("aria-pressed", String(isInverted));
  };
  return {
    previous: button("previousPicture", "‹", () => gallery.move(-1)),
    next: button("nextPicture", "›", () => gallery.move(1)),
    zoomOut: button("zoomOut", "−", () => view.zoom(1 / ZOOM_STEP)),
    zoomIn: button("zoomIn", "+", () => view.zoom(ZOOM_STEP)),
    rotate: button("rotate", "↻", () => view.rotate()),
    invert: button("invert", "◐", toggleInverted, { "aria-pressed": "false" }),
    close: button("close", "✕", () => dialog.close()),
  };
}

function bindKeys(dialog, view, gallery, invertButton) {
  const panIfZoomed = (dx, dy) => {
    if (view.isZoomed()) view.pan(dx, dy);
  };
  const panOrMove = (dx, offset) => {
    if (view.isZoomed()) view.pan(dx, 0);
    else gallery.move(offset);
  };
  const actions = {
    "+": () => view.zoom(ZOOM_STEP),
    "=": () => view.zoom(ZOOM_STEP),
    "-": () => view.zoom(1 / ZOOM_STEP),
    0: () => view.reset(),
    r: () => view.rotate(),
    i: () => invertButton.click(),
    ArrowLeft: () => panOrMove(PAN_STEP_PX, -1),
    ArrowRight: () => panOrMove(-PAN_STEP_PX, 1),
    ArrowUp: () => panIfZoomed(0, PAN_STEP_PX),
    ArrowDown: () => panIfZoomed(0, -PAN_STEP_PX),
  };
  dialog.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || !actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  });
}

function bindPointer(stage, view) {
  const pointers = new Map();
  const positionOf = (event) => {
    const area = stage.getBoundingClientRect();
    return {
      x: event.clientX - area.left - area.width / 2,
      y: event.clientY - area.top - area.height / 2,
    };
  };
  const onWheel = (event) => {
    event.preventDefault();
    const { x, y } = positionOf(event);
    view.zoom(event.deltaY < 0 ? WHEEL_ZOOM_STEP : 1 / WHEEL_ZOOM_STEP, x, y);
  };
  stage.addEventListener("wheel", onWheel, { passive: false });
  stage.addEventListener("dblclick", (event) => {
    const { x, y } = positionOf(event);
    view.zoom(view.isZoomed() ? 1 / view.scale() : DOUBLE_CLICK_ZOOM, x, y);
  });
  stage.addEventListener("pointerdown", (event) => {
    stage.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, positionOf(event));
  });
  stage.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = positionOf(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) pinch(view, before, now, other);
    else if (view.isZoomed()) view.pan(now.x - before.x, now.y - before.y);
    pointers.set(event.pointerId, now);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    stage.addEventListener(type, (event) => pointers.delete(event.pointerId));
  }
}

function pinch(view, before, now, other) {
  const distanceBefore = Math.hypot(before.x - other.x, before.y - other.y) || 1;
  const distance = Math.hypot(now.x - other.x, now.y - other.y);
  view.zoom(distance / distanceBefore, (now.x + other.x) / 2, (now.y + other.y) / 2);
}
