import { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';
import { isObject } from '../json.ts';

/** A response lists this many problems. Validation stops there: a body of a million bad records has a million. */
export const maxProblems = 20;

type Path = readonly PropertyKey[];

/** What does not fit a schema, and where. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
}

/**
 * Validates a body and returns the body itself, not a copy: fields without a schema stay as they were sent.
 * @throws InvalidRequestError that names the first places, e.g. `contacts[3].externalId must be a string`.
 */
export function checkBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.infer<Schema> {
  const problems: string[] = [];
  for (const { path, message } of issuesOf(schema, body, [])) {
    if (problems.length === maxProblems) throw new InvalidRequestError(`${problems.join('; ')}; and more`);
    problems.push(`${formatPath(path)} ${message}`);
  }
  if (problems.length > 0) throw new InvalidRequestError(problems.join('; '));
  // The cast is sound: the schemas used here check and never transform.
  return body as z.infer<Schema>;
}

/** Lists are validated entry by entry, so that the caller can stop early. */
export function* issuesOf(schema: z.core.$ZodType, value: unknown, path: Path): Generator<Issue> {
  if (schema instanceof z.ZodObject && isObject(value)) {
    for (const [name, field] of Object.entries<z.core.$ZodType>(schema.shape)) {
      yield* issuesOf(field, Object.hasOwn(value, name) ? value[name] : undefined, [...path, name]);
    }
  } else if (schema instanceof z.ZodArray && Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* issuesOf(schema.element, item, [...path, index]);
  } else {
    const { error } = z.safeParse(schema, value);
    for (const issue of error?.issues ?? []) yield { path: [...path, ...issue.path], message: issue.message };
  }
}

/** `['contacts', 3, 'externalId']` → `contacts[3].externalId`; an empty name is `""`, and an empty path is the whole. */
export function formatPath(path: Path, whole = 'body'): string {
  if (path.length === 0) return whole;
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = part === '' ? '""' : String(part);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
