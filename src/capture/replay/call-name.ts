import type { CallReader, WireCall } from '../../crm/crm-protocol.ts';

/** A call in a few words, for a person: `search contacts for email=ada@example.com and 2 more`. */
export function callName(reader: CallReader, call: WireCall): string {
  const meaning = reader.meaningOf(call);
  switch (meaning.kind) {
    case 'read':
      return `read ${meaning.objectType} by ${meaning.idProperty ?? 'id'} ${firstOf(meaning.ids)}`;
    case 'search':
      return `search ${meaning.objectType} for ${firstOf(meaning.terms)}`;
    case 'write':
      return `${meaning.verb} ${meaning.objectType} ${firstOf(meaning.inputs.map((input) => reader.nameOf(input)))}`.trimEnd();
    case 'link':
    case 'read links':
      return `${meaning.kind} of ${meaning.from} ${firstOf(meaning.items.map(({ fromId }) => fromId))} to ${meaning.to}`;
    case 'create properties':
      return `create the property ${firstOf(meaning.definitions.map(({ name }) => name))} of ${meaning.objectType}`;
    case 'create property group':
    case 'other':
      return `${call.method} ${call.path}`;
  }
}

function firstOf(values: readonly string[]): string {
  const [first = ''] = values;
  return values.length > 1 ? `${first} and ${values.length - 1} more` : first;
}
