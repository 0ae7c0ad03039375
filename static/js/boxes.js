// Boxes over a picture, in step with the number fields beside it, which are what is sent. Draw with a mouse
// or pen, or add one and move it: arrows move, Shift and arrows size, Delete takes it away, Ctrl+Z undoes.
const STEP = 4;
const LEAST = 8;

export default function boxes(root, { say, announce, make }) {
  const image = root.querySelector("img");
  if (!image) return;
  const width = Number(root.dataset.width) || image.naturalWidth || Number(image.getAttribute("width"));
  const height = Number(root.dataset.height) || image.naturalHeight || Number(image.getAttribute("height"));
  const canvas = make("div", { class: "boxes__canvas" });
  const frame = make("div", { class: "boxes__stage", children: [canvas] });
  (image.closest("picture, a") ?? image).replaceWith(frame);
  canvas.append(image);
  image.draggable = false;
  const undo = [];
  const drawn = new Map();

  const field = (row, name) => row.querySelector(`[data-${name}]`);
  const read = (row) => Object.fromEntries(["x", "y", "w", "h"].map((name) => [name, Number(field(row, name).value) || 0]));
  const gone = (row) => field(row, "gone")?.checked ?? false;
  const clamp = (value, least, most) => Math.round(Math.min(Math.max(value, least), Math.max(least, most)));

  const place = (row) => {
    const box = drawn.get(row);
    const { x, y, w, h } = read(row);
    box.hidden = gone(row);
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
    root.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const keep = (row) => undo.push({ row, values: read(row), gone: gone(row) });
  const remove = (row) => {
    const tick = field(row, "gone");
    if (!tick) return;
    keep(row);
    tick.checked = true;
    place(row);
    announce(say("boxGone"));
    ([...drawn].find(([other]) => !gone(other))?.[1] ?? add).focus();
  };
  const back = () => {
    const last = undo.pop();
    if (!last) return;
    if (field(last.row, "gone")) field(last.row, "gone").checked = last.gone;
    write(last.row, last.values);
    drawn.get(last.row).focus();
  };

  const drag = (row, box, event) => {
    if (event.button) return;
    event.preventDefault();
    event.stopPropagation();
    box.focus();
    box.setPointerCapture(event.pointerId);
    keep(row);
    const start = read(row);
    const edge = box.getBoundingClientRect();
    const sizes = edge.right - event.clientX < 16 && edge.bottom - event.clientY < 16;
    const unit = width / canvas.getBoundingClientRect().width;
    const move = (moved) => {
      const dx = (moved.clientX - event.clientX) * unit;
      const dy = (moved.clientY - event.clientY) * unit;
      write(row, sizes ? { ...start, w: start.w + dx, h: start.h + dy } : { ...start, x: start.x + dx, y: start.y + dy });
    };
    const end = () => { box.removeEventListener("pointermove", move); };
    box.addEventListener("pointermove", move);
    box.addEventListener("pointerup", end, { once: true });
    box.addEventListener("pointercancel", end, { once: true });
  };

  const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const key = (row, event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z") { event.preventDefault(); back(); return; }
    if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); remove(row); return; }
    const way = arrows[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keep(row);
    const now = read(row);
    const [dx, dy] = way.map((one) => one * STEP * Math.max(1, width / 800));
    write(row, event.shiftKey ? { ...now, w: now.w + dx, h: now.h + dy } : { ...now, x: now.x + dx, y: now.y + dy });
  };

  const attach = (row) => {
    const number = drawn.size + 1;
    const box = make("button", { type: "button", class: "boxes__box", "aria-label": say("box", { n: number }), "aria-keyshortcuts": "Delete" });
    drawn.set(row, box);
    canvas.append(box);
    box.addEventListener("pointerdown", (event) => drag(row, box, event));
    box.addEventListener("keydown", (event) => key(row, event));
    row.addEventListener("input", (event) => { if (event.target !== root) place(row); });
    place(row);
    return box;
  };

  const addBox = (values) => {
    const blank = root.querySelector("template[data-box-new]");
    if (!blank) return;
    const total = root.querySelector('input[name$="TOTAL_FORMS"]');
    const index = total ? Number(total.value) : drawn.size;
    const row = document.importNode(blank.content, true).querySelector("[data-box]");
    for (const element of row.querySelectorAll("[name], [id], [for]")) {
      for (const name of ["name", "id", "for"]) {
        if (element.hasAttribute(name)) element.setAttribute(name, element.getAttribute(name).replace("__prefix__", index));
      }
    }
    if (total) total.value = index + 1;
    blank.before(row);
    const box = attach(row);
    write(row, values);
    box.focus();
  };

  const add = make("button", { type: "button", class: "button button--quiet", text: say("addBox") });
  add.addEventListener("click", () => addBox({ x: width * 0.4, y: height * 0.4, w: width * 0.2, h: height * 0.12 }));
  if (root.querySelector("template[data-box-new]")) frame.after(make("p", { children: [add] }));

  canvas.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "touch" || event.button || event.target.closest(".boxes__box")) return;
    event.preventDefault();
    const area = canvas.getBoundingClientRect();
    const unit = width / area.width;
    const sketch = make("div", { class: "boxes__draft" });
    canvas.append(sketch);
    canvas.setPointerCapture(event.pointerId);
    let values;
    const move = (moved) => {
      const xs = [event.clientX - area.left, moved.clientX - area.left].sort((a, b) => a - b);
      const ys = [event.clientY - area.top, moved.clientY - area.top].sort((a, b) => a - b);
      values = { x: xs[0] * unit, y: ys[0] * unit, w: (xs[1] - xs[0]) * unit, h: (ys[1] - ys[0]) * unit };
      sketch.style.left = `${xs[0]}px`;
      sketch.style.top = `${ys[0]}px`;
      sketch.style.width = `${xs[1] - xs[0]}px`;
      sketch.style.height = `${ys[1] - ys[0]}px`;
    };
    const end = () => {
      canvas.removeEventListener("pointermove", move);
      sketch.remove();
      if (values && values.w > LEAST && values.h > LEAST) addBox(values);
    };
    canvas.addEventListener("pointermove", move);
    canvas.addEventListener("pointerup", end, { once: true });
    canvas.addEventListener("pointercancel", end, { once: true });
  });

  for (const row of root.querySelectorAll("[data-box]")) attach(row);
}
