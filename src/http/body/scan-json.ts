import { formatPath } from '../../contract/parse.ts';
import { InvalidRequestError } from '../../errors.ts';
import { type BodyLimits, maxNameBytes } from './body-limits.ts';
import { LongNumbers } from './keep-digits.ts';
import type { LongList } from './parse-in-parts.ts';

type Limits = Pick<BodyLimits, 'maxItems' | 'maxFields' | 'maxValues' | 'maxDepth'>;

interface Container {
  /** Names seen so far; undefined for a list. */
  readonly names: Set<string> | undefined;
  /** The name or index of the current entry. */
  place: string | number;
  /** True where an object's next text is a name. */
  expectsName: boolean;
}

const code = { quote: 0x22, backslash: 0x5c, comma: 0x2c, colon: 0x3a, openList: 0x5b, closeList: 0x5d } as const;
/** An error names the place as deep as this: `contacts[3].customFields.tier`. */
const namedLevels = 5;

const openObject = 0x7b;
const closeObject = 0x7d;
const isBlank = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const tooLarge = { status: 413, code: 'Body too large' } as const;

/** The lists and objects around the current place, and how much they contain. */
class Nesting {
  readonly #open: Container[] = [];
  readonly #limits: Limits;
  #values = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get depth(): number {
    return this.#open.length;
  }

  /** Names and indexes that lead to the innermost container. */
  places(): (string | number)[] {
    return this.#open.slice(0, -1).map(({ place }) => place);
  }

  beginValue(): void {
    const { maxValues, maxItems } = this.#limits;
    this.#values += 1;
    if (this.#values > maxValues) {
      throw new InvalidRequestError(`body has more than ${maxValues} values (MAX_VALUES)`, tooLarge);
    }
    const inside = this.#open.at(-1);
    if (inside?.names !== undefined || typeof inside?.place !== 'number') return;
    inside.place += 1;
    if (inside.place < maxItems) return;
    this.#open.pop();
    throw new InvalidRequestError(`${this.#path()} has more than ${maxItems} entries (MAX_ITEMS)`, tooLarge);
  }

  beginContainer(isObject: boolean): void {
    const { maxDepth } = this.#limits;
    this.beginValue();
    if (this.#open.length >= maxDepth) {
      throw new InvalidRequestError(`${this.#path()} is nested more than ${maxDepth} levels deep (MAX_DEPTH)`);
    }
    this.#open.push(
      isObject
        ? { names: new Set(), place: '', expectsName: true }
        : { names: undefined, place: -1, expectsName: false },
    );
  }

  endContainer(): void {
    this.#open.pop();
  }

  /** After a comma. */
  nextEntry(): void {
    const inside = this.#open.at(-1);
    if (inside?.names !== undefined) inside.expectsName = true;
  }

  /** @param start, end the places of the quotes in the text. */
  addText(text: Buffer, start: number, end: number): void {
    const inside = this.#open.at(-1);
    if (inside?.names === undefined || !inside.expectsName) {
      this.beginValue();
      return;
    }
    inside.expectsName = false;
    inside.place = '';
    if (end - start > maxNameBytes) {
      this.#open.pop();
      throw new InvalidRequestError(`${this.#path()} has a field whose name is longer than ${maxNameBytes} bytes`);
    }
    this.#addName(inside, inside.names, nameOf(text.toString('utf8', start, end + 1)));
  }

  #addName(inside: Container, names: Set<string>, name: string): void {
    const { maxFields } = this.#limits;
    if (names.has(name)) {
      inside.place = name;
      throw new InvalidRequestError(`${this.#path()} is given twice`);
    }
    names.add(name);
    if (names.size > maxFields) {
      this.#open.pop();
      throw new InvalidRequestError(`${this.#path()} has more than ${maxFields} fields (MAX_FIELDS)`);
    }
    inside.place = name;
  }

  #path(): string {
    const places = this.#open.slice(0, namedLevels).map(({ place }) => place);
    return formatPath(places.map((place) => (typeof place === 'string' ? place.slice(0, 100) : place)));
  }
}

/** Finds the outermost lists that are long, and where they can be divided. */
class LongLists {
  readonly found: LongList[] = [];
  readonly #partBytes: number;
  #list: { readonly depth: number; readonly path: (string | number)[]; readonly start: number } | undefined;
  #cuts: number[] = [];
  #partStart = 0;

  constructor(partBytes: number) {
    this.#partBytes = partBytes;
  }

  open(nesting: Nesting, at: number): void {
    if (this.#list !== undefined) return;
    this.#list = { depth: nesting.depth, path: nesting.places(), start: at + 1 };
    this.#cuts = [];
    this.#partStart = at;
  }

  comma(nesting: Nesting, at: number): void {
    if (this.#list?.depth !== nesting.depth || at - this.#partStart < this.#partBytes) return;
    this.#cuts.push(at);
    this.#partStart = at;
  }

  /** Call before the container ends. */
  close(nesting: Nesting, at: number): void {
    if (this.#list?.depth !== nesting.depth) return;
    const { path, start } = this.#list;
    if (this.#cuts.length > 0) this.found.push({ path, start, end: at, cuts: this.#cuts });
    this.#list = undefined;
  }
}

/** Bytes of a part: parsing it takes some ten milliseconds at most. */
const usualPartBytes = 256 * 1024;

export interface JsonScanner {
  /** Reads on for about this many bytes. @returns true once the text has ended. */
  scan(maxBytes: number): boolean;
  /** Those in what was read so far. */
  readonly longLists: readonly LongList[];
  /** Whether what was read so far has a number that JavaScript may be unable to represent. */
  readonly longNumbers: { readonly found: boolean };
}

/**
 * Counts what a JSON text contains without building it, in slices so that other requests are served in between. It does not check the
 * grammar: `JSON.parse` does that afterwards, on a text that is known to be bounded.
 * @throws InvalidRequestError for the first list, object, name or depth over its limit, and for a name that an object has twice.
 */
export function createJsonScanner(text: Buffer, limits: Limits, partBytes = usualPartBytes): JsonScanner {
  const nesting = new Nesting(limits);
  const longLists = new LongLists(partBytes);
  const longNumbers = new LongNumbers();
  let at = 0;
  /** A number, true, false or null that has begun. */
  let isInWord = false;

  const takeText = () => {
    const end = endOfText(text, at);
    nesting.addText(text, at, end);
    at = end;
  };

  /** @returns false for a byte that is neither a bracket nor a comma. */
  const takeStructure = (byte: number): boolean => {
    switch (byte) {
      case openObject:
        nesting.beginContainer(true);
        return true;
      case code.openList:
        nesting.beginContainer(false);
        longLists.open(nesting, at);
        return true;
      case closeObject:
      case code.closeList:
        longLists.close(nesting, at);
        nesting.endContainer();
        return true;
      case code.comma:
        longLists.comma(nesting, at);
        nesting.nextEntry();
        return true;
      default:
        return false;
    }
  };

  return {
    longLists: longLists.found,
    longNumbers,
    scan(maxBytes) {
      const stopAt = Math.min(text.length, at + maxBytes);
      for (; at < stopAt; at += 1) {
        const byte = text[at] as number; // `at` is inside the buffer
        const wasInWord = isInWord;
        isInWord = false;
        if (byte === code.quote) takeText();
        else if (!takeStructure(byte) && byte !== code.colon && !isBlank(byte)) {
          if (!wasInWord) nesting.beginValue();
          longNumbers.see(byte, at, !wasInWord);
          isInWord = true;
        }
      }
      return at >= text.length;
    },
  };
}

/** The index of the closing quote; the text's length if there is none. */
function endOfText(text: Buffer, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === code.quote) return at;
    if (byte === code.backslash) at += 1;
  }
  return text.length;
}

/** `"a"` and `"\u0061"` are the same name. A name that is not JSON is left for the parser to reject. */
function nameOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
