/** The kiosk's own files, kept by its service worker (sw.js) so that the page can be loaded again without a connection. */
const SCRIPT = "/kiosk/sw.js";
const PAGE = "/kiosk/";
const PATIENCE_MS = 20_000;

interface Policy {
  createScriptURL(url: string): string;
}
declare global {
  interface Window {
    trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
  }
}

/** None where browsers have none: inside some lock-down browsers, and in development. */
const workers = import.meta.env.PROD ? (navigator.serviceWorker as ServiceWorkerContainer | undefined) : undefined;

export function keepShell(): void {
  if (!workers) return;
  const only = { createScriptURL: () => SCRIPT };
  const script = window.trustedTypes?.createPolicy("ijkpunt", only).createScriptURL(SCRIPT) ?? SCRIPT;
  void workers.register(script, { scope: PAGE }).catch(() => undefined);
}

/** Whether all of it is here. Waits for a first start to fetch it. */
export async function shellIsKept(): Promise<boolean> {
  if (!workers) return true;
  const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), PATIENCE_MS));
  const ready = workers.ready.then(() => true as const);
  return (await Promise.race([ready, late])) && (await caches.match(PAGE)) !== undefined;
}
