/** What a list may contain beside good entries: none of it can be served, and none of it may affect the good entries. */
export const brokenEntries: readonly unknown[] = [null, 7, 'text', [], {}];

/** Ids that cannot be used. */
export const unusableIds: readonly unknown[] = [null, '', ' ', true, ['1'], { id: '1' }];

/** The good entries with the broken ones between them, for a list whose entries have this id. */
export function amongBroken(good: readonly unknown[], idField: string): readonly unknown[] {
  const broken = [
    ...brokenEntries,
    ...unusableIds.map((id) => ({ [idField]: id, description: 'without a usable id' })),
  ];
  return [...broken.slice(0, 4), ...good, ...broken.slice(4)];
}
