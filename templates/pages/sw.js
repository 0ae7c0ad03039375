{% load static %}// Keeps the offline page and its styles, and nothing else: no case, no image, no draft is ever stored on
// the device. The name of the store changes with every file, so an old one is thrown away.
const OFFLINE = "/offline/";
const SHELL = [
  OFFLINE,
  "{% static 'css/tokens.css' %}",
  "{% static 'css/base.css' %}",
  "{% static 'css/forms.css' %}",
  "{% static 'css/components.css' %}",
  "{% static 'css/consult.css' %}",
  "{% static 'icons/sermo.svg' %}",
];
const STORE = "shell " + SHELL.join(" ");

addEventListener("install", (event) => {
  // Without cookies the page holds no name: the device may be shared.
  const load = SHELL.map((path) => new Request(path, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(STORE).then((store) => store.addAll(load)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== STORE).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
    return;
  }
  const { origin, pathname } = new URL(request.url);
  if (origin === location.origin && pathname !== OFFLINE && SHELL.includes(pathname)) {
    event.respondWith(caches.match(pathname).then((kept) => kept || fetch(request)));
  }
});
