import type { ActivityAnswer } from '../../contract/activities.ts';
import type { ObjectType } from '../../crm/crm.ts';
import type { HeldBack } from '../../mapping/run/held-back.ts';
import { readStoredActivity } from './read-activity.ts';
import type { ReadScope } from './timeline-scope.ts';

/** The fields of an activity that are returned as they are stored. */
export type StoredFields = Pick<ActivityAnswer, 'subject' | 'body' | 'direction' | 'ownerId' | 'occurredAt'>;

interface FirstActivity {
  readonly fields: StoredFields;
  /** One for each text that was sent with other letters than the first time. */
  readonly warnings: readonly string[];
  readonly heldBack: readonly HeldBack[];
}

/**
 * Reads an activity that an earlier request logged: a resend changes nothing.
 * @param asSent by the resend; returned if the CRM does not have the activity any more.
 * @throws GatewayError when the read failed.
 */
export async function readFirst(
  scope: ReadScope,
  { object, id }: { readonly object: ObjectType; readonly id: string },
  asSent: StoredFields,
): Promise<FirstActivity> {
  const stored = await readStoredActivity(scope, object, id);
  if (stored === undefined) return notResent(asSent);
  const held = { ...stored, direction: asSent.direction };
  const fields = (['subject', 'body', 'direction', 'ownerId', 'occurredAt'] as const).flatMap((name) => {
    const value = held[name];
    return value === undefined ? [] : [[name, value]];
  });
  const changed = (['subject', 'body'] as const).filter((name) => areDifferent(asSent[name], stored[name]));
  return {
    fields: Object.fromEntries(fields),
    warnings: [...(stored.warnings ?? []), ...changed.map(describeKept)],
    heldBack: changed.map((field) => ({ field, reason: 'another-value' })),
  };
}

/** What is stored of an activity that no earlier request logged. */
export function notResent(asSent: StoredFields): FirstActivity {
  return { fields: asSent, warnings: [], heldBack: [] };
}

/** Only letters and digits count: the CRM may store HTML with other white space and entities. */
function areDifferent(sent: string | undefined, stored: string | undefined): boolean {
  return sent !== undefined && lettersOf(sent) !== lettersOf(stored ?? '');
}

function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '');
}

function describeKept(field: string): string {
  return `${field} was not changed: an earlier request logged this activity with another ${field}`;
}
