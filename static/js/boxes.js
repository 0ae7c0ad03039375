// Boxes over a picture, in step with the number fields beside it, which are what is sent. Draw with a mouse
// or pen, or add one and move it: arrows move, Shift and arrows size, Delete takes it away, Ctrl+Z undoes.
const STEP = 4;
const LEAST = 8;
const ZOOMS = [1, 1.5, 2, 3, 4, 6, 8];
const NAMES = ["x", "y", "w", "h"];

export default function boxes(root, { say, announce, make }) {
  const image = root.querySelector("[data-boxes-image]") ?? root.querySelector("img");
  if (!image) return;
  const width = Number(root.dataset.width) || image.naturalWidth || Number(image.getAttribute("width"));
  const height = Number(root.dataset.height) || image.naturalHeight || Number(image.getAttribute("height"));
  const canvas = make("div", { class: "boxes__canvas" });
  const stage = make("div", { class: "boxes__stage", tabindex: "-1", children: [canvas] });
  (image.closest("picture, a") ?? image).replaceWith(stage);
  canvas.append(image);
  image.draggable = false;
  const undo = [];
  const drawn = new Map();
  let chosen = null;
  const shown = () => 1 + [...root.querySelectorAll("button[data-frame]")].findIndex((one) => one.getAttribute("aria-pressed") === "true");

  const field = (row, name) => row.querySelector(`[data-${name}]`);
  const read = (row) => Object.fromEntries(NAMES.map((name) => [name, Number(field(row, name).value) || 0]));
  const gone = (row) => field(row, "gone")?.checked ?? false;
  const clamp = (value, least, most) => Math.round(Math.min(Math.max(value, least), Math.max(least, most)));
  const changed = () => root.dispatchEvent(new Event("input", { bubbles: true }));
  const list = (row) => row.closest("details");

  const place = (row) => {
    const box = drawn.get(row);
    const { x, y, w, h } = read(row);
    // A find left visible keeps its outline: whoever looks must see where it lies.
    const only = Number(field(row, "only")?.value);
    box.hidden = !w || !h || (gone(row) && !field(row, "why")) || (only > 0 && only !== shown());
    box.classList.toggle("boxes__box--gone", gone(row));
    row.classList.toggle("boxes__row--gone", gone(row));
    box.style.left = `${(100 * x) / width}%`;
    box.style.top = `${(100 * y) / height}%`;
    box.style.width = `${(100 * w) / width}%`;
    box.style.height = `${(100 * h) / height}%`;
  };
  const write = (row, { x, y, w, h }) => {
    const size = { w: clamp(w, LEAST, width), h: clamp(h, LEAST, height) };
    const values = { ...size, x: clamp(x, 0, width - size.w), y: clamp(y, 0, height - size.h) };
    for (const [name, value] of Object.entries(values)) field(row, name).value = value;
    place(row);
    changed();
  };
  const keep = (row) => undo.push({ row, values: read(row), gone: gone(row) });
  const setGone = (row, on) => {
    const tick = field(row, "gone");
    if (tick) tick.checked = on;
    place(row);
    changed();
  };
  const choose = (row) => {
    for (const [other, box] of drawn) {
      box.classList.toggle("boxes__box--chosen", other === row);
      other.classList.toggle("boxes__row--chosen", other === row);
    }
    chosen = row;
    take.disabled = !row;
  };
  const remove = (row) => {
    keep(row);
    setGone(row, true);
    choose(null);
    const why = field(row, "why");
    announce(say(why ? "boxGoneWhy" : "boxGone"));
    if (why && list(row)) list(row).open = true;
    const next = [...drawn].find(([other]) => !gone(other))?.[1];
    (why ?? next ?? add).focus();
  };
  const back = () => {
    const last = undo.pop();
    if (!last) return;
    const tick = field(last.row, "gone");
    if (tick) tick.checked = last.gone;
    if (last.values.w) write(last.row, last.values);
    place(last.row);
    announce(say("boxUndone"));
    if (!last.gone) { choose(last.row); drawn.get(last.row).focus(); }
  };

  // --- By pointer and touch -------------------------------------------------------------------
  const drag = (row, box, event) => {
    if (event.button) return;
    event.preventDefault();
    event.stopPropagation();
    box.focus();
    choose(row);
    if (gone(row)) return;
    box.setPointerCapture(event.pointerId);
    const start = read(row);
    const sizes = Boolean(event.target.closest(".boxes__handle"));
    const unit = width / canvas.getBoundingClientRect().width;
    let kept = false;
    const move = (moved) => {
      if (!kept) { keep(row); kept = true; }
      const dx = (moved.clientX - event.clientX) * unit;
      const dy = (moved.clientY - event.clientY) * unit;
      write(row, sizes ? { ...start, w: start.w + dx, h: start.h + dy } : { ...start, x: start.x + dx, y: start.y + dy });
    };
    const end = () => { box.removeEventListener("pointermove", move); };
    box.addEventListener("pointermove", move);
    box.addEventListener("pointerup", end, { once: true });
    box.addEventListener("pointercancel", end, { once: true });
  };

  const sketch = (event) => {
    if (event.pointerType === "touch" || event.button || event.target.closest(".boxes__box")) return;
    event.preventDefault();
    const area = canvas.getBoundingClientRect();
    const unit = width / area.width;
    const shape = make("div", { class: "boxes__draft" });
    canvas.append(shape);
    canvas.setPointerCapture(event.pointerId);
    let values;
    const move = (moved) => {
      const xs = [event.clientX - area.left, moved.clientX - area.left].sort((a, b) => a - b);
      const ys = [event.clientY - area.top, moved.clientY - area.top].sort((a, b) => a - b);
      values = { x: xs[0] * unit, y: ys[0] * unit, w: (xs[1] - xs[0]) * unit, h: (ys[1] - ys[0]) * unit };
      shape.style.left = `${xs[0]}px`;
      shape.style.top = `${ys[0]}px`;
      shape.style.width = `${xs[1] - xs[0]}px`;
      shape.style.height = `${ys[1] - ys[0]}px`;
    };
    const end = () => {
      canvas.removeEventListener("pointermove", move);
      shape.remove();
      if (values && values.w > LEAST && values.h > LEAST) addBox(values);
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerup", end, { once: true });
    canvas.addEventListener("pointercancel", end, { once: true });
  };
  canvas.addEventListener("pointerdown", sketch);

  // --- By keyboard ----------------------------------------------------------------------------
  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const key = (row, event) => {
    if (gone(row)) return;
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); remove(row); return; }
    const way = arrows[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keep(row);
    const now = read(row);
    const [dx, dy] = way.map((one) => one * STEP * Math.max(1, width / 800));
    write(row, event.shiftKey ? { ...now, w: now.w + dx, h: now.h + dy } : { ...now, x: now.x + dx, y: now.y + dy });
  };
  root.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !typing) { event.preventDefault(); back(); }
    // Enter in a number field would press the form's first button; the box has moved already.
    else if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });

  const attach = (row) => {
    const number = drawn.size + 1;
    const box = make("button", {
      type: "button", class: "boxes__box", "aria-label": say("box", { n: number }), "aria-keyshortcuts": "Delete Control+Z",
      children: [make("span", { class: "boxes__handle" })],
    });
    drawn.set(row, box);
    canvas.append(box);
    box.addEventListener("pointerdown", (event) => drag(row, box, event));
    box.addEventListener("keydown", (event) => key(row, event));
    box.addEventListener("focus", () => choose(row));
    row.addEventListener("focusin", () => choose(row));
    row.addEventListener("input", () => place(row));
    place(row);
    return box;
  };

  const addBox = (values) => {
    const blank = root.querySelector("template[data-box-new]");
    const total = root.querySelector('input[name$="TOTAL_FORMS"]');
    const index = total ? Number(total.value) : drawn.size;
    const row = document.importNode(blank.content, true).querySelector("[data-box]");
    for (const element of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
      for (const name of ["name", "id", "for", "aria-describedby"]) {
        if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replaceAll("__prefix__", index));
      }
    }
    if (total) total.value = index + 1;
    const place_ = root.querySelector("[data-boxes-new]");
    if (place_) place_.append(row); else blank.before(row);
    row.prepend(make("p", { class: "boxes__name", children: [make("strong", { text: say("boxName", { n: drawn.size + 1 }) })] }));
    const box = attach(row);
    write(row, values);
    undo.push({ row, values: read(row), gone: true });
    box.focus();
  };

  // --- The tools --------------------------------------------------------------------------------
  const tool = (text, act, attributes = {}) => {
    const button = make("button", { type: "button", class: "button button--quiet button--small", text, ...attributes });
    button.addEventListener("click", act);
    return button;
  };
  /** A fifth of what is on the screen, in its middle, so that it is large enough for a finger. */
  const inTheMiddle = () => {
    const area = canvas.getBoundingClientRect();
    const unit = width / area.width;
    const seen = { w: stage.clientWidth * unit, h: Math.min(stage.clientHeight, innerHeight) * unit };
    const size = { w: seen.w / 3, h: seen.h / 6 };
    return { x: stage.scrollLeft * unit + (seen.w - size.w) / 2, y: stage.scrollTop * unit + (seen.h - size.h) / 2, ...size };
  };
  const add = tool(say("addBox"), () => addBox(inTheMiddle()));
  const take = tool(say("takeBox"), () => { if (chosen && !gone(chosen)) remove(chosen); }, { disabled: true });
  let zoom = 0;
  const zoomTo = (next) => {
    const before = canvas.getBoundingClientRect().width;
    const middle = { x: stage.scrollLeft + stage.clientWidth / 2, y: stage.scrollTop + stage.clientHeight / 2 };
    zoom = clamp(next, 0, ZOOMS.length - 1);
    canvas.style.width = `${100 * ZOOMS[zoom]}%`;
    stage.classList.toggle("boxes__stage--zoomed", zoom > 0);
    const grown = canvas.getBoundingClientRect().width / before;
    stage.scrollLeft = middle.x * grown - stage.clientWidth / 2;
    stage.scrollTop = middle.y * grown - stage.clientHeight / 2;
    if (chosen) drawn.get(chosen).scrollIntoView({ block: "nearest", inline: "nearest" });
    out.disabled = !zoom;
    closer.disabled = zoom === ZOOMS.length - 1;
    announce(say("zoomed", { n: Math.round(100 * ZOOMS[zoom]) }));
  };
  const out = tool("−", () => zoomTo(zoom - 1), { "aria-label": say("zoomOut"), disabled: true });
  const closer = tool("+", () => zoomTo(zoom + 1), { "aria-label": say("zoomIn") });
  const tools = make("div", { class: "boxes__tools cluster", role: "group", "aria-label": say("boxTools"), children: [add, take, tool(say("undo"), back), out, closer] });
  stage.before(tools);

  // --- The frames -------------------------------------------------------------------------------
  for (const button of root.querySelectorAll("button[data-frame]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      image.src = button.dataset.frame;
      for (const other of root.querySelectorAll("button[data-frame]")) other.setAttribute("aria-pressed", String(other === button));
      for (const row of drawn.keys()) place(row);
    });
  }

  for (const row of root.querySelectorAll("[data-box]")) attach(row);
}
