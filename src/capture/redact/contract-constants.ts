import { z } from 'zod';
import { operations } from '../../contract/operations.ts';

const options = { io: 'input', unrepresentable: 'any' } as const;

/** Values that the contract itself offers, lowercase: types, directions, states. */
export const contractConstants: ReadonlySet<string> = new Set(
  operations
    .flatMap(({ body, answer }) => (body === undefined ? [answer] : [body, answer]))
    .flatMap((schema) => valuesIn(z.toJSONSchema(schema, options))),
);

function valuesIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(valuesIn);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    const listed: unknown[] | undefined = key === 'enum' || key === 'const' ? [value].flat() : undefined;
    return listed?.filter((entry) => typeof entry === 'string').map((entry) => entry.toLowerCase()) ?? valuesIn(value);
  });
}
