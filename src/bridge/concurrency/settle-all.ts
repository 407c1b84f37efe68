/**
 * As `Promise.all`, but ends only once all are settled, and throws the first failure in the order given: which of several failures a
 * request reports does not depend on which came first, and no call of it is still under way when it is answered.
 */
export async function settleAll<const Work extends readonly unknown[]>(
  work: Work,
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}
