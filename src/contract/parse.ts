import { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';
import { isObject } from '../json.ts';

/** A response lists this many problems. Validation stops there: a body of a million bad records has a million. */
const maxProblems = 20;

type Path = readonly PropertyKey[];

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
function* issuesOf(schema: z.core.$ZodType, value: unknown, path: Path): Generator<{ path: Path; message: string }> {
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

/** `['contacts', 3, 'externalId']` → `contacts[3].externalId`; the body itself is `body`. */
export function formatPath(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'body';
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}
