// One line for each file with its own progress and its own reason when it fails. The server answers each
// with the line that stands from then on; without JavaScript the same input is sent with the form.
const AT_ONCE = 2;

export default function uploader(box, { say, announce, make }) {
  const input = box.querySelector('input[type="file"][name]');
  const list = box.querySelector("[data-uploads]") ?? document.querySelector("[data-uploads]");
  if (!input || !list) return;
  const token = () => (box.closest("form") ?? box).querySelector('[name="csrfmiddlewaretoken"]')?.value ?? "";
  const limit = Number(box.dataset.maxBytes ?? 0);
  const waiting = [];
  let running = 0;

  for (const plain of box.querySelectorAll("[data-nojs]")) plain.hidden = true;
  input.required = false;

  const next = () => {
    while (running < AT_ONCE && waiting.length) {
      running += 1;
      send(waiting.shift());
    }
  };

  const done = () => { running -= 1; next(); };

  const fail = (job, sentence) => {
    const again = make("button", { type: "button", class: "button button--quiet button--small", text: say("retry") });
    again.addEventListener("click", () => {
      job.line.classList.remove("upload--failed");
      again.remove();
      waiting.push(job);
      next();
    });
    job.line.classList.add("upload--failed");
    job.state.textContent = sentence;
    job.bar.hidden = true;
    job.line.append(again);
    announce(sentence);
  };

  const send = (job) => {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token());
    body.append("idempotency_key", job.key);
    for (const extra of box.querySelectorAll("input[data-send]")) body.append(extra.name, extra.value);
    body.append(input.name, job.file);
    const request = new XMLHttpRequest();
    job.bar.hidden = false;
    job.state.textContent = say("sending");
    request.open("POST", box.dataset.uploader);
    request.setRequestHeader("HX-Request", "true");
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      job.bar.value = event.loaded / event.total;
      if (event.loaded === event.total) job.state.textContent = say("checking");
    });
    request.addEventListener("load", () => {
      const html = request.getResponseHeader("Content-Type")?.startsWith("text/html");
      const part = html && !/^\s*<!doctype/i.test(request.responseText);
      if (request.status < 500 && part) {
        htmx.swap(job.line, request.responseText, { swapStyle: "outerHTML" });
        announce(say(request.status < 400 ? "sentFile" : "refusedFile", { n: job.number }));
      } else if (request.status === 413) fail(job, say("tooLarge"));
      else fail(job, say("failed"));
      done();
    });
    request.addEventListener("error", () => { fail(job, say("offline")); done(); });
    request.send(body);
  };

  let count = 0;
  const take = (files) => {
    for (const file of files) {
      count += 1;
      // A file's own name may name a patient, so the line says a number instead.
      const name = make("p", { text: say("picture", { n: count }) });
      const state = make("p", { class: "upload__state", text: say("waiting") });
      const bar = make("progress", { class: "upload__wide", max: "1", "aria-label": say("picture", { n: count }) });
      const line = make("li", { class: "upload", children: [make("span"), make("div", { children: [name, state] }), bar] });
      const job = { file, line, state, bar, number: count, key: crypto.randomUUID?.() ?? "" };
      bar.value = 0;
      list.append(line);
      if (limit && file.size > limit) { fail(job, say("tooLarge")); continue; }
      waiting.push(job);
    }
    next();
  };

  for (const chooser of box.querySelectorAll('input[type="file"]')) {
    chooser.addEventListener("change", () => { take([...chooser.files]); chooser.value = ""; });
  }
  const over = (on) => (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    box.classList.toggle("uploader--over", on);
  };
  box.addEventListener("dragover", over(true));
  box.addEventListener("dragleave", over(false));
  box.addEventListener("drop", (event) => {
    over(false)(event);
    if (event.dataTransfer?.files.length) take([...event.dataTransfer.files]);
  });
  document.addEventListener("paste", (event) => {
    if (!box.isConnected) return;
    const pictures = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    take(pictures);
  });
}
