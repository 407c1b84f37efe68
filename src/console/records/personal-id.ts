import { bareName } from './bare-name.ts';

export type PersonalKind = 'email' | 'phone number' | 'address' | 'name';

/** What kind of personal data an Enginy id is: some callers send an email address, a phone number, a URL or a name as the id. */
export function personalKindOf(id: string): PersonalKind | undefined {
  return kindOf(id.trim()) ?? kindOf(bareName(id));
}

function kindOf(text: string): PersonalKind | undefined {
  if (/[^\s@]@[^\s@]/.test(text)) return 'email';
  if (/^[a-z][a-z\d+.-]*:\/\/|^www\.|linkedin\.com/i.test(text)) return 'address';
  if (isDialed(text)) return 'phone number';
  // At least two words: a single one may be any id.
  return /\p{L}[.'’]?\s+\p{L}{2}/u.test(text) ? 'name' : undefined;
}

/** The same for the name of a field, which may consist of several words: `Lead score`. */
export function personalKindOfField(name: string): PersonalKind | undefined {
  const kind = personalKindOf(name);
  return kind === 'name' ? undefined : kind;
}

/** Digits alone are an id, unless they begin as a phone number does. */
function isDialed(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  if (digits < 7 || digits > 20 || !/^[\d\s()./+-]+$/.test(text)) return false;
  const isDate = /^\d{4}[-./]\d{1,2}[-./]\d{1,2}(?!\d)/.test(text);
  return !isDate && (/[\s()./+-]/.test(text) || /^0\d{8}/.test(text));
}
