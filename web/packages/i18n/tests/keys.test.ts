/** Every locale has exactly the messages of Dutch; every message is used, and every one used is written. */
import { FluentResource } from "@fluent/bundle";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, test } from "vitest";

const root = new URL("../../..", import.meta.url).pathname;

function filesBelow(folder: string, endings: readonly string[]): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (["node_modules", "dist", "tests"].includes(name)) return [];
    if (statSync(path).isDirectory()) return filesBelow(path, endings);
    return endings.some((ending) => name.endsWith(ending)) ? [path] : [];
  });
}

const localeOf = (path: string) => /\/messages\/(nl|en|fr|ar)(?:\.ftl|\/)/.exec(path)?.[1];

interface Place {
  name: string;
  /** Locale to ids. */
  ids: Map<string, Set<string>>;
  problems: string[];
}

const places: Place[] = ["packages", "apps"]
  .flatMap((group) => readdirSync(join(root, group)).map((name) => join(group, name)))
  .map((name) => {
    const ids = new Map<string, Set<string>>();
    const problems: string[] = [];
    for (const file of filesBelow(join(root, name), [".ftl"])) {
      const locale = localeOf(file);
      if (!locale) {
        problems.push(`${relative(root, file)} is of no locale`);
        continue;
      }
      const text = readFileSync(file, "utf8");
      const parsed = new FluentResource(text).body.map(({ id }) => id);
      // What Fluent cannot read it leaves out without a word.
      const written = [...text.matchAll(/^([a-z][\w-]*)\s*=/gm)].map(([, id]) => id as string);
      problems.push(
        ...written.filter((id) => !parsed.includes(id)).map((id) => `${relative(root, file)}: ${id} cannot be read`),
      );
      const known = ids.get(locale) ?? new Set<string>();
      for (const id of parsed) {
        if (known.has(id)) problems.push(`${relative(root, file)}: ${id} is written twice`);
        known.add(id);
      }
      ids.set(locale, known);
    }
    return { name, ids, problems };
  })
  .filter(({ ids, problems }) => ids.size > 0 || problems.length > 0);

const sources = filesBelow(join(root, "packages"), [".ts", ".svelte"]).concat(
  filesBelow(join(root, "apps"), [".ts", ".svelte"]),
);
const code = sources.map((file) => ({ file: relative(root, file), text: readFileSync(file, "utf8") }));
const all = new Set(places.flatMap(({ ids }) => [...(ids.get("nl") ?? [])]));

describe.each(places)("the messages of $name", ({ name, ids, problems }) => {
  test("can all be read, each once", () => expect(problems).toEqual([]));

  test("are in each locale those of Dutch", () => {
    const dutch = [...(ids.get("nl") ?? [])].sort();
    for (const [locale, found] of ids) expect([...found].sort(), locale).toEqual(dutch);
    const wanted =
      name.endsWith("kiosk") || name.endsWith("verify") || name.startsWith("packages")
        ? ["ar", "en", "fr", "nl"]
        : ["en", "fr", "nl"];
    expect([...ids.keys()].sort()).toEqual(wanted);
  });

  test("are all used", () => {
    const quoted = new Set(
      code.flatMap(({ text }) => [...text.matchAll(/["'`]([a-z][\w-]*)["'`]/g)].map(([, id]) => id)),
    );
    const starts = code.flatMap(({ text }) =>
      [...text.matchAll(/`([a-z][\w-]*-)\$\{/g)].map(([, start]) => start as string),
    );
    const unused = [...(ids.get("nl") ?? [])].filter(
      (id) => !quoted.has(id) && !starts.some((start) => id.startsWith(start)),
    );
    expect(unused).toEqual([]);
  });
});

test("every message that the code asks for is written", () => {
  const missing = code.flatMap(({ file, text }) =>
    [...text.matchAll(/\bt\(\s*["']([\w-]+)["']/g)].flatMap(([, id]) =>
      all.has(id as string) ? [] : [`${file}: ${id}`],
    ),
  );
  expect(missing).toEqual([]);
});

test("every computed message begins as some written one does", () => {
  const missing = code.flatMap(({ file, text }) =>
    [...text.matchAll(/\bt\(\s*`([\w-]*)\$\{/g)].flatMap(([, start]) =>
      [...all].some((id) => id.startsWith(start as string)) ? [] : [`${file}: ${start}`],
    ),
  );
  expect(missing).toEqual([]);
});
