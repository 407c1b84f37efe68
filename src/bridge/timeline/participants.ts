import type { CrmRecord, Owner } from '../../crm/crm.ts';
import type { ActivityMapping, Direction } from '../../mapping/schema/activity-mapping.ts';

/** Sender and receiver as HubSpot's emails expect them (its guide to the emails object): JSON with `from` and `to`. */
export function participantsOf(
  mapping: ActivityMapping,
  direction: Direction,
  { contact, owner }: { readonly contact: CrmRecord | undefined; readonly owner: Owner | undefined },
): string | undefined {
  const { people } = mapping;
  const lead =
    people === undefined || contact === undefined
      ? undefined
      : person(
          contact.properties[people.email],
          contact.properties[people.first_name],
          contact.properties[people.last_name],
        );
  const sender = owner === undefined ? undefined : person(owner.email, owner.firstName, owner.lastName);
  const [from, to] = direction === 'OUTBOUND' ? [sender, lead] : [lead, sender];
  if (from === undefined && to === undefined) return undefined;
  return JSON.stringify({ ...(from === undefined ? {} : { from }), to: to === undefined ? [] : [to], cc: [], bcc: [] });
}

function person(email?: string | null, first?: string | null, last?: string | null) {
  if (!email) return undefined;
  return { email, ...(first ? { firstName: first } : {}), ...(last ? { lastName: last } : {}) };
}
