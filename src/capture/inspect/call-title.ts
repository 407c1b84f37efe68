import type { CallMeaning } from '../../crm/crm-protocol.ts';
import type { CapturedExchange } from '../capture-schema.ts';
import { counted } from '../../counted.ts';

/** What a call does, without a value. */
export function callTitle(meaning: CallMeaning, { call }: CapturedExchange): string {
  switch (meaning.kind) {
    case 'read':
      return `read ${meaning.objectType} by ${meaning.idProperty ?? 'id'}, ${counted(meaning.ids.length, 'value')}`;
    case 'search':
      return `search ${meaning.objectType}, ${counted(meaning.terms.length, 'value')}`;
    case 'write':
      return `${meaning.verb} ${meaning.objectType}, ${counted(meaning.inputs.length, 'record')}`;
    case 'link':
      return `link ${meaning.from} to ${meaning.to}, ${counted(meaning.items.length, 'pair')}`;
    case 'read links':
      return `read links of ${meaning.from} to ${meaning.to}, ${counted(meaning.items.length, 'record')}`;
    case 'create properties':
      return `create properties of ${meaning.objectType}: ${meaning.definitions.map(({ name }) => name).join(', ')}`;
    case 'create property group':
    case 'other':
      return call.purpose;
  }
}
