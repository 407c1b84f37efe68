import type { CallMeaning } from '../../crm/crm-protocol.ts';
import type { CapturedExchange } from '../capture-schema.ts';

/** What a call does, without a value. */
export function callTitle(meaning: CallMeaning, { call }: CapturedExchange): string {
  switch (meaning.kind) {
    case 'read':
      return `read ${meaning.objectType} by ${meaning.idProperty ?? 'id'}, ${count(meaning.ids.length, 'value')}`;
    case 'search':
      return `search ${meaning.objectType}, ${count(meaning.terms.length, 'value')}`;
    case 'write':
      return `${meaning.verb} ${meaning.objectType}, ${count(meaning.inputs.length, 'record')}`;
    case 'link':
      return `link ${meaning.from} to ${meaning.to}, ${count(meaning.items.length, 'pair')}`;
    case 'read links':
      return `read links of ${meaning.from} to ${meaning.to}, ${count(meaning.items.length, 'record')}`;
    case 'create properties':
      return `create properties of ${meaning.objectType}: ${meaning.definitions.map(({ name }) => name).join(', ')}`;
    case 'create property group':
    case 'other':
      return call.purpose;
  }
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? '' : 's'}`;
}
