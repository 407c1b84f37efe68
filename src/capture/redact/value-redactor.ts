import type { ValueKind } from '../../crm/crm-protocol.ts';
import { hasAddress, replaceAddresses, replaceDomain, replaceUrl } from './addresses.ts';
import { isPersonal, kindOfField } from './field-kinds.ts';
import { replaceInMarkup } from './markup.ts';
import { replaceCompanyName, replacePersonName } from './names.ts';
import { dateKey, looksLikeDate, looksLikeNumber, numberKey, replaceDate, replaceNumber } from './numbers-and-dates.ts';
import { looksLikePhone, replacePhone } from './phones.ts';
import type { Pseudonyms } from './pseudonyms.ts';

export interface ValueSettings {
  readonly pseudonyms: Pseudonyms;
  /** Lower-case values that say nothing about anybody: options of HubSpot's properties, values of the mapping files. */
  readonly constants: ReadonlySet<string>;
  /** What the mapping files and the bridge itself put into texts; one group that is the whole pattern. */
  readonly phrases: RegExp | undefined;
  /** ISO country of telephone numbers without prefix. */
  readonly defaultCountry: string | undefined;
}

/** Replaces the values of one capture. What a value became it becomes everywhere in the capture. */
export interface ValueRedactor {
  value(text: string, kind: ValueKind): string;
  number(value: number, kind: ValueKind): number;
  /** A value that stays as it is, here and where it comes back in another form. */
  keep(text: string): void;
  /** True for a constant of the portal or of the mapping files. */
  known(text: string): boolean;
  /** What was replaced so far: original, kind. */
  replaced(): Iterable<readonly [text: string, kind: ValueKind]>;
}

const YES_OR_NO = /^(?:true|false|yes|no|on|off|null|none|n\/a|-)$/i;
const RANGE =
  /^[<>~]?\s*[\d.,\s]+(?:k|m|bn?)?\s*(?:[-–—+]|to)?\s*(?:[\d.,\s]+)?(?:k|m|bn?)?\s*\+?\s*(?:employees|people)?$/i;
const AMOUNT = /^[a-z]{0,3}\s?\p{Sc}?\s?[\d.,\s]+(?:k|m|mm|mio|mn|bn?|thousand|million|billion)?\s?\p{Sc}?\+?$/iu;

/** Digests and random ids say nothing that could be read from them. */
const GENERATED = /^(?:[0-9a-f]{64}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;

/** Ids have a digit and no spaces; numbers are HubSpot's. */
export function looksLikeId(text: string): boolean {
  return /^(?=\S*\d)[\w.:~-]{1,200}$/.test(text);
}

export function createValueRedactor({ pseudonyms, constants, phrases, defaultCountry }: ValueSettings): ValueRedactor {
  const known = new Map<ValueKind, Map<string, string>>();
  const keptTexts = new Set<string>();
  const keptNumbers = new Set<string>();
  const keptDates = new Set<number>();
  const phoneDigits = new Set<string>();

  function value(text: string, kind: ValueKind): string {
    if (text === '') return text;
    const ofKind = known.get(kind) ?? new Map<string, string>();
    known.set(kind, ofKind);
    const stand = ofKind.get(text) ?? replace(text, kind);
    ofKind.set(text, stand);
    return stand;
  }

  function replace(text: string, kind: ValueKind): string {
    switch (kind) {
      case 'id':
        if (/^\d+$/.test(text)) return text;
        return text.includes('@') || text.includes('/') || !looksLikeId(text) ? free(text) : text;
      case 'email':
        return free(text);
      case 'phone':
        return parts(text, (part) => (looksLikePhone(part) ? phone(part) : free(part)));
      case 'person':
      case 'family name':
        return hasAddress(text) ? free(text) : replacePersonName(pseudonyms, text, kind === 'family name');
      case 'company':
        return hasAddress(text) ? free(text) : replaceCompanyName(pseudonyms, text);
      case 'domain':
        return parts(text, (part) => (isBareDomain(part) ? domain(part) : free(part)));
      case 'url':
        return parts(text, (part) => {
          if (hasAddress(part)) return free(part);
          return /^[^\s/]+\.[^\s/]+(?:\/\S*)?$/.test(part.trim())
            ? replaceUrl(pseudonyms, part)
            : pseudonyms.text(part);
        });
      case 'text':
        return wording(text);
      case 'constant':
      case 'date':
        if (isConstant(text)) {
          keep(text);
          return text;
        }
        return unknown(text);
      case 'unknown':
        return unknown(text);
    }
  }

  function isConstant(text: string): boolean {
    const trimmed = text.trim();
    return (
      constants.has(trimmed.toLowerCase()) ||
      YES_OR_NO.test(trimmed) ||
      RANGE.test(trimmed) ||
      AMOUNT.test(trimmed) ||
      looksLikeDate(trimmed)
    );
  }

  function unknown(text: string): string {
    const trimmed = text.trim();
    if (trimmed === '' || YES_OR_NO.test(trimmed)) return text;
    if (GENERATED.test(trimmed) || keptTexts.has(trimmed.toLowerCase())) return text;
    // Keys of rules with several pairs.
    if (text.includes('\u0001')) return text.split('\u0001').map(unknown).join('\u0001');
    if (/^[[{]/.test(trimmed)) {
      const parsed = parseJson(trimmed);
      if (parsed !== undefined) return JSON.stringify(inner(parsed));
    }
    if (looksLikeDate(trimmed))
      return keptDates.has(dateKey(trimmed) ?? Number.NaN) ? text : replaceDate(pseudonyms, text);
    if (phoneDigits.has(trimmed.replace(/\D/g, ''))) return phone(text);
    if (looksLikeNumber(trimmed)) {
      return keptNumbers.has(numberKey(trimmed) ?? '') ? text : replaceNumber(pseudonyms, text);
    }
    if (looksLikePhone(trimmed)) return phone(text);
    if (text.includes(';') && !text.includes('&')) return parts(text, unknown);
    if (isBareDomain(text)) return domain(text);
    return replaceInMarkup(text, free);
  }

  /** JSON within a text: names stay, values are replaced. */
  function inner(parsed: unknown, kind: ValueKind = 'unknown'): unknown {
    if (typeof parsed === 'string') return value(parsed, kind);
    if (typeof parsed === 'number') return number(parsed, kind);
    if (Array.isArray(parsed)) return parsed.map((entry) => inner(entry, kind));
    if (typeof parsed !== 'object' || parsed === null) return parsed;
    return Object.fromEntries(Object.entries(parsed).map(([name, entry]) => [name, inner(entry, kindWithin(name))]));
  }

  /** What people wrote, perhaps completed by phrases of the mapping files. */
  function wording(text: string): string {
    const replaceAll = (piece: string) => replaceInMarkup(piece, free);
    if (phrases === undefined || !phrases.test(text)) return replaceAll(text);
    return text
      .split(phrases)
      .map((piece, index) => (index % 2 === 1 ? piece : replaceAll(piece)))
      .join('');
  }

  /** Words, and addresses among them. */
  function free(text: string): string {
    return hasAddress(text)
      ? replaceAddresses(pseudonyms, text, (rest) => pseudonyms.text(rest))
      : pseudonyms.text(text);
  }

  function phone(text: string): string {
    const digits = text.replace(/\D/g, '');
    if (digits.length >= 7) {
      phoneDigits.add(digits);
      phoneDigits.add(digits.replace(/^00/, ''));
    }
    return replacePhone(pseudonyms, text, defaultCountry);
  }

  function domain(text: string): string {
    return text.replace(/\S+/, (host) => replaceDomain(pseudonyms, host));
  }

  function keep(text: string): void {
    keptTexts.add(text.trim().toLowerCase());
    const number = numberKey(text);
    if (number !== undefined) keptNumbers.add(number);
    const date = /\d{4}/.test(text) ? dateKey(text) : undefined;
    if (date !== undefined) keptDates.add(date);
  }

  function number(given: number, kind: ValueKind): number {
    if (kind === 'id' || !Number.isFinite(given)) return given;
    const text = String(given);
    if (!isPersonal(kind)) {
      keep(text);
      return given;
    }
    const stand = Number(kind === 'phone' ? phone(text) : value(text, 'unknown'));
    return Number.isFinite(stand) ? stand : given;
  }

  return {
    value,
    number,
    keep,
    known: (text) => constants.has(text.trim().toLowerCase()),
    *replaced() {
      for (const [kind, values] of known) {
        for (const [text, stand] of values) if (text !== stand) yield [text, kind] as const;
      }
    },
  };
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
  return /^\s*(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]+\.?\s*$/u.test(text);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
