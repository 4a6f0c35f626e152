import { svelte, vitePreprocess } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/**
 * How every app is built: served under `/<name>/`, hashed files in `assets/`, nothing inline, since the
 * Content-Security-Policy allows only files of our own origin.
 */
export function app(name: string, { out = `../../dist/${name}` } = {}) {
  return defineConfig({
    root: fileURLToPath(new URL(`./apps/${name}`, import.meta.url)),
    base: `/${name}/`,
    plugins: [svelte({ preprocess: vitePreprocess() })],
    build: {
      outDir: out,
      emptyOutDir: true,
      target: "es2022",
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
    server: { proxy: { "/api": process.env["IJKPUNT_SERVER"] ?? "http://127.0.0.1:8080" } },
  });
}
