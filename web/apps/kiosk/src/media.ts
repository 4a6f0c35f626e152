/** Sound and pictures of a part, fetched whole before its clock starts, so that neither a slow nor a lost connection is heard. */
export interface MediaStore {
  url(src: string): string;
  release(): void;
}

const TRIES = 4;
const AT_ONCE = 3;

export async function fetchMedia(
  files: readonly { url: string }[],
  onprogress: (done: number, of: number) => void,
): Promise<MediaStore> {
  const urls = new Map<string, string>();
  const queue = [...files];
  let done = 0;
  onprogress(done, files.length);
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      urls.set(file.url, URL.createObjectURL(await fetchWhole(file.url)));
      done += 1;
      onprogress(done, files.length);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return {
    url: (src) => urls.get(src) ?? src,
    release() {
      for (const url of urls.values()) URL.revokeObjectURL(url);
    },
  };
}

async function fetchWhole(url: string): Promise<Blob> {
  for (let tried = 1; ; tried += 1) {
    try {
      const response = await fetch(url);
      if (response.ok) return await response.blob();
      throw new Error(String(response.status));
    } catch (error) {
      if (tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tried));
    }
  }
}
