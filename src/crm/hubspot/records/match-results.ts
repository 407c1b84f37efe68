import type { HubSpotRecord } from '../calls/record-response.ts';
import type { BatchInput } from './batch-input.ts';

/**
 * Assigns each result to its input. HubSpot guarantees no order: the trace id decides if it is echoed, then the record id, then a
 * sent value that no two inputs share, then all sent values together. Order only decides for creates that remain, if as many results
 * remain and agree with them.
 */
export function matchResults<I extends BatchInput>(
  inputs: readonly I[],
  results: readonly HubSpotRecord[],
): ReadonlyMap<I, HubSpotRecord> {
  const matched = new Map<I, HubSpotRecord>();
  const left = { inputs: new Set(inputs), results: new Set(results) };
  const pair = (input: I | undefined, result: HubSpotRecord) => {
    if (input === undefined || !left.inputs.has(input) || !left.results.has(result)) return;
    left.inputs.delete(input);
    left.results.delete(result);
    matched.set(input, result);
  };
  const byTrace = new Map(inputs.map((input) => [input.traceId, input]));
  for (const result of results) if (result.traceId !== undefined) pair(byTrace.get(result.traceId), result);
  const byId = new Map(inputs.filter(({ id }) => id !== undefined).map((input) => [input.id, input]));
  for (const result of [...left.results]) pair(byId.get(result.id), result);
  if (byId.size > 0) return matched;
  for (const name of sharedProperties([...left.inputs])) {
    const byValue = distinctValues([...left.inputs], name);
    for (const result of [...left.results]) pair(byValue?.get(comparable(result.properties[name])), result);
    if (left.results.size === 0) return matched;
  }
  const names = namesOf(left.inputs);
  const byAll = Map.groupBy(left.inputs, ({ properties }) => signatureOf(names, properties));
  const answered = Map.groupBy(left.results, ({ properties }) => signatureOf(names, properties));
  // Records that are equal in everything that was sent are interchangeable, if all of them were answered.
  for (const [signature, same] of answered) {
    const alike = byAll.get(signature) ?? [];
    if (alike.length === same.length) for (const [at, result] of same.entries()) pair(alike[at], result);
  }
  const [openInputs, openResults] = [[...left.inputs], [...left.results]];
  const isPlausible =
    openInputs.length === openResults.length && openInputs.every((input, at) => isLike(input, openResults[at]));
  if (isPlausible) for (const [at, result] of openResults.entries()) pair(openInputs[at], result);
  return matched;
}

/** Properties that every input sends, email first: it distinguishes contacts most often. */
function sharedProperties(inputs: readonly BatchInput[]): readonly string[] {
  const names = Object.keys(inputs[0]?.properties ?? {}).filter((name) =>
    inputs.every((input) => Object.hasOwn(input.properties, name)),
  );
  return names.sort((a, b) => Number(b === 'email') - Number(a === 'email'));
}

function distinctValues<I extends BatchInput>(inputs: readonly I[], name: string): ReadonlyMap<string, I> | undefined {
  const byValue = new Map(inputs.map((input) => [comparable(input.properties[name]), input]));
  return byValue.size === inputs.length && !byValue.has('') ? byValue : undefined;
}

function namesOf(inputs: Iterable<BatchInput>): readonly string[] {
  return [...new Set([...inputs].flatMap(({ properties }) => Object.keys(properties)))];
}

function signatureOf(
  names: readonly string[],
  properties: Readonly<Record<string, string | null | undefined>>,
): string {
  return JSON.stringify(names.map((name) => comparable(properties[name])));
}

/** None of the sent properties came back, or at least one came back as sent. */
function isLike(input: BatchInput, result: HubSpotRecord | undefined): boolean {
  const returned = Object.keys(input.properties).filter((name) => comparable(result?.properties[name]) !== '');
  const same = returned.filter((name) => comparable(result?.properties[name]) === comparable(input.properties[name]));
  return result !== undefined && (returned.length === 0 || same.length > 0);
}

function comparable(value: string | null | undefined): string {
  return (value ?? '').trim().toLowerCase();
}
