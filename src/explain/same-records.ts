import type { MatchOutcome } from '../bridge/matching/match-records.ts';
import { identifyingRules, type MatchKey, matchKeys, writtenKeys } from '../mapping/run/match-keys.ts';
import type { Mapping } from '../mapping/schema/record-mapping.ts';
import type { EnginyRecord } from '../mapping/values/field-value.ts';

/** Another record of the same request with an equal value. */
export interface SameRecord {
  /** Its place among the records, from 1. */
  readonly record: number;
  readonly externalId?: string;
  /** The rule by which both have the same value; `externalId` for the same id. */
  readonly by: string;
  /** Why a create of both leads to two records of the CRM all the same; absent if it leads to one. */
  readonly notOne?: string;
}

/** One record with its values, as the others are compared with it. */
interface Subject {
  readonly position: number;
  readonly externalId: string | undefined;
  /** Values that belong to one person or company only, by rule; the first is Enginy's id. */
  readonly identifying: readonly SharedValue[];
  readonly weak: readonly SharedValue[];
  readonly outcome: MatchOutcome | undefined;
}

interface SharedValue {
  readonly by: string;
  readonly value: string;
}

/** Further records that share a weak value add no information. */
const maxWeak = 3;

/**
 * Finds which records of a request a create would make one, by the first of them, and which of them share only a value that others may
 * have, too.
 * @param outcomes of matching them, if there is a CRM.
 * @returns one list per record, in order.
 */
export function findSameRecords(
  mapping: Mapping,
  records: readonly EnginyRecord[],
  outcomes: readonly MatchOutcome[],
): readonly (readonly SameRecord[])[] {
  const found = records.map((): SameRecord[] => []);
  const firstBy = new Map<string, Subject>();
  const weakCounts = new Map<string, number>();
  const subjects = records.map((record, position) =>
    subjectOf(mapping, record, { position, outcome: outcomes[position] }),
  );
  for (const subject of subjects) {
    const note = (other: Subject, by: string, notOne: string | undefined) => {
      found[subject.position]?.push(sameRecord(other, by, notOne));
      found[other.position]?.push(sameRecord(subject, by, notOne));
    };
    const shared = subject.identifying.find(({ by, value }) => firstBy.has(nameOf(by, value)));
    const first = shared === undefined ? undefined : firstBy.get(nameOf(shared.by, shared.value));
    const isSame = first !== undefined && shared !== undefined;
    const notOne = isSame ? whyTwo([first, subject]) : undefined;
    if (isSame) note(first, shared.by, notOne);
    for (const { by, value } of subject.weak) {
      const name = nameOf(by, value);
      const other = firstBy.get(name);
      const count = weakCounts.get(name) ?? 0;
      if (!isSame && other !== undefined && count < maxWeak) note(other, by, 'others may have it, too');
      weakCounts.set(name, count + 1);
    }
    const leader = isSame && notOne === undefined ? first : subject;
    const noted = [
      ...subject.identifying.map((each) => ({ ...each, leader })),
      ...subject.weak.map((each) => ({ ...each, leader: subject })),
    ];
    for (const { by, value, leader: holder } of noted) {
      const name = nameOf(by, value);
      if (!firstBy.has(name)) firstBy.set(name, holder);
    }
  }
  return found;
}

function subjectOf(
  mapping: Mapping,
  record: EnginyRecord,
  { position, outcome }: Pick<Subject, 'position' | 'outcome'>,
): Subject {
  const rules = identifyingRules(mapping);
  const externalId = typeof record.externalId === 'string' ? record.externalId : undefined;
  const ids = externalId === undefined ? [] : [{ by: 'externalId', value: externalId }];
  const written = writtenKeys(mapping, record);
  const sharedValue = (key: MatchKey): SharedValue => ({ by: key.name, value: key.value });
  const weak = matchKeys(mapping, record).filter(
    ({ rule }) => !rules.includes(rule) && mapping.match.rules[rule] !== 'identity',
  );
  return {
    position,
    externalId,
    outcome,
    identifying: [...ids, ...written.map(sharedValue)],
    weak: weak.map(sharedValue),
  };
}

function whyTwo(subjects: readonly Subject[]): string | undefined {
  const matched = subjects.flatMap(({ outcome }) =>
    outcome !== undefined && 'record' in outcome ? [outcome.record.id] : [],
  );
  return new Set(matched).size > 1 ? 'they match two records of the CRM' : undefined;
}

function sameRecord({ position, externalId }: Subject, by: string, notOne: string | undefined): SameRecord {
  return {
    record: position + 1,
    ...(externalId !== undefined && { externalId }),
    by,
    ...(notOne !== undefined && { notOne }),
  };
}

function nameOf(by: string, value: string): string {
  return `${by}\u0001${value}`;
}

/** One sentence for a person. */
export function describeSame({ record, externalId, by, notOne }: SameRecord): string {
  const name = `record ${record}${externalId === undefined ? '' : ` (${externalId})`}`;
  return notOne === undefined
    ? `${name} has the same ${by}: a create of both leads to one record`
    : `${name} has the same ${by}, but ${notOne}: a create of both leads to two records`;
}
