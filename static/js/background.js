// Requests that a page makes by itself. What went wrong is said beside the thing concerned, in one
// sentence; the page and what was written in it stay, whatever the answer is.
const REASONS = {
  0: "offline",
  401: "signedOut",
  403: "notAllowed",
  404: "gone",
  409: "changed",
  410: "gone",
  413: "tooLarge",
  422: "notAccepted",
  429: "tooOften",
};
const TOKEN_HEADER = "X-CSRFToken";
const TOKEN_FIELD = "csrfmiddlewaretoken";
const PAUSE_MS = 60000;
// Answers after which asking again would bring the same answer.
const FINAL = new Set([401, 403, 404, 409, 410, 413, 422]);

export default function background(tools) {
  const { allowResubmit } = tools;
  const requests = createRequests(tools);
  const notices = createNotices(tools);
  bindHtmx({ ...requests, ...notices, allowResubmit });
  return { ...requests, ...notices };
}

/** Somebody signed in in another window: the forms of this page take the token of that. */
const renewToken = (token) => {
  if (!token) return false;
  for (const field of document.querySelectorAll(`[name="${TOKEN_FIELD}"]`)) field.value = token;
  return true;
};

function createRequests({ translate }) {
  const reasonOf = (status) => REASONS[status] ?? (status >= 500 ? "serverFailed" : "failed");

  /** What is shown of an answer: the server's sentence if it sent one, else that of the status. */
  const problemOf = (status, data, retryAfter) => {
    const signIn = status === 401 && { url: "/accounts/login/", label: translate("signIn") };
    const link = data?.url ? { url: data.url, label: data.label } : signIn;
    const sentence = data?.sentence ?? translate(reasonOf(status));
    return { ok: false, status, data, sentence, link, retryAfterMs: 1000 * retryAfter || PAUSE_MS };
  };

  /** Ask the server. Resolves to {ok: true, data} or to a problem; only an abort is thrown. */
  const request = async (url, options = {}, isSecond = false) => {
    const headers = { Accept: "application/json", "X-Requested-With": "background" };
    let response;
    try {
      response = await fetch(url, { ...options, redirect: "manual", headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      return problemOf(0);
    }
    if (response.type === "opaqueredirect") return problemOf(401);
    const data = await response.json().catch(() => null);
    if (response.ok) return data === null ? problemOf(500) : { ok: true, data };
    const token = response.headers.get(TOKEN_HEADER);
    if (renewToken(token) && options.body instanceof FormData && !isSecond) {
      options.body.set(TOKEN_FIELD, token);
      return request(url, options, true);
    }
    return problemOf(response.status, data, Number(response.headers.get("Retry-After")));
  };

  /** The problem of a finished XMLHttpRequest, or null. It follows redirects without saying so. */
  const problemOfXhr = (xhr) => {
    if (isAtSignIn(xhr)) return problemOf(401);
    if (xhr.status >= 200 && xhr.status < 400) return null;
    if (xhr.status === 0) return problemOf(0);
    renewToken(xhr.getResponseHeader(TOKEN_HEADER));
    return problemOf(xhr.status, jsonOf(xhr), Number(xhr.getResponseHeader("Retry-After")));
  };

  return { request, problemOfXhr };
}

function createNotices({ translate, createElement }) {
  const notices = new WeakMap(); // thing -> the notice beside it

  const clearProblem = (thing) => {
    notices.get(thing)?.remove();
    notices.delete(thing);
  };

  const sentenceWithLink = ({ sentence, link }) => {
    const paragraph = createElement("p", { text: sentence });
    if (!link) return paragraph;
    const attributes = { href: link.url, target: "_blank", rel: "noopener", text: link.label };
    paragraph.append(" ", createElement("a", attributes));
    return paragraph;
  };

  const createRetryButton = (thing, onRetry) => {
    const button = createElement("button", {
      type: "button",
      class: "button button--quiet button--small",
      text: translate("retry"),
    });
    button.addEventListener("click", () => {
      clearProblem(thing);
      onRetry();
    });
    return createElement("p", { children: [button] });
  };

  /** Say the problem beside the thing, once; `onRetry` makes a button. */
  const showProblem = (thing, problem, onRetry) => {
    const known = notices.get(thing);
    if (known?.isConnected && known.dataset.problem === problem.sentence) return;
    clearProblem(thing);
    const children = [sentenceWithLink(problem)];
    if (onRetry) children.push(createRetryButton(thing, onRetry));
    const body = createElement("div", { class: "notice__body", children });
    const notice = createElement("div", {
      class: "notice notice--caution",
      role: "alert",
      "data-problem": problem.sentence,
      children: [createElement("span"), body],
    });
    notices.set(thing, notice);
    place(thing, notice);
  };

  return { showProblem, clearProblem, sentenceWithLink };
}

const isAtSignIn = (xhr) => {
  const path = xhr.responseURL ? new URL(xhr.responseURL).pathname : "";
  return path.startsWith("/accounts/login/") && xhr.status < 400;
};

/** Whether the answer is a part of a page, and not a whole page or JSON. */
const isPart = (xhr) => {
  const isHtml = xhr.getResponseHeader("Content-Type")?.startsWith("text/html");
  return isHtml && !/^\s*<!doctype/i.test(xhr.responseText);
};

const jsonOf = (xhr) => {
  try {
    return JSON.parse(xhr.responseText);
  } catch {
    return null;
  }
};

/** Beside a field or a link, and at the end of a form or a part. */
const place = (thing, notice) => {
  const field = thing.closest(".field");
  if (field) field.append(notice);
  else if (thing.matches("a, button, input, p")) thing.after(notice);
  else thing.append(notice);
};

const isPolling = (element) => element.getAttribute("hx-trigger")?.includes("every ");

/** htmx: only a form with its errors is swapped in; every other refusal is said beside the element. */
function bindHtmx({ problemOfXhr, showProblem, clearProblem, allowResubmit }) {
  const paused = new WeakSet(); // elements that ask no more by themselves
  const swapped = new WeakSet(); // answers that were shown as they are

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    detail.headers.Accept = "text/html, application/json;q=0.9";
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (paused.has(event.detail.elt)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const { xhr } = detail;
    const isForm = xhr.status === 422 || Boolean(xhr.getResponseHeader("HX-Retarget"));
    if (isAtSignIn(xhr)) detail.shouldSwap = false;
    if (xhr.status < 400) return;
    detail.shouldSwap = isForm && isPart(xhr);
    if (detail.shouldSwap) swapped.add(xhr);
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const { elt, xhr } = detail;
    const form = elt.closest?.("form");
    if (form) allowResubmit(form);
    const thing = elt.matches("form, li") || isPolling(elt) ? elt : (form ?? elt);
    const problem = swapped.has(xhr) ? null : problemOfXhr(xhr);
    if (!problem) clearProblem(thing);
    else if (!elt.matches("[data-quiet]")) sayProblem(elt, thing, problem);
  });

  const sayProblem = (elt, thing, problem) => {
    if (!isPolling(elt)) {
      showProblem(thing, problem);
      return;
    }
    const isFinal = FINAL.has(problem.status);
    if (isFinal || problem.status === 429) paused.add(elt);
    if (problem.status === 429) setTimeout(() => paused.delete(elt), problem.retryAfterMs);
    showProblem(thing, problem, isFinal ? () => paused.delete(elt) : undefined);
  };
}
