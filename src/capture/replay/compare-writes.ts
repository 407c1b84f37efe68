import type { CallReader, WriteInput } from '../../crm/crm-protocol.ts';
import type { ComparedCall, ComparedCalls } from './compared-calls.ts';
import { type ReplayDifference, quoted } from './replay-difference.ts';
import { inputSimilarity } from './input-similarity.ts';
import { isSameMoment, type Moments } from './moments.ts';

interface Write {
  readonly verb: string;
  readonly objectType: string;
  readonly input: WriteInput;
  readonly isOptional: boolean;
}

/** Compares writes record by record. A write repeated with the same values has no other effect and does not count. */
export function compareWrites(
  reader: CallReader,
  { recorded, replayed }: ComparedCalls,
  moments: Moments,
): ReplayDifference[] {
  const before = writesOf(reader, recorded);
  const after = writesOf(reader, replayed);
  const isEqual = (a: Write, b: Write) => isSameKind(a, b) && propertyChanges(a.input, b.input, moments).length === 0;
  const isAmong = (write: Write, others: readonly Write[]) => others.some((other) => isEqual(write, other));
  const left = after.filter((write) => !isAmong(write, before));
  const differences: ReplayDifference[] = [];
  for (const write of before.filter((each) => !isAmong(each, after))) {
    const match = takeSimilar(reader, left, write);
    const what = describeWrite(reader, write);
    if (match !== undefined) {
      const detail = propertyChanges(write.input, match.input, moments).join(', ');
      differences.push({ kind: 'changed', what, detail });
    } else if (!write.isOptional) differences.push({ kind: 'missing', what, detail: propertyNames(write.input) });
  }
  for (const write of left) {
    differences.push({ kind: 'unexpected', what: describeWrite(reader, write), detail: propertyNames(write.input) });
  }
  return differences;
}

/** Removes and returns the write that most certainly concerns the same record. */
function takeSimilar(reader: CallReader, writes: Write[], write: Write): Write | undefined {
  const [best] = writes
    .filter((other) => isSameKind(write, other))
    .map((other) => ({ other, score: inputSimilarity(reader, write.input, other.input) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  if (best !== undefined) writes.splice(writes.indexOf(best.other), 1);
  return best?.other;
}

function writesOf(reader: CallReader, calls: readonly ComparedCall[]): Write[] {
  return calls.flatMap((call) => {
    const meaning = reader.meaningOf(call);
    if (meaning.kind !== 'write') return [];
    const { verb, objectType } = meaning;
    return meaning.inputs.map((input) => ({ verb, objectType, input, isOptional: call.isOptional === true }));
  });
}

function isSameKind(a: Write, b: Write): boolean {
  return a.verb === b.verb && a.objectType === b.objectType && a.input.id === b.input.id;
}

function propertyChanges(before: WriteInput, after: WriteInput, moments: Moments): string[] {
  const names = [...new Set([...Object.keys(before.properties), ...Object.keys(after.properties)])].sort();
  const changes = names.flatMap((name) => {
    const was = before.properties[name];
    const is = after.properties[name];
    if (was === is || isSameMoment(was, is, moments)) return [];
    if (was === undefined) return [`${name} is sent now: ${quoted(is)}`];
    if (is === undefined) return [`${name} is no longer sent (was ${quoted(was)})`];
    return [`${name} was ${quoted(was)}, is ${quoted(is)}`];
  });
  const hasSameLinks = JSON.stringify(before.associations ?? []) === JSON.stringify(after.associations ?? []);
  return hasSameLinks ? changes : [...changes, 'the links differ'];
}

function propertyNames({ properties }: WriteInput): string {
  return Object.keys(properties).sort().join(', ');
}

function describeWrite(reader: CallReader, { verb, objectType, input }: Write): string {
  return `${verb} ${objectType} ${reader.nameOf(input)}`.trimEnd();
}
