import { createHash } from 'node:crypto';

/** A digest of several texts: the same for the same texts in the same order, and none of them can be read from it. */
export function fingerprint(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
