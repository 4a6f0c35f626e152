import { defineConfig } from "@playwright/test";

const gallery = "http://127.0.0.1:7300/gallery/";

/** Debian's Chromium, with a microphone that hums. Each project has a server of its own. */
export default defineConfig({
  forbidOnly: true,
  retries: 0,
  workers: 1,
  reporter: "line",
  snapshotPathTemplate: "{testDir}/snapshots/{arg}{ext}",
  use: {
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
      ],
    },
  },
  projects: [
    {
      name: "gallery",
      testDir: "gallery",
      use: { baseURL: gallery, viewport: { width: 1280, height: 800 } },
    },
    {
      name: "journey",
      testDir: "journey",
      use: { viewport: { width: 1280, height: 800 }, actionTimeout: 20_000 },
    },
    {
      name: "author",
      testDir: "author",
      use: { viewport: { width: 1280, height: 800 }, actionTimeout: 10_000 },
    },
    {
      name: "screens",
      testDir: "screens",
      use: { viewport: { width: 1280, height: 800 }, actionTimeout: 10_000 },
    },
  ],
  webServer: {
    name: "gallery",
    command: "npm run serve -w apps/gallery",
    cwd: "../../web",
    url: gallery,
    reuseExistingServer: false,
    stdout: "ignore",
  },
});
