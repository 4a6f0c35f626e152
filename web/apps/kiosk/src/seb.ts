/** What Safe Exam Browser tells a page of itself: hashes of the page's address and its keys, for where it sends no headers. */
interface Security {
  configKey?: string;
  browserExamKey?: string;
  updateKeys?(done: () => void): void;
}
declare global {
  interface Window {
    SafeExamBrowser?: { security?: Security };
  }
}

const PATIENCE_MS = 3_000;
let shown: Promise<Record<string, string>> | undefined;

export function sebHeaders(): Promise<Record<string, string>> {
  shown ??= read(window.SafeExamBrowser?.security);
  return shown;
}

async function read(security: Security | undefined): Promise<Record<string, string>> {
  if (!security) return {};
  if (security.updateKeys) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, PATIENCE_MS);
      security.updateKeys?.(resolve);
    });
  }
  return {
    // The address that was hashed is that of the page, without what follows a number sign.
    "X-Seb-Page": location.href.replace(/#.*$/, ""),
    ...(security.configKey ? { "X-Seb-Config-Key": security.configKey } : {}),
    ...(security.browserExamKey ? { "X-Seb-Exam-Key": security.browserExamKey } : {}),
  };
}
