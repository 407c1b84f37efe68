import { ResponseTooLargeError } from '../transport/network-failure.ts';

/**
 * Reads a page with fewer records where a full one is larger than the bridge reads: a few very long values must not stop those who read
 * page after page. @throws what `read` throws.
 */
export async function fittingPage<Page>(most: number, read: (limit: number) => Promise<Page>): Promise<Page> {
  for (let limit = most; ; limit = Math.max(1, Math.floor(limit / 4))) {
    try {
      return await read(limit);
    } catch (error) {
      if (!(error instanceof ResponseTooLargeError) || limit === 1) throw error;
    }
  }
}
