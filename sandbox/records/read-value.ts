import { type ComputeContext, computedValues } from './computed-values.ts';
import type { RecordStore, RecordVersion } from './record-store.ts';

/** Reads one property of a record: stored, else computed, else null. */
export type ReadValue = (version: RecordVersion) => string | null;

/** Readers by property, created once: a batch read needs hundreds of values. */
export function createReaders(records: RecordStore, context: ComputeContext): (property: string) => ReadValue {
  const computed = computedValues[records.type.name];
  const readers = new Map<string, ReadValue>();
  return (property) => {
    const known = readers.get(property);
    if (known) return known;
    // Object.hasOwn: a property may be called "constructor".
    const compute = Object.hasOwn(computed, property) ? computed[property] : undefined;
    let slot: number | undefined;
    const read: ReadValue = (version) => {
      slot ??= records.knownSlot(property);
      const stored = slot === undefined ? undefined : version.values[slot];
      return stored ?? (compute ? compute(version, context) : null);
    };
    readers.set(property, read);
    return read;
  };
}
