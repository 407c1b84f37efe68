import { isObject } from '../json.ts';
import { Association, type AssociationError, type AssociationsAnswer, AssociationsBody } from './associations.ts';
import { checkEntries, describeRefused, type RefusedEntry } from './entries.ts';
import { id, idOf, type SentId } from './optional-fields.ts';

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
export function readPairs(body: unknown): SentPairs {
  const checked = checkEntries({ schema: AssociationsBody, list: 'associations', entry: Association }, body);
  const first = new Map(checked.usable.toReversed().map((sent) => [keyOf(sent.entry), sent]));
  const refused = checked.refused.map((entry) => ({
    ...entry,
    contactCRMId: usableId(entry.sent, 'contactCRMId'),
    companyCRMId: usableId(entry.sent, 'companyCRMId'),
  }));
  return {
    pairs: checked.usable.map(({ entry }) => entry),
    refused,
    complete(answer) {
      const failed = (answer.errors ?? []).map((error) => {
        const { entry = error, index = 0 } = first.get(keyOf(error)) ?? {};
        const { contactCRMId, companyCRMId } = entry;
        return { at: index, error: { ...error, contactCRMId, companyCRMId } };
      });
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
  return JSON.stringify([idOf(contactCRMId), idOf(companyCRMId)]);
}

function usableId(sent: unknown, field: string): SentId | null {
  const { success, data } = id.safeParse(isObject(sent) && Object.hasOwn(sent, field) ? sent[field] : undefined);
  return success ? data : null;
}
