import type { HeldBack, HeldBackReason } from '../../mapping/run/held-back.ts';
import type { MappingPlaces } from '../inputs/mapping-places.ts';

/** What happened to a field, and what to do about it. */
interface Words {
  readonly why: string;
  readonly remedy?: string;
}

/** A held-back field with what a sentence about it may need. */
interface Held extends HeldBack {
  /** Where its row is. */
  readonly row: string;
  /** Where the file says what happens to fields without a row. */
  readonly unknownFields: string;
}

/** HubSpot treats the id of an unknown user as one that is not an option. */
const ownerProperty = 'hubspot_owner_id';

const unknownOwner: Words = {
  why: 'HubSpot has no active user with this id',
  remedy: 'choose another owner in Enginy, or reactivate the user in HubSpot',
};

const words: Readonly<Record<HeldBackReason, (held: Held) => Words>> = {
  'if-empty': ({ row }) => ({
    why: 'HubSpot already has a value, and the row says overwrite: if_empty',
    remedy: `to replace the value, set overwrite: always in ${row}`,
  }),
  never: ({ row }) => ({
    why: 'it is only written to new records, because the row says overwrite: never',
    remedy: `to update it as well, set overwrite: always in ${row}`,
  }),
  empty: ({ row }) => ({
    why: 'Enginy sent it empty, and on_empty: skip keeps the value that HubSpot has',
    remedy: `to clear it in HubSpot, set on_empty: clear in ${row}`,
  }),
  backward: ({ property = '' }) => ({
    why: 'HubSpot did not let the value move back',
    remedy: `move ${property} back in HubSpot by hand, or check why HubSpot refused to clear it`,
  }),
  'no-option': ({ row, property, detail }) =>
    property === ownerProperty
      ? unknownOwner
      : {
          why: `its value is not an option that ${property ?? 'the property'} accepts${keptIn(detail)}`,
          remedy: `add the option in HubSpot, or translate the value (value_map) in ${row}`,
        },
  'some-options': ({ row, property, detail }) => ({
    why: `some of its values are not options of ${property ?? 'the property'}; the others were written${keptIn(detail)}`,
    remedy: `add the options in HubSpot, or translate the values in ${row}`,
  }),
  cut: ({ property = 'the property' }) => ({
    why: `it is longer than ${property} can be: the beginning was written`,
  }),
  dropped: ({ row }) => ({
    why: 'the transforms or the value map of its row leave nothing of the value',
    remedy: `check the row in ${row}; explain shows each step`,
  }),
  unreadable: ({ row, detail = 'cannot be read as its property expects' }) => ({
    why: `its value ${detail}`,
    remedy: `correct it in Enginy, or change the transforms in ${row}`,
  }),
  refused: ({ detail }) => ({
    why: `HubSpot rejected the value${detail === undefined ? '' : ` (${detail})`}`,
    remedy: 'correct the value in Enginy, or the rules of the property in HubSpot',
  }),
  taken: ({ property = 'the property', detail = 'another record' }) => ({
    why: `${detail} in HubSpot already has this value, and ${property} must be unique`,
    remedy: 'merge the two records in HubSpot if they are the same',
  }),
  'read-only': ({ row, property = 'the property' }) => ({
    why: `${property} is read-only in HubSpot`,
    remedy: `write to another property in ${row}`,
  }),
  'no-property': ({ row, property = 'for it' }) => ({
    why: `HubSpot has no property ${property}`,
    remedy: `create the property in HubSpot, or correct its name in ${row}`,
  }),
  'no-permission': ({ detail }) => ({
    why: `the HubSpot token may not create or read properties${detail === undefined ? '' : ` (missing scope: ${detail})`}`,
    remedy: 'add the scope to the app of the token in HubSpot',
  }),
  limit: ({ unknownFields, detail }) => ({
    why: `no more custom properties may be created${detail === undefined ? '' : ` (${detail})`}`,
    remedy: `raise at_most in ${unknownFields}, or give the field a row`,
  }),
  'no-row': ({ unknownFields }) => ({
    why: 'no row of the mapping file writes it, and unknown_fields does not create properties',
    remedy: `add a row for it, or set policy: create in ${unknownFields}`,
  }),
  'other-field': ({ detail = 'another field' }) => ({
    why: `its place is taken by ${detail}, which was sent too`,
  }),
  secondary: ({ property = 'the property' }) => ({
    why: `the record already has this value in another property, beside ${property}, which keeps its primary value`,
    remedy: 'make it the primary value in HubSpot if it is the better one',
  }),
  'unknown-owner': () => unknownOwner,
};

function keptIn(detail: string | undefined): string {
  return detail?.startsWith('kept in ') === true ? `; the text was ${detail}` : '';
}

/** One line that says why, and one that says what to do where there is something to do. */
export function heldBackLines(heldBack: HeldBack, object: string, places: MappingPlaces): string[] {
  const { field, property, reason } = heldBack;
  const say = Object.hasOwn(words, reason) ? words[reason] : () => ({ why: reason });
  const { why, remedy }: Words = say({
    ...heldBack,
    row: places.row(object, property),
    unknownFields: places.key(object, ['write', 'unknown_fields']),
  });
  const name = property === undefined || property === field ? field : `${field} → ${property}`;
  return [`${name}: ${why}`, ...(remedy === undefined ? [] : [`  ${remedy}`])];
}
