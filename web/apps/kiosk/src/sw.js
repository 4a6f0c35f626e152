/**
 * Keeps the kiosk's own files, so that a page that is loaded again without a connection is there. Everything or nothing is kept: an installation
 * that misses a file does not become active. Questions and their sound are not here but in the journal, encrypted.
 */
const FILES = __FILES__;
const VERSION = "__VERSION__";
const PAGE = "/kiosk/";
const PATIENCE_MS = 4_000;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(`kiosk-${VERSION}`)
      .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" }))))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      // The files of the version before stay: a page that is at work may still ask for one of them.
      .then((names) => Promise.all(names.slice(0, -2).map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(PAGE)) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else event.respondWith(caches.match(request, { ignoreSearch: true }).then((kept) => kept ?? fetch(request)));
});

/** The newest page when the server answers soon, else the one that is kept. */
async function page(request) {
  const kept = await caches.open(`kiosk-${VERSION}`).then((cache) => cache.match(PAGE));
  if (!kept) return fetch(request);
  const late = new Promise((resolve) => setTimeout(() => resolve(kept), PATIENCE_MS));
  const fresh = fetch(request).then((response) => (response.ok ? response : kept));
  return Promise.race([fresh.catch(() => kept), late]);
}
