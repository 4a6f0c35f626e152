/**
 * A thin, typed client. It adds what the server asks of our own pages, turns problem documents (RFC 9457) into `Problem`, and
 * tries nothing twice: whether a request may be repeated is for the caller to know.
 */
import type { paths } from "./schema.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";
type PathsWith<M extends Method> = {
  [P in keyof paths]: NonNullable<paths[P][M]> extends { responses: unknown } ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>;

type JsonOf<Content> = Content extends { content: { "application/json": infer Body } } ? Body : undefined;
type Success<Op> = Op extends { responses: infer R } ? JsonOf<R[Extract<keyof R, 200 | 201 | 202 | 204>]> : never;

type PathOf<Op> = Op extends { parameters: { path: infer V } } ? { path: V } : { path?: never };
type QueryOf<Op> = Op extends { parameters: { query: infer V } }
  ? { query: V }
  : Op extends { parameters: { query?: infer V } }
    ? { query?: NonNullable<V> }
    : { query?: never };
type BodyOf<Op> = Op extends { requestBody: { content: { "application/json": infer V } } }
  ? { body: V }
  : Op extends { requestBody: unknown }
    ? { body: BodyInit }
    : { body?: never };
/** A request as it is about to be sent, for whoever signs it. */
export interface Outgoing {
  method: string;
  /** With the query. */
  path: string;
  body: ArrayBuffer;
}
interface Common {
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** Headers that depend on the request itself. */
  sign?: (request: Outgoing) => Promise<Record<string, string>>;
}
type Options<Op> = PathOf<Op> & QueryOf<Op> & BodyOf<Op> & Common;
type Args<Op> = Record<never, never> extends Options<Op> ? [options?: Options<Op>] : [options: Options<Op>];

interface LooseOptions extends Common {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** What is wrong with one field; `pointer` is a JSON pointer into the request's body. */
export interface FieldProblem {
  pointer: string;
  code: string;
  message: string;
}

/** A refusal. `code` is stable and for programs, `title` is for people, in their language. */
export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string | undefined;
  readonly errors: readonly FieldProblem[];
  readonly facts: Readonly<Record<string, unknown>>;
  /** Seconds after which the server asks to try again. */
  readonly retryAfter: number | undefined;

  constructor(fields: {
    code: string;
    status: number;
    title: string;
    detail?: string;
    errors?: readonly FieldProblem[];
    facts?: Record<string, unknown>;
    retryAfter?: number;
  }) {
    super(`${fields.status} ${fields.code}`);
    this.name = "Problem";
    this.code = fields.code;
    this.status = fields.status;
    this.title = fields.title;
    this.detail = fields.detail;
    this.errors = fields.errors ?? [];
    this.facts = fields.facts ?? {};
    this.retryAfter = fields.retryAfter;
  }

  /** The server was not reached, or could not save: the same request may succeed later. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 429;
  }
}

/** The problem document of a response that is not a success. */
export async function problemOf(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get("Retry-After")) || undefined;
  const type = response.headers.get("Content-Type") ?? "";
  const document = type.includes("json") ? ((await response.json().catch(() => ({}))) as Partial<Problem>) : {};
  return new Problem({
    code: document.code ?? "unreadable",
    status: response.status,
    title: document.title ?? "",
    ...(document.detail === undefined ? {} : { detail: document.detail }),
    errors: document.errors ?? [],
    facts: document.facts ?? {},
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

function address(template: string, { path, query }: LooseOptions): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path?.[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) search.append(name, String(one));
  }
  return search.size > 0 ? `${filled}?${search}` : filled;
}

async function request(method: string, template: string, options: LooseOptions = {}): Promise<unknown> {
  const headers = new Headers(options.headers);
  headers.set("Accept-Language", document.documentElement.lang || "nl");
  if (method !== "GET") headers.set("X-IJkpunt", "1");
  let body: BodyInit | null = null;
  if (options.body instanceof Blob || options.body instanceof FormData || options.body instanceof ArrayBuffer) {
    body = options.body;
  } else if (options.body !== undefined) {
    headers.set("Content-Type", "application/json");
    body = JSON.stringify(options.body);
  }
  const path = address(template, options);
  if (options.sign) {
    const bytes = body === null ? new ArrayBuffer(0) : await new Response(body).arrayBuffer();
    for (const [name, value] of Object.entries(await options.sign({ method, path, body: bytes })))
      headers.set(name, value);
  }
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers,
      body,
      credentials: "same-origin",
      ...(options.signal ? { signal: options.signal } : {}),
    });
    if (response.ok) return await contentOf(response);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // The server was not reached, or was gone before its answer was whole.
    throw new Problem({ code: "offline", status: 0, title: "" });
  }
  throw await problemOf(response);
}

async function contentOf(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const type = response.headers.get("Content-Type") ?? "";
  return type.includes("json") ? response.json() : response.blob();
}

/** `await api.get("/api/candidates/{id}", { path: { id } })`; a refusal is thrown as a `Problem`. */
export const api = {
  get: <P extends PathsWith<"get">>(path: P, ...[options]: Args<Operation<P, "get">>) =>
    request("GET", path, options as LooseOptions) as Promise<Success<Operation<P, "get">>>,
  post: <P extends PathsWith<"post">>(path: P, ...[options]: Args<Operation<P, "post">>) =>
    request("POST", path, options as LooseOptions) as Promise<Success<Operation<P, "post">>>,
  put: <P extends PathsWith<"put">>(path: P, ...[options]: Args<Operation<P, "put">>) =>
    request("PUT", path, options as LooseOptions) as Promise<Success<Operation<P, "put">>>,
  patch: <P extends PathsWith<"patch">>(path: P, ...[options]: Args<Operation<P, "patch">>) =>
    request("PATCH", path, options as LooseOptions) as Promise<Success<Operation<P, "patch">>>,
  delete: <P extends PathsWith<"delete">>(path: P, ...[options]: Args<Operation<P, "delete">>) =>
    request("DELETE", path, options as LooseOptions) as Promise<Success<Operation<P, "delete">>>,
};
