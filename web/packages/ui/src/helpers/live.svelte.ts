/**
 * Server-sent events that come back by themselves. The browser reconnects after a lost connection but gives up after an error
 * answer, such as the 503 of a server that is being restarted; so each error starts a new connection, after a growing, uneven wait.
 */
export interface Live {
  readonly connected: boolean;
  close(): void;
}

const LONGEST_WAIT = 15_000;

/** `handlers` by the name of the event; `message` is an event without a name. Data is JSON. */
export function live(url: string, handlers: Record<string, (data: unknown) => void>, onreconnect?: () => void): Live {
  const state = $state({ connected: false });
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let opened = false;

  const connect = () => {
    source = new EventSource(url);
    source.onopen = () => {
      failures = 0;
      state.connected = true;
      // What was said in between was missed: the screen reads the whole again.
      if (opened) onreconnect?.();
      opened = true;
    };
    source.onerror = () => {
      source?.close();
      state.connected = false;
      failures += 1;
      timer = setTimeout(connect, Math.min(LONGEST_WAIT, 500 * 2 ** failures) * (0.5 + Math.random() / 2));
    };
    for (const [name, handle] of Object.entries(handlers)) {
      source.addEventListener(name, (event) => handle(JSON.parse((event as MessageEvent<string>).data)));
    }
  };
  connect();

  return {
    get connected() {
      return state.connected;
    },
    close() {
      clearTimeout(timer);
      source?.close();
    },
  };
}
