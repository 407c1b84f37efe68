import type { CallReader, WriteInput } from '../../crm/crm-protocol.ts';

/** How certainly two inputs mean the same record: by id, otherwise by the values that they share. Zero: certainly not. */
export function inputSimilarity({ isIdentifying }: CallReader, a: WriteInput, b: WriteInput): number {
  if (a.id !== undefined || b.id !== undefined) return a.id === b.id ? 1_000 : 0;
  return Object.entries(b.properties).reduce(
    (score, [name, value]) => (a.properties[name] === value ? score + (isIdentifying(name) ? 100 : 1) : score),
    0,
  );
}
