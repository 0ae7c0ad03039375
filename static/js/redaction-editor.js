// Redactions drawn over a picture, in step with the number fields beside it; the fields are what is
// submitted. Draw with a mouse or pen, or add a redaction and move it. Arrows move, Shift and arrows
// resize, Delete removes, Ctrl+Z undoes. Lengths are in pixels of the picture unless named otherwise.
const KEY_STEP = 4;
const DIMENSIONS = ["x", "y", "w", "h"];
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export default async function redactionEditor(root, tools) {
  const image = root.querySelector("[data-redaction-image]") ?? root.querySelector("img");
  if (!image) return;
  const { RedactionCanvas } = await tools.importModule("redaction-canvas");
  new RedactionEditor(root, image, RedactionCanvas, tools);
}

const clamp = (value, min, max) => Math.round(Math.min(Math.max(value, min), Math.max(min, max)));

// A row of the form. Its fields carry data attributes named after the form's fields: x, y, w, h,
// only-frame (the one frame it covers), is-removed (left visible), reason (to leave it visible).
const fieldOf = (row, name) => row.querySelector(`[data-${name}]`);
const valuesOf = (row) =>
  Object.fromEntries(DIMENSIONS.map((name) => [name, Number(fieldOf(row, name).value) || 0]));
const isRemoved = (row) => fieldOf(row, "is-removed")?.checked ?? false;

class RedactionEditor {
  constructor(root, image, RedactionCanvas, { translate, announce, createElement }) {
    Object.assign(this, { root, image, translate, announce, createElement });
    const sizeOf = (name, natural) =>
      Number(root.dataset[name]) || image[natural] || Number(image.getAttribute(name));
    this.width = sizeOf("width", "naturalWidth");
    this.height = sizeOf("height", "naturalHeight");
    this.undoStack = [];
    this.shapes = new Map(); // row -> its button over the picture
    this.selectedRow = null;
    this.canvas = new RedactionCanvas(image, this.width, createElement);
    this.buildToolbar();
    this.bindFrames();
    this.bindKeyboard();
    this.canvas.element.addEventListener("pointerdown", (event) =>
      this.canvas.startDrawing(event, (values) => this.add(values)),
    );
    for (const row of root.querySelectorAll("[data-redaction]")) this.attach(row);
  }

  buildToolbar() {
    const { translate } = this;
    this.addButton = this.createTool(translate("addRedaction"), () =>
      this.add(this.canvas.centredValues()),
    );
    this.removeButton = this.createTool(translate("removeRedaction"), () => this.removeSelected(), {
      disabled: true,
    });
    const undoButton = this.createTool(translate("undo"), () => this.undo());
    this.zoomOutButton = this.createTool("−", () => this.zoomBy(-1), {
      "aria-label": translate("zoomOut"),
      disabled: true,
    });
    this.zoomInButton = this.createTool("+", () => this.zoomBy(1), {
      "aria-label": translate("zoomIn"),
    });
    const toolbar = this.createElement("div", {
      class: "redaction-editor__tools cluster",
      role: "group",
      "aria-label": translate("redactionTools"),
      children: [
        this.addButton,
        this.removeButton,
        undoButton,
        this.zoomOutButton,
        this.zoomInButton,
      ],
    });
    this.canvas.stage.before(toolbar);
  }

  createTool(text, onClick, attributes = {}) {
    const button = this.createElement("button", {
      type: "button",
      class: "button button--quiet button--small",
      text,
      ...attributes,
    });
    button.addEventListener("click", onClick);
    return button;
  }

  // --- Rows and their shapes --------------------------------------------------------------------

  attach(row) {
    const shape = this.createElement("button", {
      type: "button",
      class: "redaction-editor__redaction",
      "aria-label": this.translate("redaction", { n: this.shapes.size + 1 }),
      "aria-keyshortcuts": "Delete Control+Z",
      children: [this.createElement("span", { class: "redaction-editor__handle" })],
    });
    this.shapes.set(row, shape);
    this.canvas.element.append(shape);
    shape.addEventListener("pointerdown", (event) => this.startDragging(row, shape, event));
    shape.addEventListener("keydown", (event) => this.onShapeKeydown(row, event));
    shape.addEventListener("focus", () => this.select(row));
    row.addEventListener("focusin", () => this.select(row));
    row.addEventListener("input", () => this.render(row));
    this.render(row);
    return shape;
  }

  render(row) {
    const shape = this.shapes.get(row);
    const { x, y, w, h } = valuesOf(row);
    const onlyFrame = Number(fieldOf(row, "only-frame")?.value);
    const isOnOtherFrame = onlyFrame > 0 && onlyFrame !== this.currentFrame();
    // A finding that is left visible keeps its outline, so that the reviewer sees where it is.
    const isGone = isRemoved(row) && !fieldOf(row, "reason");
    shape.hidden = !w || !h || isGone || isOnOtherFrame;
    shape.classList.toggle("redaction-editor__redaction--removed", isRemoved(row));
    row.classList.toggle("redaction-editor__row--removed", isRemoved(row));
    shape.style.left = `${(100 * x) / this.width}%`;
    shape.style.top = `${(100 * y) / this.height}%`;
    shape.style.width = `${(100 * w) / this.width}%`;
    shape.style.height = `${(100 * h) / this.height}%`;
  }

  setValues(row, { x, y, w, h }) {
    const size = {
      w: clamp(w, this.canvas.minSize, this.width),
      h: clamp(h, this.canvas.minSize, this.height),
    };
    const values = {
      ...size,
      x: clamp(x, 0, this.width - size.w),
      y: clamp(y, 0, this.height - size.h),
    };
    for (const [name, value] of Object.entries(values)) fieldOf(row, name).value = value;
    this.render(row);
    this.notifyChange();
  }

  setRemoved(row, isChecked) {
    const checkbox = fieldOf(row, "is-removed");
    if (checkbox) checkbox.checked = isChecked;
    this.render(row);
    this.notifyChange();
  }

  notifyChange() {
    this.root.dispatchEvent(new Event("input", { bubbles: true }));
  }

  select(row) {
    for (const [other, shape] of this.shapes) {
      shape.classList.toggle("redaction-editor__redaction--selected", other === row);
      other.classList.toggle("redaction-editor__row--selected", other === row);
    }
    this.selectedRow = row;
    this.removeButton.disabled = !row;
  }

  // --- Add, remove, undo ------------------------------------------------------------------------

  add(values) {
    const row = this.cloneTemplateRow();
    const name = this.translate("redactionName", { n: this.shapes.size + 1 });
    const title = this.createElement("strong", { text: name });
    row.prepend(this.createElement("p", { class: "redaction-editor__name", children: [title] }));
    const shape = this.attach(row);
    this.setValues(row, values);
    this.undoStack.push({ row, values: valuesOf(row), isRemoved: true });
    shape.focus();
  }

  /** A new row of the Django formset, numbered and counted in its management form. */
  cloneTemplateRow() {
    const template = this.root.querySelector("template[data-redaction-template]");
    const totalForms = this.root.querySelector('input[name$="TOTAL_FORMS"]');
    const index = totalForms ? Number(totalForms.value) : this.shapes.size;
    const row = document.importNode(template.content, true).querySelector("[data-redaction]");
    const attributes = ["name", "id", "for", "aria-describedby"];
    const selector = attributes.map((attribute) => `[${attribute}]`).join(", ");
    for (const element of row.querySelectorAll(selector)) {
      for (const attribute of attributes) {
        const value = element.getAttribute(attribute);
        if (value !== null) {
          element.setAttribute(attribute, value.replaceAll("__prefix__", index));
        }
      }
    }
    if (totalForms) totalForms.value = index + 1;
    const container = this.root.querySelector("[data-redaction-added]");
    if (container) container.append(row);
    else template.before(row);
    return row;
  }

  removeSelected() {
    if (this.selectedRow && !isRemoved(this.selectedRow)) this.remove(this.selectedRow);
  }

  remove(row) {
    this.pushUndo(row);
    this.setRemoved(row, true);
    this.select(null);
    const reason = fieldOf(row, "reason");
    this.announce(this.translate(reason ? "redactionNeedsReason" : "redactionRemoved"));
    const details = row.closest("details");
    if (reason && details) details.open = true;
    const nextShape = [...this.shapes].find(([other]) => !isRemoved(other))?.[1];
    (reason ?? nextShape ?? this.addButton).focus();
  }

  pushUndo(row) {
    this.undoStack.push({ row, values: valuesOf(row), isRemoved: isRemoved(row) });
  }

  undo() {
    const last = this.undoStack.pop();
    if (!last) return;
    const checkbox = fieldOf(last.row, "is-removed");
    if (checkbox) checkbox.checked = last.isRemoved;
    if (last.values.w) this.setValues(last.row, last.values);
    this.render(last.row);
    this.announce(this.translate("undone"));
    if (!last.isRemoved) {
      this.select(last.row);
      this.shapes.get(last.row).focus();
    }
  }

  // --- Pointer ----------------------------------------------------------------------------------

  /** Move the redaction, or resize it by its handle. */
  startDragging(row, shape, event) {
    if (event.button) return;
    event.preventDefault();
    event.stopPropagation();
    shape.focus();
    this.select(row);
    if (isRemoved(row)) return;
    const start = valuesOf(row);
    const isResize = Boolean(event.target.closest(".redaction-editor__handle"));
    const ratio = this.canvas.pixelRatio();
    let hasUndo = false;
    this.canvas.trackPointer(shape, event, (moved) => {
      if (!hasUndo) this.pushUndo(row);
      hasUndo = true;
      const dx = (moved.clientX - event.clientX) * ratio;
      const dy = (moved.clientY - event.clientY) * ratio;
      const change = isResize
        ? { w: start.w + dx, h: start.h + dy }
        : { x: start.x + dx, y: start.y + dy };
      this.setValues(row, { ...start, ...change });
    });
  }

  // --- Keyboard ---------------------------------------------------------------------------------

  bindKeyboard() {
    this.root.addEventListener("keydown", (event) => {
      const isTyping = event.target.matches("input:not([type=checkbox]), textarea, select");
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && !isTyping) {
        event.preventDefault();
        this.undo();
      } else if (event.key === "Enter" && event.target.matches("input")) {
        // Enter in a number field would submit the form; the redaction has moved already.
        event.preventDefault();
      }
    });
  }

  onShapeKeydown(row, event) {
    if (isRemoved(row)) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(row);
      return;
    }
    const direction = ARROWS[event.key];
    if (!direction || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.pushUndo(row);
    const now = valuesOf(row);
    const step = KEY_STEP * Math.max(1, this.width / 800);
    const [dx, dy] = [direction[0] * step, direction[1] * step];
    const change = event.shiftKey
      ? { w: now.w + dx, h: now.h + dy }
      : { x: now.x + dx, y: now.y + dy };
    this.setValues(row, { ...now, ...change });
  }

  // --- Zoom and frames --------------------------------------------------------------------------

  zoomBy(offset) {
    const percent = this.canvas.zoomBy(offset);
    const shape = this.shapes.get(this.selectedRow);
    shape?.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.zoomOutButton.disabled = this.canvas.isMinZoom();
    this.zoomInButton.disabled = this.canvas.isMaxZoom();
    this.announce(this.translate("zoomLevel", { n: percent }));
  }

  frameButtons() {
    return [...this.root.querySelectorAll("button[data-frame]")];
  }

  /** The number of the frame on the screen, counted from 1; 0 if the picture has no frames. */
  currentFrame() {
    const isShown = (button) => button.getAttribute("aria-pressed") === "true";
    return 1 + this.frameButtons().findIndex(isShown);
  }

  bindFrames() {
    for (const button of this.frameButtons()) {
      button.addEventListener("click", (event) => {
        event.preventDefault();
        this.image.src = button.dataset.frame;
        for (const other of this.frameButtons()) {
          other.setAttribute("aria-pressed", String(other === button));
        }
        for (const row of this.shapes.keys()) this.render(row);
      });
    }
  }
}
