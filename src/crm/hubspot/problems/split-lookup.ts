/**
 * After a look-up for all items was refused: HubSpot refuses a whole call for one value that it does not accept, so both halves are
 * tried, and so on. Where neither half passes the cause is not one item, and the refusal stands for all.
 * `run` reports its own findings; `fail` takes what could not be looked up; `canSplit` says which errors fewer items may mend.
 */
export async function splitLookup<T>(
  items: readonly T[],
  error: unknown,
  run: (items: readonly T[]) => Promise<void>,
  fail: (items: readonly T[], error: unknown) => void,
  canSplit: (error: unknown) => boolean,
): Promise<void> {
  if (items.length < 2 || !canSplit(error)) {
    fail(items, error);
    return;
  }
  const middle = Math.ceil(items.length / 2);
  const halves = [items.slice(0, middle), items.slice(middle)];
  const errors = await Promise.all(halves.map((half) => errorOf(run, half)));
  const isSystematic = items.length > 2 && errors.every((each) => each !== undefined && canSplit(each));
  for (const [index, half] of halves.entries()) {
    const halfError = errors[index];
    if (halfError === undefined) continue;
    if (isSystematic) fail(half, halfError);
    else await splitLookup(half, halfError, run, fail, canSplit);
  }
}

async function errorOf<T>(run: (items: readonly T[]) => Promise<void>, items: readonly T[]): Promise<unknown> {
  try {
    await run(items);
    return undefined;
  } catch (error) {
    return error;
  }
}
