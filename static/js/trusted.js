// Trusted Types: what our server rendered may become markup (htmx), and nothing may become a script.
window.trustedTypes?.createPolicy("default", {
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url === "/sw.js") return url;
    throw new TypeError("Only the service worker is loaded by address.");
  },
});
