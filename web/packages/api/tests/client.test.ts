/** What a page learns when the server goes away, from a real server that does. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { api } from "../src/index.ts";

let answer: RequestListener;
const server = createServer((request, response) => answer(request, response));

beforeEach(async () => {
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  const fetched = globalThis.fetch;
  vi.stubGlobal("document", { documentElement: { lang: "nl" } });
  vi.stubGlobal("fetch", (path: string, options: RequestInit) => fetched(`http://127.0.0.1:${port}${path}`, options));
});

afterEach(async () => {
  vi.unstubAllGlobals();
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
});

test("an answer that was cut off halfway is a lost connection", async () => {
  answer = (_, response) => {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "100" });
    response.write('{"half": ', () => response.destroy());
  };
  await expect(api.get("/api/agencies")).rejects.toMatchObject({ name: "Problem", code: "offline", isPassing: true });
});

test("a server that is not there is a lost connection", async () => {
  answer = (request) => request.destroy();
  await expect(api.get("/api/agencies")).rejects.toMatchObject({ name: "Problem", code: "offline", isPassing: true });
});

test("a refusal says its code, and an empty answer is nothing", async () => {
  answer = (_, response) => {
    response.writeHead(409, { "Content-Type": "application/problem+json" });
    response.end('{"code": "session-full", "title": "De sessie is vol."}');
  };
  await expect(api.get("/api/agencies")).rejects.toMatchObject({ code: "session-full", title: "De sessie is vol." });
  answer = (_, response) => {
    response.writeHead(204);
    response.end();
  };
  expect(await api.get("/api/agencies")).toBeUndefined();
});
