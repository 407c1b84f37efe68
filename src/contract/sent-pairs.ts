import { isObject } from '../json.ts';
import { Association, type AssociationError, type AssociationsAnswer, AssociationsBody } from './associations.ts';
import { checkEntries, describeRefused, type RefusedEntry, type UsableEntry } from './entries.ts';
import { id, trimmedId, type SentId } from './optional-fields.ts';

/** The pairs of POST /associations. */
export interface SentPairs {
  /** Those that can be linked, as they were sent. */
  readonly pairs: readonly Association[];
  readonly refused: readonly RefusedPair[];
  /** The response with each pair as it was sent, and with the entries that are no pairs, in the order of the request. */
  complete(answer: AssociationsAnswer): AssociationsAnswer;
}

/** An entry of which at least one id cannot be used. */
export type RefusedPair = RefusedEntry & Pick<AssociationError, 'contactCRMId' | 'companyCRMId'>;

/** @throws InvalidRequestError as {@link checkEntries} does. */
export async function readPairs(body: unknown): Promise<SentPairs> {
  const checked = await checkEntries({ schema: AssociationsBody, list: 'associations', entry: Association }, body);
  const sent = Map.groupBy(checked.usable, ({ entry }) => keyOf(entry));
  const refused = checked.refused.map((entry) => ({ ...entry, ...idsOfPair(entry) }));
  return {
    pairs: checked.usable.map(({ entry }) => entry),
    refused,
    complete(answer) {
      const failed = (answer.errors ?? []).flatMap((error) =>
        distinct(sent.get(keyOf(error)) ?? []).map(({ index, entry: { contactCRMId, companyCRMId } }) => {
          return { at: index, error: { ...error, contactCRMId, companyCRMId } };
        }),
      );
      const unusable = refused.map(({ contactCRMId, companyCRMId, ...entry }) => ({
        at: entry.index,
        error: { contactCRMId, companyCRMId, index: entry.index, error: describeRefused(entry) },
      }));
      const errors = [...failed, ...unusable].toSorted((left, right) => left.at - right.at).map(({ error }) => error);
      return errors.length === 0 ? answer : { ...answer, errors };
    },
  };
}

function keyOf({ contactCRMId, companyCRMId }: Pick<AssociationError, 'contactCRMId' | 'companyCRMId'>): string {
  return JSON.stringify([trimmedId(contactCRMId), trimmedId(companyCRMId)]);
}

/** The first of the entries that are equal in the type of their ids, too. */
function distinct(entries: readonly UsableEntry<Association>[]): readonly UsableEntry<Association>[] {
  const forms = entries.toReversed().map((each) => {
    const { contactCRMId, companyCRMId } = each.entry;
    return [JSON.stringify([contactCRMId, companyCRMId]), each] as const;
  });
  return [...new Map(forms).values()];
}

/** The ids of an entry that can be used. */
export function idsOfPair({ sent }: RefusedEntry): Pick<RefusedPair, 'contactCRMId' | 'companyCRMId'> {
  return { contactCRMId: usableId(sent, 'contactCRMId'), companyCRMId: usableId(sent, 'companyCRMId') };
}

function usableId(sent: unknown, field: string): SentId | null {
  const { success, data } = id.safeParse(isObject(sent) && Object.hasOwn(sent, field) ? sent[field] : undefined);
  return success ? data : null;
}
