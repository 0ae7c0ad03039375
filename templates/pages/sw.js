{% load static %}// Service worker: caches the offline page and its styles and nothing else. No case, image or draft is
// ever stored on the device. The cache is named after its files, so a new version replaces the old.
const OFFLINE_URL = "/offline/";
const CACHED_URLS = [
  OFFLINE_URL,
  "{% static 'css/app.css' %}",
  "{% static 'icons/sermo.svg' %}",
];
const CACHE_NAME = "offline " + CACHED_URLS.join(" ");

addEventListener("install", (event) => {
  // Fetched without cookies, so that the page contains no name: the device may be shared.
  const requests = CACHED_URLS.map(
    (url) => new Request(url, { credentials: "omit", cache: "reload" }),
  );
  const fill = caches.open(CACHE_NAME).then((cache) => cache.addAll(requests));
  event.waitUntil(fill.then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const deleteOld = (names) =>
    Promise.all(names.filter((name) => name !== CACHE_NAME).map((name) => caches.delete(name)));
  event.waitUntil(
    caches
      .keys()
      .then(deleteOld)
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).catch(() => caches.match(OFFLINE_URL)));
    return;
  }
  const { origin, pathname } = new URL(request.url);
  if (origin === location.origin && pathname !== OFFLINE_URL && CACHED_URLS.includes(pathname)) {
    event.respondWith(caches.match(pathname).then((cached) => cached || fetch(request)));
  }
});
