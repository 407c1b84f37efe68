import { formatPath } from '../contract/parse.ts';
import { InvalidRequestError } from '../errors.ts';
import { type BodyLimits, maxNameBytes } from './body-limits.ts';

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

/**
 * Counts what a JSON text contains without building it, in slices so that other requests are served in between. It does not check the
 * grammar: `JSON.parse` does that afterwards, on a text that is known to be bounded.
 * @throws InvalidRequestError for the first list, object, name or depth over its limit, and for a name that an object has twice.
 */
export function createJsonScanner(text: Buffer, limits: Limits): { scan(maxBytes: number): boolean } {
  const open: Container[] = [];
  let at = 0;
  let values = 0;
  /** A number, true, false or null that has begun. */
  let isInWord = false;

  const pathHere = () =>
    formatPath(
      open.slice(0, namedLevels).map(({ place }) => (typeof place === 'string' ? place.slice(0, 100) : place)),
    );

  const beginValue = () => {
    values += 1;
    if (values > limits.maxValues) {
      throw new InvalidRequestError(`body has more than ${limits.maxValues} values (MAX_VALUES)`, tooLarge);
    }
    const inside = open.at(-1);
    if (inside?.names !== undefined || typeof inside?.place !== 'number') return;
    inside.place += 1;
    if (inside.place < limits.maxItems) return;
    open.pop();
    throw new InvalidRequestError(`${pathHere()} has more than ${limits.maxItems} entries (MAX_ITEMS)`, tooLarge);
  };

  const beginContainer = (isObject: boolean) => {
    beginValue();
    if (open.length >= limits.maxDepth) {
      throw new InvalidRequestError(`${pathHere()} is nested more than ${limits.maxDepth} levels deep (MAX_DEPTH)`);
    }
    open.push(
      isObject
        ? { names: new Set(), place: '', expectsName: true }
        : { names: undefined, place: -1, expectsName: false },
    );
  };

  const takeName = (inside: Container, names: Set<string>, end: number) => {
    inside.expectsName = false;
    inside.place = '';
    if (end - at > maxNameBytes) {
      open.pop();
      throw new InvalidRequestError(`${pathHere()} has a field whose name is longer than ${maxNameBytes} bytes`);
    }
    const name = nameOf(text.toString('utf8', at, end + 1));
    if (names.has(name)) {
      inside.place = name;
      throw new InvalidRequestError(`${pathHere()} is given twice`);
    }
    names.add(name);
    if (names.size > limits.maxFields) {
      open.pop();
      throw new InvalidRequestError(`${pathHere()} has more than ${limits.maxFields} fields (MAX_FIELDS)`);
    }
    inside.place = name;
  };

  const takeText = () => {
    const end = endOfText(text, at);
    const inside = open.at(-1);
    if (inside?.names !== undefined && inside.expectsName) takeName(inside, inside.names, end);
    else beginValue();
    at = end;
  };

  return {
    /** Reads on for about this many bytes. @returns true once the text has ended. */
    scan(maxBytes) {
      const stopAt = Math.min(text.length, at + maxBytes);
      for (; at < stopAt; at += 1) {
        const byte = text[at] as number; // `at` is inside the buffer
        const wasInWord = isInWord;
        isInWord = false;
        if (byte === code.quote) takeText();
        else if (byte === openObject || byte === code.openList) beginContainer(byte === openObject);
        else if (byte === closeObject || byte === code.closeList) open.pop();
        else if (byte === code.comma) {
          const inside = open.at(-1);
          if (inside?.names !== undefined) inside.expectsName = true;
        } else if (byte !== code.colon && !isBlank(byte)) {
          if (!wasInWord) beginValue();
          isInWord = true;
        }
      }
      return at >= text.length;
    },
  };
}

const tooLarge = { status: 413, code: 'Body too large' } as const;

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
