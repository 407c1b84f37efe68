import { domainToASCII, domainToUnicode } from 'node:url';
import { normalizeUnicode } from './normalize-unicode.ts';
import { isBroken } from './plain-text.ts';
import type { ValueProblem } from './value-problem.ts';
import { standsForNone } from './placeholders/placeholder-address.ts';

const notAnAddress: ValueProblem = { problem: 'is not an email address' };
const placeholder: ValueProblem = { problem: 'is a placeholder address' };

/** One address: no spaces or brackets, a dotted domain whose last label is not a number. Length limits of RFC 5321. */
const emailAddress =
  /^[^\s@<>()[\]\\,;:"]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+(?!\d+$)[\p{L}\p{N}-]{2,63}$/u;

/** A well-formed address, except for case: nearly all of them. */
const plainAddress = /^[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;

/** Parses an email address to its canonical form: bare and lowercase. */
export function normalizeEmail(text: string): string | ValueProblem {
  const isPlain = text.length <= 64 && plainAddress.test(text) && !/xn--/i.test(text);
  const address = isPlain ? text.toLowerCase() : readAddress(text);
  return typeof address === 'string' && standsForNone(address) ? placeholder : address;
}

function readAddress(text: string): string | ValueProblem {
  if (isBroken(text)) return notAnAddress;
  let address = text.replace(/[\u200b-\u200d\u2060\ufeff]/g, '').trim();
  const [, bracketed] = /(?:<|\]\()([^<>()]*)[>)]\s*$/.exec(address) ?? [];
  if (bracketed !== undefined) address = bracketed.trim();
  const [, quoted] = /^(?:'(.*)'|"(.*)"|\((.*)\))$/.exec(address)?.filter((part) => part !== undefined) ?? [];
  address = quoted ?? address;
  address = address
    .replace(/^mailto:/i, '')
    .replace(/\?.*$/s, '')
    .replace(/[.,;]+$/, '')
    .toLowerCase();
  address = normalizeUnicode(address, 'NFC')
    .replace(/[＠﹫]/g, '@')
    // East Asian keyboards type a point of their own, which browsers read as one.
    .replace(/[。．｡](?=[^@]*$)/g, '.');
  if (address.length > 254 || !emailAddress.test(address)) return notAnAddress;
  if (address.startsWith('.') || address.includes('..') || address.includes('.@')) return notAnAddress;
  return oneSpelling(address);
}

/** The composed form, with the domain in letters instead of punycode: `josé@xn--mller-kva.de` → `josé@müller.de`. */
function oneSpelling(address: string): string | ValueProblem {
  const at = address.lastIndexOf('@');
  const ascii = domainToASCII(address.slice(at + 1));
  const domain = domainToUnicode(ascii);
  // A domain that cannot be written in both forms does not exist.
  if (ascii === '' || domain === '' || domainToASCII(domain) !== ascii) return notAnAddress;
  const spelled = `${address.slice(0, at)}@${domain}`;
  return emailAddress.test(spelled) ? spelled : notAnAddress;
}
