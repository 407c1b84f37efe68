import type { ValueKind } from '../../crm/crm-protocol.ts';
import { isDeeperThan } from '../../json.ts';
import emptyWords from '../../mapping/data/empty-words.json' with { type: 'json' };
import { findCountry } from '../../mapping/values/country-name.ts';
import { replaceDomain, replaceText, replaceUrl } from './addresses.ts';
import { kindOfField } from './field-kinds.ts';
import { replaceInMarkup } from './markup.ts';
import { replaceCompanyName, replaceFamilyName, replacePersonName } from './names.ts';
import { digitsOf, isDate, isNumber, looksLikePhone, replaceNumber, replacePhone, shortestPhone } from './numbers.ts';
import { betweenOffered } from './offered-words.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { replaceInSentence } from './sentences.ts';

export interface ValueSettings {
  readonly pseudonyms: Pseudonyms;
  /** Lowercase values that identify no one: options of the portal, values of the mapping files, constants of the contract. */
  readonly constants: ReadonlySet<string>;
  /** What the mapping files and the bridge itself put into texts; one group that is the whole pattern. */
  readonly phrases: RegExp | undefined;
  /** ISO country of telephone numbers without prefix. */
  readonly defaultCountry: string | undefined;
  /** Throws {@link OverTimeError} when the capture has taken too long. */
  readonly checkTime?: () => void;
}

/** Replaces the values of one capture. Equal values get equal placeholders, in every capture with the same secret. */
export interface ValueRedactor {
  value(text: string, kind: ValueKind): string;
  number(value: number, kind: ValueKind): number;
  /** A text of the bridge or of the CRM that may quote values, or that should be structure. */
  sentence(text: string): string;
  /** An id, which stays wherever it is. */
  keepId(id: string): void;
  /** The name of a field or property: its words stay in sentences. */
  keepName(name: string): void;
}

/** Replacing the values of a capture took too long. */
export class OverTimeError extends Error {
  override readonly name = 'OverTimeError';
}

/** Longer texts are cut: HubSpot keeps no more of a value (HubSpot's usage guidelines). */
const longestValue = 65_536;
const maxLevels = 50;
const YES_OR_NO = /^(?:true|false|yes|no|on|off|null|none|n\/a|-)$/i;
/** Digests and random ids, from which nothing can be read. */
const GENERATED = /^(?:[0-9a-f]{64}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;
/** Words that mean "no value" to every mapping. */
const EMPTY: ReadonlySet<string> = new Set(emptyWords.map((word) => word.toLowerCase()));
/** What may be between several telephone numbers. */
const PHONE_SEPARATOR = /([;,|/\n])/;
/** What may be around the numbers of a size or an amount. */
const UNITS = new Set([
  ...'k m mm mio mn b bn thousand million billion to employees people'.split(' '),
  ...Intl.supportedValuesOf('currency').map((code) => code.toLowerCase()),
]);

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: its functions share what this capture has replaced and kept
export function createValueRedactor(settings: ValueSettings): ValueRedactor {
  const known = new Map<string, string>();
  /** Placeholders of values whose kind is known: the same text gets the same one where its kind is not. */
  const described = new Map<string, string>();
  const keptIds = new Set<string>();
  const keptNames = new Set<string>();
  const replaced = { phones: new Set<string>(), numbers: new Set<string>() };
  const { pseudonyms, constants, defaultCountry } = settings;
  const plain = (text: string) => replaceText(pseudonyms, text);

  function value(given: string, kind: ValueKind): string {
    settings.checkTime?.();
    const text = given.length > longestValue ? given.slice(0, longestValue) : given;
    const key = `${kind} ${text}`;
    const placeholder = known.get(key) ?? replace(text, kind);
    if (key.length < 300) {
      known.set(key, placeholder);
      if (isDescribed(kind) && !described.has(text.trim())) described.set(text.trim(), placeholder.trim());
    }
    return placeholder;
  }

  function replace(text: string, kind: ValueKind): string {
    if (text.trim() === '' || keptIds.has(text) || EMPTY.has(text.trim().toLowerCase())) return text;
    switch (kind) {
      case 'id':
        return /^\d{1,20}$/.test(text) || GENERATED.test(text) ? text : unknown(text);
      case 'email':
        return parts(text, plain);
      case 'phone':
        return looksLikePhone(text) ? phone(text) : phones(text);
      case 'person':
        return hasAddress(text) ? plain(text) : replacePersonName(pseudonyms, text);
      case 'family name':
        return hasAddress(text) ? plain(text) : replaceFamilyName(pseudonyms, text);
      case 'company':
        return hasAddress(text) ? plain(text) : replaceCompanyName(pseudonyms, text);
      case 'domain':
        return parts(text, (part) => (isBareDomain(part) ? domain(part) : plain(part)));
      case 'url':
        return parts(text, (part) => (/^\s*[^\s/@:]+\.[^\s/]+(?:\/\S*)?\s*$/.test(part) ? url(part) : plain(part)));
      case 'text':
        return isConstant(text) ? text : wording(text);
      case 'constant':
      case 'date':
        return isConstant(text) || isMeasure(text) || findCountry(text) !== undefined ? kept(text) : unknown(text);
      case 'unknown':
        return unknown(text);
    }
  }

  /** The same number stays where the CRM has it in a property that is not described. */
  function kept(text: string): string {
    keptIds.add(text.trim());
    if (isNumber(text)) keptIds.add(digitsOf(text));
    return text;
  }

  function isConstant(text: string): boolean {
    return text.length <= 200 && constants.has(text.trim().toLowerCase());
  }

  function unknown(text: string): string {
    const trimmed = text.trim();
    if (trimmed === '' || YES_OR_NO.test(trimmed) || GENERATED.test(trimmed)) return text;
    if (keptIds.has(trimmed) || isConstant(trimmed)) return text;
    if (isNumber(trimmed) && keptIds.has(digitsOf(trimmed))) return text;
    // Keys of rules with several pairs.
    if (text.includes('\u0001')) return text.split('\u0001').map(unknown).join('\u0001');
    const structured = withinJson(trimmed);
    if (structured !== undefined) return structured;
    const placeholder = described.get(trimmed);
    if (placeholder !== undefined) return text.replace(trimmed, () => placeholder);
    const digits = trimmed.length <= 40 ? digitsOf(trimmed) : '';
    if (isReplacedPhone(trimmed)) return phone(text);
    if (isDate(trimmed) || (isMeasure(trimmed) && digits.length < shortestPhone)) return text;
    if (isNumber(trimmed)) return wholeNumber(text);
    if (PHONE_SEPARATOR.test(text) && text.split(PHONE_SEPARATOR).some(isReplacedPhone)) return phones(text);
    if (text.includes(';') && !text.includes('&')) return parts(text, unknown);
    return isBareDomain(text) ? domain(text) : wording(text);
  }

  function withinJson(text: string): string | undefined {
    const parsed = /^[[{]/.test(text) ? parseJson(text) : undefined;
    return parsed === undefined || isDeeperThan(maxLevels, parsed)
      ? undefined
      : JSON.stringify(inner(parsed, 'unknown'));
  }

  /** JSON within a text: names stay, values are replaced. */
  function inner(parsed: unknown, kind: ValueKind): unknown {
    if (typeof parsed === 'string') return value(parsed, kind);
    if (typeof parsed === 'number') return number(parsed, kind);
    if (Array.isArray(parsed)) return parsed.map((entry) => inner(entry, kind));
    if (typeof parsed !== 'object' || parsed === null) return parsed;
    return Object.fromEntries(Object.entries(parsed).map(([name, entry]) => [name, inner(entry, kindWithin(name))]));
  }

  /** What people wrote, perhaps completed by phrases of the mapping files. */
  function wording(text: string): string {
    return betweenOffered(text, (piece) => isConstant(piece) || keptIds.has(piece.trim()), ownWording);
  }

  function ownWording(text: string): string {
    const replaceAll = (piece: string) => replaceInMarkup(piece, plain);
    const { phrases } = settings;
    if (phrases === undefined || !phrases.test(text)) return replaceAll(text);
    return text
      .split(phrases)
      .map((piece, index) => (index % 2 === 1 ? piece : replaceAll(piece)))
      .join('');
  }

  /** Several numbers in one text. */
  function phones(text: string): string {
    return text
      .split(PHONE_SEPARATOR)
      .map((part) => (looksLikePhone(part) ? phone(part) : plain(part)))
      .join('');
  }

  function isReplacedPhone(text: string): boolean {
    return looksLikePhone(text) && replaced.phones.has(digitsOf(text));
  }

  function phone(text: string): string {
    const digits = digitsOf(text);
    replaced.phones.add(digits);
    replaced.phones.add(digits.replace(/^00/, ''));
    return replacePhone(pseudonyms, text, defaultCountry);
  }

  function wholeNumber(text: string): string {
    replaced.numbers.add(digitsOf(text));
    return replaceNumber(pseudonyms, text);
  }

  function domain(text: string): string {
    return text.replace(/\S+/, (host) => replaceDomain(pseudonyms, host));
  }

  function url(text: string): string {
    return text.replace(/\S+/, (address) => replaceUrl(pseudonyms, address));
  }

  function number(given: number, kind: ValueKind): number {
    const text = String(given);
    if (kind === 'id' || !Number.isFinite(given) || !isNumber(text)) return given;
    if ((kind === 'constant' || kind === 'date') && isMeasure(text)) return Number(kept(text));
    const placeholder = Number(kind === 'phone' && text.length > 6 ? phone(text) : value(text, 'unknown'));
    return Number.isFinite(placeholder) ? placeholder : 0;
  }

  function isKept(text: string): boolean {
    return keptIds.has(text) || keptNames.has(text.toLowerCase()) || isConstant(text);
  }

  return {
    value,
    number,
    sentence(given) {
      settings.checkTime?.();
      return replaceInSentence(given.slice(0, longestValue), {
        isKept,
        quoted: (text) => value(text, 'unknown'),
        word: (text) =>
          replaced.phones.has(text)
            ? phone(text)
            : replaced.numbers.has(text)
              ? wholeNumber(text)
              : /^\d+$/.test(text) || isDate(text)
                ? text
                : plain(text),
        number: (text) => (replaced.phones.has(digitsOf(text)) ? phone(text) : plain(text)),
      });
    },
    keepId: (id) => keptIds.add(id),
    keepName(name) {
      if (name.length > 200) return;
      keptNames.add(name.toLowerCase());
      for (const word of name.match(/[\p{L}\p{M}]+/gu) ?? []) {
        keptNames.add(word.toLowerCase());
        for (const part of word.match(/\p{Lu}?[\p{Ll}\p{M}]+/gu) ?? []) keptNames.add(part.toLowerCase());
      }
    },
  };
}

/** Whether a value of this kind is personal, and gets a placeholder of a form of its own. */
function isDescribed(kind: ValueKind): boolean {
  return kind !== 'unknown' && kind !== 'id' && kind !== 'constant' && kind !== 'date';
}

/** At most two numbers, as in `51-200` or `EUR 1.5M`, and units. */
function isMeasure(text: string): boolean {
  const trimmed = text.trim();
  if (isDate(trimmed) || YES_OR_NO.test(trimmed)) return true;
  if (trimmed.length > 60 || !/^[\d\s.,'’<>~+\-–—\p{L}\p{Sc}]+$/u.test(trimmed)) return false;
  const numbers = trimmed.replace(/(?<=\d)[.,'’](?=\d)/g, '').match(/\d+/g) ?? [];
  const isSized = numbers.length >= 1 && numbers.length <= 2 && numbers.every((digits) => digits.length <= 13);
  return isSized && (trimmed.match(/\p{L}+/gu) ?? []).every((word) => UNITS.has(word.toLowerCase()));
}

function hasAddress(text: string): boolean {
  return /@|:\/\/|www\.|linkedin\.com\//i.test(text);
}

/** Names within JSON are not those of the contract, but may say what their values are. */
function kindWithin(name: string): ValueKind {
  const kind = kindOfField(name);
  return ['email', 'phone', 'person', 'family name'].includes(kind) ? kind : 'unknown';
}

/** `a@example.com;b@example.com`: several values in one text. */
function parts(text: string, replace: (part: string) => string): string {
  return text.includes(';') ? text.split(';').map(replace).join(';') : replace(text);
}

function isBareDomain(text: string): boolean {
  const host = text.length <= 260 ? text.trim() : '';
  return /^(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+\.?$/u.test(host);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
