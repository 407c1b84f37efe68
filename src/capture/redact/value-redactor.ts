import type { ValueKind } from '../../crm/crm-protocol.ts';
import { isDeeperThan, isObject } from '../../json.ts';
import emptyWords from '../../mapping/data/empty-words.json' with { type: 'json' };
import { findCountry } from '../../mapping/values/country-name.ts';
import { replaceText, replaceUrl } from './addresses.ts';
import { kindOfField } from './field-kinds.ts';
import { replaceInMarkup } from './markup.ts';
import { isMeasure } from './measures.ts';
import { replaceName } from './names.ts';
import { digitsOf, isDate, isNumber, looksLikePhone, replaceNumber, replacePhone, shortestPhone } from './numbers.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { SearchedUrls } from './searched-urls.ts';
import { replaceInSentence } from './sentences.ts';

export interface ValueSettings {
  readonly pseudonyms: Pseudonyms;
  /** Lowercase values that identify no one: options of the portal, values of the mapping files, constants of the contract. */
  readonly constants: ReadonlySet<string>;
  /** What the mapping files and the bridge itself put into texts; one group that is the whole pattern. */
  readonly phrases: RegExp | undefined;
  /** ISO country of phone numbers without prefix. */
  readonly defaultCountry: string | undefined;
  /** Throws {@link OverTimeError} when the capture has taken too long. */
  readonly checkTime?: () => void;
}

/** Replacing the values of a capture took too long. */
export class OverTimeError extends Error {
  override readonly name = 'OverTimeError';
}

/** Longer texts are cut: HubSpot keeps no more of a value (HubSpot's usage guidelines). */
const maxValueLength = 65_536;
const maxLevels = 50;
/** Digests and random ids, from which nothing can be read. */
const generatedId = /^(?:[0-9a-f]{64}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/;
/** Words that mean "no value" to every mapping. */
const lowercaseEmptyWords: ReadonlySet<string> = new Set(emptyWords.map((word) => word.toLowerCase()));
/** Counts, and ids of HubSpot; digits between may be a phone number. */
const numberOfSentence = /^(?:\d{1,6}|\d{8,13}(?: \d{8,13})*)$/;
/** A host, perhaps with a path, and neither a scheme nor a mailbox. */
const bareAddress = /^[^\s/@:][^\s/@:.]*\.[^\s/]+(?:\/\S*)?$/;
const bareDomain = /^(?:[\p{L}\p{N}-]+\.)+\p{L}[\p{L}\p{N}-]+\.?$/u;
const pairMarker = '\u0001';
const anyMarkup = /<|&#?[a-z0-9]{1,31};/i;
/** What may be between the words of a list or the parts of a postal address. */
const listSeparator = /([,;|\n]| [-–·/] )/;
/** What may be between several phone numbers. */
const phoneSeparator = /([;,|/\n])/;

/** Replaces the values of one capture. Equal values get equal placeholders, in every capture with the same secret. */
export class ValueRedactor {
  readonly #settings: ValueSettings;
  readonly #known = new Map<string, string>();
  /** Placeholders of values whose kind is known: the same text gets the same one where its kind is not. */
  readonly #described = new Map<string, string>();
  readonly #searched = new SearchedUrls();
  readonly #keptIds = new Set<string>();
  readonly #keptNames = new Set<string>();
  readonly #replaced = { phones: new Set<string>(), numbers: new Set<string>() };

  constructor(settings: ValueSettings) {
    this.#settings = settings;
  }

  value(given: string, kind: ValueKind): string {
    this.#settings.checkTime?.();
    const text = given.length > maxValueLength ? given.slice(0, maxValueLength) : given;
    const key = `${kind} ${text}`;
    const placeholder = this.#known.get(key) ?? this.#searched.spelling(text) ?? this.#replace(text, kind);
    if (!this.#known.has(key)) this.#searched.learn(text, placeholder);
    if (key.length < 300) {
      this.#known.set(key, placeholder);
      if (!undescribed.has(kind) && !this.#described.has(text.trim()))
        this.#described.set(text.trim(), placeholder.trim());
    }
    return placeholder;
  }

  /** The words of one LinkedIn URL that was replaced before; undefined for other words. */
  words(words: readonly string[]): readonly string[] | undefined {
    return this.#searched.words(words);
  }

  #replace(text: string, kind: ValueKind): string {
    if (text.trim() === '' || this.#keptIds.has(text) || lowercaseEmptyWords.has(text.trim().toLowerCase()))
      return text;
    switch (kind) {
      case 'id':
        return /^\d{1,20}$/.test(text) || generatedId.test(text) ? text : this.#unknown(text);
      case 'email':
      case 'domain':
      case 'url':
        return parts(text, (part) => (bareAddress.test(part.trim()) ? this.#address(part) : this.#plain(part)));
      case 'phone':
        return looksLikePhone(text) ? this.#phone(text) : this.#phones(text);
      case 'person':
      case 'family name':
      case 'company':
        return anyAddress.test(text) ? this.#plain(text) : replaceName(this.#settings.pseudonyms, text, kind);
      case 'text':
        return this.#isConstant(text) || isPlainMeasure(text.trim()) ? text : this.#wording(text);
      case 'constant':
      case 'date':
        return this.#isConstant(text) || isMeasure(text) || findCountry(text) !== undefined
          ? this.#kept(text)
          : this.#unknown(text);
      case 'unknown':
        return this.#unknown(text);
    }
  }

  /** The same number stays where the CRM has it in a property that is not described. */
  #kept(text: string): string {
    this.#keptIds.add(text.trim());
    if (isNumber(text)) this.#keptIds.add(digitsOf(text));
    return text;
  }

  #isConstant(text: string): boolean {
    if (text.length > 200) return false;
    // Many three-letter words are codes, and some of them are names.
    return (
      this.#settings.constants.has(text.trim().toLowerCase()) ||
      (text.trim().length !== 3 && findCountry(text) !== undefined)
    );
  }

  #unknown(text: string): string {
    const trimmed = text.trim();
    if (trimmed === '' || generatedId.test(trimmed) || this.#isConstant(trimmed)) return text;
    if (this.#keptIds.has(trimmed) || (isNumber(trimmed) && this.#keptIds.has(digitsOf(trimmed)))) return text;
    // Keys of rules with several pairs.
    if (text.includes(pairMarker)) return parts(text, (part) => this.#unknown(part), pairMarker);
    const parsed = /^[[{]/.test(trimmed) ? parseJson(trimmed) : undefined;
    if (parsed !== undefined && !isDeeperThan(maxLevels, parsed)) return JSON.stringify(this.json(parsed, 'unknown'));
    const placeholder = this.#described.get(trimmed);
    if (placeholder !== undefined) return text.replace(trimmed, () => placeholder);
    if (this.#isReplacedPhone(trimmed)) return this.#phone(text);
    if (isPlainMeasure(trimmed)) return text;
    if (isNumber(trimmed)) return this.#wholeNumber(text);
    if (text.split(phoneSeparator).some((part) => this.#isReplacedPhone(part))) return this.#phones(text);
    if (text.includes(';') && !text.includes('&')) return parts(text, (part) => this.#unknown(part));
    return text.length <= 260 && bareDomain.test(trimmed) ? this.#address(text) : this.#wording(text);
  }

  /** What came as JSON: names stay, and nothing else that was not judged. Names are not those of the contract, but may say what their values are. */
  json(value: unknown, kind: ValueKind): unknown {
    if (typeof value === 'string') return this.value(value, kind);
    if (typeof value === 'number') return this.number(value, kind);
    if (Array.isArray(value)) return value.map((entry) => this.json(entry, kind));
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, entry]) => {
        this.keepName(name);
        const inner = kindOfField(name);
        return [name, this.json(entry, kindsWithin.has(inner) ? inner : 'unknown')];
      }),
    );
  }

  /**
   * Text that people wrote. Values that the mapping files or the portal offer stay unchanged within lists and composed texts: `Hamburg,
   * Germany`.
   */
  #wording(text: string): string {
    const isOffered = (piece: string) => this.#isConstant(piece) || this.#keptIds.has(piece.trim());
    const pieces = text.split(listSeparator);
    if (anyMarkup.test(text) || !pieces.some(isOffered)) return this.#ownWording(text);
    return pieces.map((piece) => (isOffered(piece) ? piece : this.#ownWording(piece))).join('');
  }

  /** Perhaps completed by phrases of the mapping files. */
  #ownWording(text: string): string {
    const replaceAll = (piece: string) => replaceInMarkup(piece, (part) => this.#plain(part));
    const { phrases } = this.#settings;
    if (phrases === undefined || !phrases.test(text)) return replaceAll(text);
    return text
      .split(phrases)
      .map((piece, index) => (index % 2 === 1 ? piece : replaceAll(piece)))
      .join('');
  }

  /** Several numbers in one text. */
  #phones(text: string): string {
    return text
      .split(phoneSeparator)
      .map((part) => (looksLikePhone(part) ? this.#phone(part) : this.#plain(part)))
      .join('');
  }

  #isReplacedPhone(text: string): boolean {
    return looksLikePhone(text) && this.#replaced.phones.has(digitsOf(text));
  }

  #phone(text: string): string {
    const digits = digitsOf(text);
    this.#replaced.phones.add(digits);
    this.#replaced.phones.add(digits.replace(/^00/, ''));
    return replacePhone(this.#settings.pseudonyms, text, this.#settings.defaultCountry);
  }

  #wholeNumber(text: string): string {
    this.#replaced.numbers.add(digitsOf(text));
    return replaceNumber(this.#settings.pseudonyms, text);
  }

  #address(text: string): string {
    return text.replace(/\S+/, (address) => replaceUrl(this.#settings.pseudonyms, address));
  }

  number(given: number, kind: ValueKind): number {
    const text = String(given);
    if (kind === 'id' || !Number.isFinite(given) || !isNumber(text)) return given;
    if ((kind === 'constant' || kind === 'date') && isMeasure(text)) return Number(this.#kept(text));
    const placeholder = Number(kind === 'phone' && text.length > 6 ? this.#phone(text) : this.value(text, 'unknown'));
    return Number.isFinite(placeholder) ? placeholder : 0;
  }

  #isKept(text: string): boolean {
    return this.#keptIds.has(text) || this.#keptNames.has(text.toLowerCase()) || this.#isConstant(text);
  }

  /** A text of the bridge or of the CRM that may quote values, or that should be structure. */
  sentence(given: string): string {
    this.#settings.checkTime?.();
    return replaceInSentence(given.slice(0, maxValueLength), {
      isKept: (text) => this.#isKept(text),
      quoted: (text) => this.value(text, 'unknown'),
      token: (text) => this.#token(text),
    });
  }

  #token(text: string): string {
    if (this.#isReplacedPhone(text)) return this.#phone(text);
    if (this.#replaced.numbers.has(text)) return this.#wholeNumber(text);
    return isDate(text) || numberOfSentence.test(text) ? text : this.#plain(text);
  }

  /** An id, which stays wherever it is. */
  keepId(id: string): void {
    this.#keptIds.add(id);
  }

  /** The name of a field or property: its words stay in sentences. */
  keepName(name: string): void {
    if (name.length > 200) return;
    this.#keptNames.add(name.toLowerCase());
    for (const word of name.match(/[\p{L}\p{M}]+/gu) ?? []) {
      this.#keptNames.add(word.toLowerCase());
      for (const part of word.match(/\p{Lu}?[\p{Ll}\p{M}]+/gu) ?? []) this.#keptNames.add(part.toLowerCase());
    }
  }

  #plain(text: string): string {
    return replaceText(this.#settings.pseudonyms, text);
  }
}

/** Of what came as JSON within a value, names say these kinds. */
const kindsWithin: ReadonlySet<ValueKind> = new Set(['email', 'phone', 'person', 'family name']);
/** Kinds whose values have no placeholders of a form of their own. */
const undescribed: ReadonlySet<ValueKind> = new Set(['unknown', 'id', 'constant', 'date']);
const anyAddress = /@|:\/\/|www\.|linkedin\.com\//i;

/** A date, a number or a measure, too short for a phone number: it stays. */
function isPlainMeasure(text: string): boolean {
  return isDate(text) || (isMeasure(text) && (text.length > 40 || digitsOf(text).length < shortestPhone));
}

/** `a@example.com;b@example.com`: several values in one text. */
function parts(text: string, replace: (part: string) => string, separator = ';'): string {
  return text.split(separator).map(replace).join(separator);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
