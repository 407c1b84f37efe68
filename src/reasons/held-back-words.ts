import { emptyWord, type HeldBack, type HeldBackReason, ignoredStep, mergedRecord } from '../mapping/run/held-back.ts';
import type { Path } from '../mapping/schema/finding.ts';
import type { MappingPlaces, RowPlace } from './mapping-places.ts';

/** What happened to a field, and what to do about it. */
interface Words {
  readonly why: string;
  readonly remedy?: string;
}

/** A held-back field with what a sentence about it may need. */
interface Held extends HeldBack {
  /** Where its row is. */
  readonly row: string;
  readonly kind: RowPlace['kind'];
  readonly overwrite?: RowPlace['overwrite'];
  /** Where a key of the file is. */
  readonly key: (path: Path) => string;
  /** What its row calls a table of values. */
  readonly mapKey: 'value_map' | 'map';
}

/** HubSpot treats the id of an unknown user as one that is not an option. */
const ownerProperty = 'hubspot_owner_id';

const unknownOwner: Words = {
  why: 'HubSpot has no active user with this id',
  remedy: 'choose another owner in Enginy, or reactivate the user in HubSpot',
};

const words: Readonly<Record<HeldBackReason, (held: Held) => Words>> = {
  'if-empty': keptValue,
  never: (held) => ({
    why: 'it is only written to new records, because the row says overwrite: never',
    remedy: overwriteRemedy(held, 'never', 'to update it as well'),
  }),
  empty: ({ row, key, kind, detail }) =>
    detail === emptyWord
      ? {
          why: 'it says that there is no value (empty_words)',
          remedy: `if it is a value, remove it from empty_words in ${key(['write', 'empty_words'])}`,
        }
      : {
          why: 'Enginy sent it empty, and on_empty: skip keeps the value that HubSpot has',
          remedy: `to clear it in HubSpot, set on_empty: clear in ${kind === 'none' ? key(['write', 'on_empty']) : row}`,
        },
  backward: ({ property = '', detail, kind, row }) => ({
    why: 'HubSpot did not let the value move back',
    remedy:
      detail !== ignoredStep
        ? `move ${property} back in HubSpot by hand, or check why HubSpot did not allow it to be cleared`
        : kind === 'none'
          ? `to move it back anyway, give the field a row with backward: force in ${row}`
          : `to move it back anyway, set backward: force in ${row}`,
  }),
  'no-option': ({ row, property, mapKey, keptIn }) =>
    property === ownerProperty
      ? unknownOwner
      : {
          why: `its value is not an option that ${property ?? 'the property'} accepts${keptText(keptIn)}`,
          remedy: `add the option in HubSpot, or translate the value (${mapKey}) in ${row}`,
        },
  'some-options': ({ row, property, keptIn }) => ({
    why: `some of its values are not options of ${property ?? 'the property'}; the others were written${keptText(keptIn)}`,
    remedy: `add the options in HubSpot, or translate the values in ${row}`,
  }),
  cut: ({ property = 'the property' }) => ({
    why: `it is longer than ${property} allows: only the beginning was written`,
  }),
  unstorable: () => ({
    why: 'it has characters that cannot be stored, such as half of an emoji: the rest was written',
    remedy: 'correct it in Enginy; a program may have cut the text within a character',
  }),
  dropped: ({ row, detail, keptIn }) =>
    detail === undefined
      ? {
          why: 'the transforms or the value map of its row leave nothing of the value',
          remedy: `check the row in ${row}; explain shows each step`,
        }
      : {
          why: `it ${detail}${keptText(keptIn)}`,
          ...(keptIn === undefined && {
            remedy: `to keep the whole text, name a property for it (keep_raw_in) in ${row}`,
          }),
        },
  unreadable: ({ row, kind, detail = 'cannot be read as its property expects', keptIn }) => ({
    why: `its value ${detail}${keptText(keptIn)}`,
    remedy: kind === 'none' ? 'correct it in Enginy' : `correct it in Enginy, or change the transforms in ${row}`,
  }),
  'as-it-came': ({ property = 'its property', detail, keptIn }) => ({
    why:
      detail === undefined
        ? `a new record needs a value in ${property}, so the text was written there unchanged`
        : `its value ${detail}; it was written unchanged to ${property}${keptIn === undefined ? '' : ` and to ${keptIn}`}`,
    remedy: 'correct it in Enginy if it is a mistake',
  }),
  refused: ({ detail }) => ({
    why: `HubSpot rejected the value${detail === undefined ? '' : ` (${detail})`}`,
    remedy: 'correct the value in Enginy, or the rules of the property in HubSpot',
  }),
  taken: ({ property = 'the property', detail = 'another record' }) => ({
    why: `${detail} in HubSpot already has this value, and ${property} belongs to one record only`,
    remedy: 'merge the two records in HubSpot if they are the same',
  }),
  unchecked: ({ property = 'the property' }) => ({
    why: `${property} belongs to one record only, and whether another record has the value could not be checked`,
    remedy: 'send the record again, in a smaller request if there were many new values',
  }),
  'read-only': ({ row, kind, property = 'the property' }) => ({
    why: `${property} is read-only in HubSpot`,
    remedy:
      kind === 'none'
        ? `give the field a row that writes another property in ${row}`
        : `write to another property in ${row}`,
  }),
  'no-property': ({ row, property = 'for it' }) => ({
    why: `HubSpot has no property ${property}`,
    remedy: `create the property in HubSpot, or correct its name in ${row}`,
  }),
  'no-permission': ({ detail }) => ({
    why: `the HubSpot token may not create or read properties${detail === undefined ? '' : ` (missing scope: ${detail})`}`,
    remedy: 'add the scope to the app of the token in HubSpot',
  }),
  limit: ({ key, detail }) => ({
    why: `no more custom properties may be created${detail === undefined ? '' : ` (${detail})`}`,
    remedy: `raise at_most in ${key(['write', 'unknown_fields'])}, or give the field a row`,
  }),
  'no-row': ({ key }) => ({
    why: 'no row of the mapping file writes it, and unknown_fields does not create properties',
    remedy: `add a row for it, or set policy: create in ${key(['write', 'unknown_fields'])}`,
  }),
  'other-field': ({ detail = 'another field' }) => ({
    why: `${detail}, which was also sent, is written instead`,
  }),
  secondary: ({ property = 'the property', detail }) =>
    detail === mergedRecord
      ? {
          why: `HubSpot has merged the record into another one, whose ${property} is kept`,
          remedy: 'sync the record again in Enginy to give Enginy its current id',
        }
      : {
          why: `the record already has this value in another property, and ${property} keeps its primary value`,
          remedy: 'make it the primary value in HubSpot if it is the better one',
        },
  'another-value': ({ property }) =>
    property === undefined
      ? {
          why: 'an earlier request logged this activity with another value, which was kept',
          remedy: 'replace it in HubSpot if the new value is the better one',
        }
      : {
          why: `the create was linked to an existing record, whose other value in ${property} was kept`,
          remedy: 'replace it in HubSpot, or send an update, if the new value is the better one',
        },
  'unknown-owner': () => unknownOwner,
};

function keptText(keptIn: string | undefined): string {
  return keptIn === undefined ? '' : `; the text was kept in ${keptIn}`;
}

/** HubSpot has a value. Only a row can say that it is replaced. */
function keptValue(held: Held): Words {
  const { kind, property = 'the property' } = held;
  switch (kind) {
    case 'identity':
      return { why: 'the record in HubSpot already has another Enginy id, which is never replaced' };
    case 'none':
      return { why: 'HubSpot already has a value' };
    case 'raw text':
      return { why: `${property} already keeps a text, and the row says overwrite: if_empty` };
    case 'field':
      return {
        why: 'HubSpot already has a value, and the row says overwrite: if_empty',
        remedy: overwriteRemedy(held, 'if_empty', 'to replace the value'),
      };
  }
}

/** What to change, or that it was changed since. */
function overwriteRemedy({ row, overwrite }: Held, then: RowPlace['overwrite'], purpose: string): string {
  if (overwrite === undefined || overwrite === then) return `${purpose}, set overwrite: always in ${row}`;
  return `this has changed since: ${row} says overwrite: ${overwrite} now`;
}

/** One line that says why, and one that says what to do where there is something to do. */
export function heldBackLines(heldBack: HeldBack, object: string, places: MappingPlaces): string[] {
  const { field, property, reason } = heldBack;
  const say = Object.hasOwn(words, reason) ? words[reason] : () => ({ why: reason });
  const { place, ...row } = places.row(object, property);
  const { why, remedy }: Words = say({
    ...heldBack,
    ...row,
    row: place,
    key: (path) => places.key(object, path),
    mapKey: object === 'contacts' || object === 'companies' ? 'value_map' : 'map',
  });
  const name = property === undefined || property === field ? field : `${field} → ${property}`;
  return [`${name}: ${why}`, ...(remedy === undefined ? [] : [`  ${remedy}`])];
}
