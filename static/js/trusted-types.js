// Trusted Types policy. Only the text of a response that this server rendered from a template becomes
// markup, and only where htmx parses it; every other string is refused and reported. Nothing becomes
// a script. Loaded before htmx, so that each response is known before htmx reads it.
{
  const MARKUP_HEADER = "Sermo-Markup"; // set by sermo.core.middleware.security_headers
  const PARSERS = ["Document parseHTMLUnsafe", "DOMParser parseFromString"];
  // htmx takes the head away and puts a part into a template before it parses a response.
  const HEAD = /<head(\s[^>]*)?>[\s\S]*?<\/head>/i;
  const WRAPPER = ['<body><template class="internal-htmx-wrapper">', "</template></body>"];
  const MAX_RESPONSES = 20;
  const responses = []; // for each response the forms in which htmx may parse it, oldest first

  const isOwnMarkup = (request) =>
    URL.canParse(request.responseURL) &&
    new URL(request.responseURL).origin === location.origin &&
    ["", "text"].includes(request.responseType) &&
    request.getResponseHeader(MARKUP_HEADER) === "template";

  const keep = (request) => {
    if (!isOwnMarkup(request)) return;
    const text = request.responseText;
    const body = text.replace(HEAD, "");
    responses.push([text, body, WRAPPER[0] + body + WRAPPER[1]]);
    if (responses.length > MAX_RESPONSES) responses.shift();
  };

  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (...parameters) {
    this.addEventListener("load", () => keep(this));
    return open.apply(this, parameters);
  };

  window.trustedTypes?.createPolicy("default", {
    createHTML: (html, _type, sink) =>
      PARSERS.includes(sink) && responses.some((forms) => forms.includes(html)) ? html : null,
    createScriptURL: (url) => (url === "/sw.js" ? url : null),
  });
}
