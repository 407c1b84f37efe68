import { z } from 'zod';
import type { Finding, Path } from '../schema/finding.ts';
import { didYouMean, nearestWord } from '../values/nearest-word.ts';
import { valueAt } from './value-at.ts';

/** More are not reported anyway. */
const maxFindings = 1_000;

/** Validates content against a schema: one finding per issue, at its own path; unknown keys come before missing ones. */
export function schemaFindings(schema: z.ZodType, content: unknown): Finding[] {
  const parsed = schema.safeParse(content);
  if (parsed.success) return [];
  const findings = parsed.error.issues
    .slice(0, maxFindings)
    .flatMap((issue) => toFindings({ schema, content }, issue, []));
  const rank = (finding: Finding) => (finding.kind === 'missing-key' ? 1 : 0);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}

/** Keys that an object at this path may have; undefined if any key is allowed. */
export function keysAt(schema: z.ZodType, path: Path): readonly string[] | undefined {
  const keys = schemasAt(schema, path).flatMap((found) =>
    found instanceof z.ZodObject ? Object.keys(found.shape) : [],
  );
  return keys.length === 0 ? undefined : [...new Set(keys)];
}

/** The content that is validated, and its schema. */
interface Checked {
  readonly schema: z.ZodType;
  readonly content: unknown;
}

function toFindings(checked: Checked, issue: z.core.$ZodIssue, base: Path): Finding[] {
  const { schema, content } = checked;
  const path: Path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const value = valueAt(content, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, maxFindings).map((key) => unknownKey(schema, path, key));
    case 'invalid_union':
      return bestBranch(issue.errors, value).flatMap((inner) =>
        inner === undefined ? [badOption(checked, path, issue)] : toFindings(checked, inner, path),
      );
    default:
      return [value === undefined ? missingKey(path) : badOption(checked, path, issue)];
  }
}

function unknownKey(schema: z.ZodType, path: Path, key: string): Finding {
  const keys = keysAt(schema, path) ?? [];
  const suggestion = nearestWord(key, keys);
  const end = didYouMean(suggestion) || ` (known: ${keys.join(', ')})`;
  return {
    path: [...path, key],
    atKey: true,
    kind: 'unknown-key',
    message: `unknown key "${key}" in ${placeName(path)}${end}`,
    ...(suggestion !== undefined && { suggestion }),
  };
}

function missingKey(path: Path): Finding {
  return {
    path,
    atKey: true,
    kind: 'missing-key',
    message: `"${path.at(-1)}" is missing or empty in ${placeName(path.slice(0, -1))}`,
  };
}

function badOption({ schema, content }: Checked, path: Path, issue: z.core.$ZodIssue): Finding {
  const value = valueAt(content, path);
  const words = wordsAt(schema, path);
  const last = path.at(-1);
  const name = typeof last === 'string' ? `"${last}"` : placeName(path);
  if (typeof value === 'string' && words.length > 0) {
    const suggestion = nearestWord(value, words);
    const possible =
      words.length === 1 ? `is not allowed here (expected ${words[0]})` : `is not one of ${words.join(', ')}`;
    const message = `"${value}" ${possible}${didYouMean(suggestion)}`;
    return { path, kind: 'bad-option', message, ...(suggestion !== undefined && { suggestion }) };
  }
  return { path, kind: 'bad-option', message: `${name} ${expectation(issue)}` };
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${kindNames[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'must not be empty'
        : `needs at least ${issue.minimum}${itemsOf(issue.origin)}`;
    case 'too_big':
      return `may be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : itemsOf(issue.origin)}`;
    case 'invalid_union':
      return 'does not match any form that is allowed here';
    default:
      return issue.message.startsWith('must') ? issue.message : `is not valid: ${issue.message}`;
  }
}

const kindNames: Readonly<Record<string, string>> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'text',
};

function itemsOf(origin: string): string {
  return origin === 'array' ? ' entries' : '';
}

/** The issues of the union branch that the value was most likely intended to match. */
function bestBranch(
  branches: readonly z.core.$ZodIssue[][],
  value: unknown,
): readonly (z.core.$ZodIssue | undefined)[] {
  const isGroup = typeof value === 'object' && value !== null;
  const close = branches.filter((issues) => !issues.some((issue) => issue.path.length === 0 && isAnotherForm(issue)));
  const best = close.toSorted((a, b) => a.length - b.length)[0];
  return isGroup && best !== undefined ? best : [undefined];
}

function isAnotherForm(issue: z.core.$ZodIssue): boolean {
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** Options that the schema allows at this path. */
function wordsAt(schema: z.ZodType, path: Path): string[] {
  return schemasAt(schema, path).flatMap((found) => {
    if (found instanceof z.ZodEnum) return found.options.map(String);
    return found instanceof z.ZodLiteral ? [...found.values].map(String) : [];
  });
}

/** All schemas that may apply at this path, unwrapped (default, optional, pipe, union). */
function schemasAt(schema: z.core.$ZodType, path: Path): z.core.$ZodType[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
    return schemasAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodPipe) return schemasAt(schema.in, path);
  if (schema instanceof z.ZodUnion) return schema.options.flatMap((option) => schemasAt(option, path));
  const [step, ...rest] = path;
  if (step === undefined) return [schema];
  if (schema instanceof z.ZodArray) return schemasAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return schemasAt(schema.valueType, rest);
  if (!(schema instanceof z.ZodObject) || !Object.hasOwn(schema.shape, step)) return [];
  return schemasAt(schema.shape[step], rest);
}

/** `a row of write.fields`, `write.unknown_fields`, `the file`. */
function placeName(path: Path): string {
  const names = path.filter((step) => typeof step === 'string');
  if (names.length === 0) return 'the file';
  return typeof path.at(-1) === 'number' ? `an entry of ${names.join('.')}` : names.join('.');
}
