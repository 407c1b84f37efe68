import type { z } from 'zod';
import type { Path } from '../schema/finding.ts';
import { valueAt } from './value-at.ts';

/** A file's content without the parts that its schema rejects. */
export interface PrunedContent {
  readonly content: unknown;
  /** Converts a path in the pruned content to the path in the original. */
  readonly restore: (path: Path) => Path;
}

/** The decisions so far; paths refer to the original content, as JSON. */
interface Cuts {
  readonly refused: Set<string>;
  /** Required texts that are rejected or missing: each gets a unique placeholder. */
  readonly placeholders: Map<string, { readonly parent: string; readonly key: string }>;
  /** The remaining indexes of each list. */
  readonly kept: Map<string, readonly number[]>;
}

const maxRounds = 20;

/**
 * Removes the parts that the schema rejects, so that the rest can be linted; undefined if nothing usable is left.
 * @param skeleton placeholders for missing top-level keys.
 */
export function pruneContent(
  schema: z.ZodType,
  skeleton: Readonly<Record<string, unknown>>,
  content: unknown,
): PrunedContent | undefined {
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  const cuts: Cuts = { refused: new Set(), placeholders: new Map(), kept: new Map() };
  const restore = (path: Path) => restorePath(path, cuts.kept);
  for (let round = 0; round < maxRounds; round += 1) {
    cuts.kept.clear();
    const left = { ...skeleton, ...copyWithout(content, [], cuts) };
    const parsed = schema.safeParse(left);
    if (parsed.success) return { content: left, restore };
    for (const path of parsed.error.issues.flatMap((issue) => refusedPaths(issue))) {
      if (path.length === 0) return undefined;
      refuse(restore(path), valueAt(left, path) !== undefined, cuts);
    }
  }
  return undefined;
}

/** Removes a rejected value. A missing one gets a placeholder; if that is rejected too, its parent is removed. */
function refuse(path: Path, isPresent: boolean, cuts: Cuts): void {
  const place = JSON.stringify(path);
  const key = path.at(-1);
  if (!isPresent && typeof key === 'string' && !cuts.placeholders.has(place)) {
    cuts.placeholders.set(place, { parent: JSON.stringify(path.slice(0, -1)), key });
  } else if (cuts.placeholders.has(place)) cuts.refused.add(JSON.stringify(path.slice(0, -1)));
  else cuts.refused.add(place);
}

/** The paths of unknown keys, and of rejected or missing values. */
function refusedPaths(issue: z.core.$ZodIssue): Path[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => [...path, key]);
  if (issue.code !== 'invalid_union') return [path];
  // An object with an unknown key or one bad value is not removed as a whole.
  const isInside = (inner: z.core.$ZodIssue) => inner.path.length > 0 || inner.code === 'unrecognized_keys';
  const branch = issue.errors.find((inner) => inner.length > 0 && inner.every(isInside));
  if (branch === undefined) return [path];
  return branch.flatMap((inner) => refusedPaths(inner).map((rest) => [...path, ...rest]));
}

function copyWithout<Value>(value: Value, path: Path, cuts: Cuts): Value;
function copyWithout(value: unknown, path: Path, cuts: Cuts): unknown {
  const place = JSON.stringify(path);
  const isLeft = (step: string | number) => !cuts.refused.has(JSON.stringify([...path, step]));
  if (Array.isArray(value)) {
    const indexes = value.map((_, index) => index).filter(isLeft);
    cuts.kept.set(place, indexes);
    return indexes.map((index) => copyWithout(value[index], [...path, index], cuts));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, entry]) => entry !== undefined && isLeft(key));
  const copy = Object.fromEntries(entries.map(([key, entry]) => [key, copyWithout(entry, [...path, key], cuts)]));
  let number = 0;
  for (const { parent, key } of cuts.placeholders.values()) {
    number += 1;
    if (parent === place) copy[key] = `placeholder_${number}`;
  }
  return copy;
}

function restorePath(path: Path, kept: ReadonlyMap<string, readonly number[]>): Path {
  const restored: (string | number)[] = [];
  for (const step of path) {
    const indexes = typeof step === 'number' ? kept.get(JSON.stringify(restored)) : undefined;
    restored.push(typeof step === 'number' ? (indexes?.[step] ?? step) : step);
  }
  return restored;
}
