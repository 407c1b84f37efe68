/** Calling codes of one and two digits; all others have three. The codes are free of prefixes of each other. */
const shortCodes = new Set(
  '1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98'.split(
    ' ',
  ),
);

/** The number as HubSpot indexes it for search: digits with the country code (international) or without it (national); '' when there are none. */
export function phoneDigits(phone: string): { national: string; international: string } {
  const digits = phone.replace(/\D/g, '');
  // A leading 00 is the international prefix only in front of a whole number: the raw text "00004" is indexed as 4.
  const international = /^\s*(\+|00[1-9])/.test(phone);
  if (!international) return { national: digits.replace(/^0+/, ''), international: '' };
  const full = digits.replace(/^00/, '');
  const code =
    [1, 2].map((length) => full.slice(0, length)).find((prefix) => shortCodes.has(prefix)) ?? full.slice(0, 3);
  const rest = full.slice(code.length).replace(/^0+/, '');
  // Too short or too long for the country: not a real number, so HubSpot leaves its digits alone (seen with +1 555-1234).
  const isPlausible = code === '1' ? rest.length === 10 : rest.length >= 6 && rest.length <= 12;
  return { national: isPlausible ? rest : full, international: full };
}
