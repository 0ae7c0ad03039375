// Trusted Types policy: HTML from this server may become markup (htmx needs it); nothing may become
// a script.
window.trustedTypes?.createPolicy("default", {
  createHTML: (html) => html,
  createScriptURL: (url) => {
    if (url === "/sw.js") return url;
    throw new TypeError("Only the service worker may be loaded by URL.");
  },
});
