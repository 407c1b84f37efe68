import { createHash } from 'node:crypto';

/** A digest of several texts: equal for the same texts in the same order. The texts cannot be read from it. */
export function fingerprint(texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}
