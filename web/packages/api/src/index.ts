export { api, problemOf, Problem, type FieldProblem, type Outgoing } from "./client.ts";
export type { paths, components } from "./schema.ts";
import type { components } from "./schema.ts";

/** A schema of the interface by its name: `Schema<"Whoami">`. */
export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
