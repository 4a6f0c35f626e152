/** The product as a process of its own, on a clock that stands where the test wants it, in a data folder that is thrown away. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BINARY = fileURLToPath(
  new URL("../../target/debug/ijkpunt", import.meta.url),
);

export const PASSWORD = "een wachtwoord voor de test";

/** The library that moves a process's clock, where Debian puts it on this machine. */
function fakedClock(): string {
  const found = readdirSync("/usr/lib")
    .map((folder) => join("/usr/lib", folder, "faketime/libfaketimeMT.so.1"))
    .find(existsSync);
  if (!found)
    throw new Error("install faketime: scripts/install-test-tools.sh does");
  return found;
}

export class Product {
  readonly url: string;
  readonly #port: number;
  readonly #data = mkdtempSync(join(tmpdir(), "ijkpunt-browser-"));
  #process: ChildProcess | undefined;

  constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts the worked example, or goes on with it, at this moment of Belgian time. */
  async start(moment: string): Promise<void> {
    const started = spawn(BINARY, ["demo"], {
      env: {
        ...process.env,
        TZ: "Europe/Brussels",
        LD_PRELOAD: fakedClock(),
        FAKETIME: `@${moment}`,
        FAKETIME_DONT_FAKE_MONOTONIC: "1",
        IJKPUNT_DATA: this.#data,
        IJKPUNT_LISTEN: `127.0.0.1:${this.#port}`,
        IJKPUNT_DEMO_PASSWORD: PASSWORD,
        DATABASE_URL: "",
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#process = started;
    await new Promise<void>((resolve, reject) => {
      let said = "";
      started.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes("IJkpunt serves at")) resolve();
      });
      started.once("exit", (code) =>
        reject(new Error(`the product stopped with ${code}: ${said}`)),
      );
    });
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill("SIGKILL");
    await gone;
    this.#process = undefined;
  }

  /** The `ijkpunt` command on the same data. */
  run(...words: string[]): string {
    return execFileSync(BINARY, words, {
      env: { ...process.env, IJKPUNT_DATA: this.#data, DATABASE_URL: "" },
      encoding: "utf8",
    });
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#data, { recursive: true, force: true });
  }
}
