import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";
import { app } from "../../app.config.ts";

/** The service worker, with the names of all files of this build: it stands beside the page, so that it may answer for it. */
const serviceWorker: Plugin = {
  name: "service-worker",
  apply: "build",
  generateBundle(_, bundle) {
    const files = ["/kiosk/", ...Object.keys(bundle).map((name) => `/kiosk/${name}`)].filter(
      (name) => !name.endsWith(".html") && !name.endsWith(".map"),
    );
    const version = createHash("sha256").update(files.join("\n")).digest("hex").slice(0, 12);
    const source = readFileSync(fileURLToPath(new URL("./src/sw.js", import.meta.url)), "utf8")
      .replace("__FILES__", JSON.stringify(files))
      .replace("__VERSION__", version);
    this.emitFile({ type: "asset", fileName: "sw.js", source });
  },
};

const config = app("kiosk");
export default { ...config, plugins: [...(config.plugins ?? []), serviceWorker] };
