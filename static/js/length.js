// Says beside a text by how much it is too long. Nothing is cut; the server counts the same way.
const lengthOf = (text) => [...text.replace(/\r\n?/g, "\n").normalize("NFC")].length;

export default function length(field, { translate, createElement }) {
  const limit = Number(field.dataset.maxLength);
  const notice = createElement("p", { class: "field__error", role: "status", hidden: true });
  field.after(notice);
  const update = () => {
    const extra = lengthOf(field.value) - limit;
    notice.hidden = extra <= 0;
    notice.textContent = extra > 0 ? translate("tooLong", { n: extra }) : "";
  };
  field.addEventListener("input", update);
  update();
}
