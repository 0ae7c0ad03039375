// The picture of the redaction editor: its zoom, and the pointer on it. Lengths are in pixels of the
// picture unless named otherwise.
const MIN_SIZE = 8;
const ZOOM_LEVELS = [1, 1.5, 2, 3, 4, 6, 8];

export class RedactionCanvas {
  /** Puts the image into a canvas for the redactions, and that into a stage that scrolls. */
  constructor(image, width, createElement) {
    this.width = width;
    this.createElement = createElement;
    this.minSize = MIN_SIZE;
    this.zoomIndex = 0;
    this.element = createElement("div", { class: "redaction-editor__canvas" });
    this.stage = createElement("div", {
      class: "redaction-editor__stage",
      tabindex: "-1",
      children: [this.element],
    });
    (image.closest("picture, a") ?? image).replaceWith(this.stage);
    this.element.append(image);
    image.draggable = false;
  }

  /** Pixels of the picture for one pixel of the screen. */
  pixelRatio() {
    return this.width / this.element.getBoundingClientRect().width;
  }

  /** A place in the middle of what is visible, large enough for a finger. */
  centredValues() {
    const { stage } = this;
    const ratio = this.pixelRatio();
    const visible = {
      w: stage.clientWidth * ratio,
      h: Math.min(stage.clientHeight, innerHeight) * ratio,
    };
    const size = { w: visible.w / 3, h: visible.h / 6 };
    return {
      x: stage.scrollLeft * ratio + (visible.w - size.w) / 2,
      y: stage.scrollTop * ratio + (visible.h - size.h) / 2,
      ...size,
    };
  }

  /** Zoom by one level and keep the centre. Returns the zoom in percent. */
  zoomBy(offset) {
    const { stage, element } = this;
    const widthBefore = element.getBoundingClientRect().width;
    const centre = {
      x: stage.scrollLeft + stage.clientWidth / 2,
      y: stage.scrollTop + stage.clientHeight / 2,
    };
    this.zoomIndex = Math.min(Math.max(this.zoomIndex + offset, 0), ZOOM_LEVELS.length - 1);
    const percent = 100 * ZOOM_LEVELS[this.zoomIndex];
    element.style.width = `${percent}%`;
    stage.classList.toggle("redaction-editor__stage--zoomed", this.zoomIndex > 0);
    const growth = element.getBoundingClientRect().width / widthBefore;
    stage.scrollLeft = centre.x * growth - stage.clientWidth / 2;
    stage.scrollTop = centre.y * growth - stage.clientHeight / 2;
    return Math.round(percent);
  }

  isMinZoom() {
    return this.zoomIndex === 0;
  }

  isMaxZoom() {
    return this.zoomIndex === ZOOM_LEVELS.length - 1;
  }

  /** Draw a rectangle with a mouse or pen; touch scrolls and zooms the page. */
  startDrawing(event, onDrawn) {
    const isOnShape = event.target.closest(".redaction-editor__redaction");
    if (event.pointerType === "touch" || event.button || isOnShape) return;
    event.preventDefault();
    const area = this.element.getBoundingClientRect();
    const ratio = this.width / area.width;
    const outline = this.createElement("div", { class: "redaction-editor__outline" });
    this.element.append(outline);
    let values = null;
    const onMove = (moved) => {
      const xs = [event.clientX - area.left, moved.clientX - area.left].sort((a, b) => a - b);
      const ys = [event.clientY - area.top, moved.clientY - area.top].sort((a, b) => a - b);
      const [width, height] = [xs[1] - xs[0], ys[1] - ys[0]];
      values = { x: xs[0] * ratio, y: ys[0] * ratio, w: width * ratio, h: height * ratio };
      outline.style.left = `${xs[0]}px`;
      outline.style.top = `${ys[0]}px`;
      outline.style.width = `${width}px`;
      outline.style.height = `${height}px`;
    };
    this.trackPointer(this.element, event, onMove, () => {
      outline.remove();
      if (values && values.w > MIN_SIZE && values.h > MIN_SIZE) onDrawn(values);
    });
  }

  /** Calls `onMove` for each move of the pointer, then `onEnd` once. */
  trackPointer(element, event, onMove, onEnd = () => {}) {
    element.setPointerCapture(event.pointerId);
    const end = () => {
      element.removeEventListener("pointermove", onMove);
      onEnd();
    };
    element.addEventListener("pointermove", onMove);
    element.addEventListener("pointerup", end, { once: true });
    element.addEventListener("pointercancel", end, { once: true });
  }
}
