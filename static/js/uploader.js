// Uploads pictures one by one, each in a row with its own progress and error. The server answers with
// the HTML of the row. Without JavaScript the same input is submitted with the form.
const MAX_CONCURRENT_UPLOADS = 2;

export default function uploader(container, tools) {
  const input = container.querySelector('input[type="file"][name]');
  const list =
    container.querySelector("[data-uploads]") ?? document.querySelector("[data-uploads]");
  if (!input || !list) return;
  const maxBytes = Number(container.dataset.maxBytes ?? 0);
  const queue = createQueue(container, input, tools);
  let fileCount = 0;

  const addFiles = (files) => {
    for (const file of files) {
      fileCount += 1;
      const upload = createRow(file, fileCount, tools);
      list.append(upload.row);
      if (maxBytes && file.size > maxBytes)
        queue.fail(upload, { sentence: tools.translate("fileTooLarge") });
      else queue.add(upload);
    }
    queue.start();
  };

  for (const element of container.querySelectorAll("[data-without-script]")) element.hidden = true;
  input.required = false;
  for (const fileInput of container.querySelectorAll('input[type="file"]')) {
    fileInput.addEventListener("change", () => {
      addFiles([...fileInput.files]);
      fileInput.value = "";
    });
  }
  bindDrop(container, addFiles);
  bindPaste(container, addFiles);
}

/** One row of the list. A file name may contain a patient's name, so the row shows a number. */
function createRow(file, number, { translate, createElement }) {
  const label = translate("pictureNumber", { n: number });
  const status = createElement("div", { class: "upload__status", text: translate("waiting") });
  const progressBar = createElement("progress", {
    class: "upload__full-row",
    max: "1",
    "aria-label": label,
  });
  progressBar.value = 0;
  const text = createElement("div", {
    children: [createElement("p", { text: label }), status],
  });
  const row = createElement("li", {
    class: "upload",
    children: [createElement("span"), text, progressBar],
  });
  return { file, row, status, progressBar, number, key: crypto.randomUUID?.() ?? "" };
}

function createQueue(container, input, tools) {
  const { translate, announce, createElement, sentenceWithLink } = tools;
  const waiting = [];
  let runningCount = 0;

  const add = (upload) => waiting.push(upload);
  const start = () => {
    while (runningCount < MAX_CONCURRENT_UPLOADS && waiting.length) {
      runningCount += 1;
      sendFile(container, input, waiting.shift(), { tools, fail, finish });
    }
  };
  const finish = () => {
    runningCount -= 1;
    start();
  };
  const fail = (upload, problem) => {
    const retryButton = createElement("button", {
      type: "button",
      class: "button button--quiet button--small",
      text: translate("retry"),
    });
    retryButton.addEventListener("click", () => {
      upload.row.classList.remove("upload--failed");
      retryButton.remove();
      add(upload);
      start();
    });
    upload.row.classList.add("upload--failed");
    upload.status.replaceChildren(sentenceWithLink(problem));
    upload.progressBar.hidden = true;
    upload.row.append(retryButton);
    announce(problem.sentence);
  };
  return { add, start, fail };
}

function requestBody(container, input, upload) {
  const scope = container.closest("form") ?? container;
  const body = new FormData();
  body.append(
    "csrfmiddlewaretoken",
    scope.querySelector('[name="csrfmiddlewaretoken"]')?.value ?? "",
  );
  body.append("idempotency_key", upload.key);
  for (const field of container.querySelectorAll("input[data-send]")) {
    body.append(field.name, field.value);
  }
  body.append(input.name, upload.file);
  return body;
}

/** Send one file. XMLHttpRequest, because fetch reports no upload progress. */
function sendFile(container, input, upload, { tools, fail, finish }) {
  const { translate, announce, problemOfXhr } = tools;
  const request = new XMLHttpRequest();
  upload.progressBar.hidden = false;
  upload.status.textContent = translate("uploading");
  request.open("POST", container.dataset.uploader);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("Accept", "text/html, application/json;q=0.9");
  request.upload.addEventListener("progress", (event) => {
    if (!event.lengthComputable) return;
    upload.progressBar.value = event.loaded / event.total;
    if (event.loaded === event.total) upload.status.textContent = translate("checking");
  });
  request.addEventListener("load", () => {
    const problem = problemOfXhr(request);
    if ((!problem || problem.status === 422) && isHtmlFragment(request)) {
      htmx.swap(upload.row, request.responseText, { swapStyle: "outerHTML" });
      announce(translate(problem ? "uploadRefused" : "uploaded", { n: upload.number }));
    } else if (problem?.status === 413) fail(upload, { sentence: translate("fileTooLarge") });
    else fail(upload, problem ?? { sentence: translate("failed") });
    finish();
  });
  request.addEventListener("error", () => {
    fail(upload, problemOfXhr(request));
    finish();
  });
  request.send(requestBody(container, input, upload));
}

function isHtmlFragment(request) {
  const isHtml = request.getResponseHeader("Content-Type")?.startsWith("text/html");
  return isHtml && !/^\s*<!doctype/i.test(request.responseText);
}

function bindDrop(container, addFiles) {
  const highlight = (isOver) => (event) => {
    if (![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    container.classList.toggle("uploader--over", isOver);
  };
  container.addEventListener("dragover", highlight(true));
  container.addEventListener("dragleave", highlight(false));
  container.addEventListener("drop", (event) => {
    highlight(false)(event);
    if (event.dataTransfer?.files.length) addFiles([...event.dataTransfer.files]);
  });
}

function bindPaste(container, addFiles) {
  document.addEventListener("paste", (event) => {
    if (!container.isConnected) return;
    const files = [...(event.clipboardData?.files ?? [])];
    const pictures = files.filter((file) => file.type.startsWith("image/"));
    if (!pictures.length) return;
    event.preventDefault();
    addFiles(pictures);
  });
}
