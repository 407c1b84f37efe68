import type { z } from 'zod';
import type { Path } from './finding.ts';

/** What is left of a file's content when the parts that its schema refuses are taken out. */
export interface PrunedContent {
  readonly content: unknown;
  /** A path in what is left → the path in the whole content. */
  readonly restore: (path: Path) => Path;
}

const MOST_ROUNDS = 20;

/**
 * Takes out what the schema refuses, so that the rest can still be linted; undefined when nothing usable is left.
 * @param skeleton what stands in for keys at the top that are lacking.
 */
export function pruneContent(
  schema: z.ZodType,
  skeleton: Readonly<Record<string, unknown>>,
  content: unknown,
): PrunedContent | undefined {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  const refused = new Set<string>();
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const kept = new Map<string, number[]>();
    const left = { ...skeleton, ...copyWithout(content, [], refused, kept) };
    const restore = (path: Path) => restorePath(path, kept);
    const parsed = schema.safeParse(left);
    if (parsed.success) return { content: left, restore };
    for (const issue of parsed.error.issues) {
      for (const path of refusedPaths(issue, left)) {
        if (path.length === 0) return undefined;
        refused.add(JSON.stringify(restore(path)));
      }
    }
  }
  return undefined;
}

/** An unknown key goes alone, a value that is refused goes, and what lacks something goes as a whole. */
function refusedPaths(issue: z.core.$ZodIssue, content: unknown): Path[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  if (issue.code === 'invalid_union') {
    // A group that only has a key too many, or one bad value in it, need not go as a whole.
    const branch = issue.errors.find(
      (inner) => inner.length > 0 && !inner.some((one) => one.path.length === 0 && one.code !== 'unrecognized_keys'),
    );
    const inner = branch?.flatMap((one) => refusedPaths(one, undefined).map((rest) => [...path, ...rest])) ?? [];
    if (inner.length > 0) return inner.map((found) => (isThere(content, found) ? found : found.slice(0, -1)));
  }
  return [content === undefined || isThere(content, path) ? path : path.slice(0, -1)];
}

function isThere(content: unknown, path: Path): boolean {
  let value = content;
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return false;
    value = (value as Record<string | number, unknown>)[step]; // an object or array of parsed YAML, asked by own key
  }
  return true;
}

function copyWithout<Value>(value: Value, path: Path, refused: ReadonlySet<string>, kept: Map<string, number[]>): Value;
function copyWithout(value: unknown, path: Path, refused: ReadonlySet<string>, kept: Map<string, number[]>): unknown {
  if (Array.isArray(value)) {
    const indexes = value.map((_, index) => index).filter((index) => !refused.has(JSON.stringify([...path, index])));
    kept.set(JSON.stringify(path), indexes);
    return indexes.map((index) => copyWithout(value[index], [...path, index], refused, kept));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, entry]) => entry !== undefined && !refused.has(JSON.stringify([...path, key])),
  );
  return Object.fromEntries(entries.map(([key, entry]) => [key, copyWithout(entry, [...path, key], refused, kept)]));
}

function restorePath(path: Path, kept: ReadonlyMap<string, readonly number[]>): Path {
  const restored: (string | number)[] = [];
  for (const step of path) {
    const indexes = typeof step === 'number' ? kept.get(JSON.stringify(restored)) : undefined;
    restored.push(typeof step === 'number' ? (indexes?.[step] ?? step) : step);
  }
  return restored;
}
