import type { Path } from '../schema/finding.ts';

/** The value at a place of parsed YAML; undefined where there is no such place. */
export function valueAt(content: unknown, path: Path): unknown {
  let value = content;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Record<string | number, unknown>)[step]; // an object or array of parsed YAML, asked by own key
  }
  return value;
}
