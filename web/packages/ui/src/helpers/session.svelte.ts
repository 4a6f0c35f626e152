/** Who is logged in, and for which of their agencies they are working now. */
import { api, Problem, type Schema } from "@ijkpunt/api";

export type Whoami = Schema<"Whoami">;
type Agency = Whoami["agencies"][number];

const STORED_AGENCY = "ijkpunt-agency";

/** `who` is undefined until the server was asked, and null when nobody is logged in. */
const state = $state<{ who: Whoami | null | undefined; agencyId: string | undefined }>({
  who: undefined,
  agencyId: undefined,
});

export const session: Readonly<typeof state> = state;

export async function loadSession(): Promise<void> {
  try {
    enter(await api.get("/api/session"));
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 401) throw error;
    state.who = null;
  }
}

export async function login(username: string, password: string): Promise<void> {
  enter(await api.post("/api/session", { body: { username, password } }));
}

export async function logout(): Promise<void> {
  await api.delete("/api/session");
  state.who = null;
}

/** The server said that nobody is logged in any more: the log-in page comes up over what was on the screen. */
export function sessionEnded(): void {
  state.who = null;
}

export function currentAgency(): Agency | undefined {
  return state.who?.agencies.find((agency) => agency.id === state.agencyId);
}

export function chooseAgency(id: string): void {
  state.agencyId = id;
  localStorage.setItem(STORED_AGENCY, id);
}

/** For what to show; what is allowed, the server decides. */
export function hasRole(...roles: readonly string[]): boolean {
  return currentAgency()?.roles.some((role) => roles.includes(role)) ?? false;
}

function enter(who: Whoami): void {
  const stored = localStorage.getItem(STORED_AGENCY);
  state.agencyId = (who.agencies.find((agency) => agency.id === stored) ?? who.agencies[0])?.id;
  state.who = who;
}
