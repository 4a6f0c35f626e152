/** Short messages that something was done, seen in a corner and read out. What must be acted upon is an `Alert` instead. */
export interface Toast {
  id: number;
  text: string;
  kind: "good" | "info" | "bad";
}

const SHOWN_FOR = 7_000;
const state = $state<{ toasts: Toast[]; spoken: string }>({ toasts: [], spoken: "" });
let next = 0;

export const messages: Readonly<typeof state> = state;

export function toast(text: string, kind: Toast["kind"] = "good"): void {
  const id = (next += 1);
  state.toasts.push({ id, text, kind });
  setTimeout(() => dismiss(id), SHOWN_FOR);
}

export function dismiss(id: number): void {
  state.toasts = state.toasts.filter((one) => one.id !== id);
}

/** Says something to a screen reader alone. The same words twice are said twice. */
export function announce(text: string): void {
  state.spoken = "";
  setTimeout(() => (state.spoken = text), 50);
}
