import type { ValueKind } from '../../crm/crm-protocol.ts';
import { hasAddress, replaceAddresses } from './addresses.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** Finds values where they are quoted within sentences, of HubSpot's or of the bridge's, and replaces them there. */
export interface Quotations {
  /** A sentence that may quote: only quoted words are replaced. */
  sentence(text: string): string;
  /** An id that may be made of a name. */
  id(text: string): string;
}

/** A word in the text and whether it belongs to a value. */
interface Token {
  readonly start: number;
  readonly end: number;
  readonly word: string;
}

const TOKEN = /[\p{L}\p{M}]+|\p{Nd}+/gu;
const ASCII_TOKEN = /[a-z]+|[0-9]+/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII, which is faster to search
const ASCII = /^[\x00-\x7f]*$/;
/** Words of names count alone; other values only whole, or by three words in a row. */
const NAMES: ReadonlySet<ValueKind> = new Set(['person', 'family name', 'company', 'email', 'domain', 'url']);

/**
 * Words that sentences of the bridge and of HubSpot are made of: somebody's name that is one of them is not found where it stands
 * alone in a sentence, which would then say nothing about him.
 */
const SENTENCES: ReadonlySet<string> = new Set(
  (
    'a about above accept accepted accepts access account add after again all allowed allows already an and another answer answered any api app ' +
    'are as asked at available back batch be because been before being belongs body bridge but by call calls can cannot code com companies ' +
    'company conflict contact contacts context could create created creating crm custom daily data date day deadline default defined denied did ' +
    'does done down duplicate each either email empty enginy error errors example exist existing exists failed field fields file for form found ' +
    'from given group had has have here held holds hs https hubspot id ids if in input inputs into invalid is isvalid it item its json key known ' +
    'lacks last later left length lifecycle limit line link linkedin list long longer lost made mail mapping match matches may merged message ' +
    'minutes missing more must name named names new no not nothing null number object of on one only open option options or other others out ' +
    'owner path permission perhaps phone placed portal problem properties property propertyname propertyvaluecoordinates rate read reached read ' +
    'reason record records refused renewed request requests required resource result results row rule said same say scope search seconds see send ' +
    'sent server set several should something spam status such task tasks text than that the their them there these they this time to token too ' +
    'type unable unavailable unknown until updated upper url use used user valid value values was way we were what when where which while who ' +
    'whole will with within without wrong written www you your'
  ).split(' '),
);

export function createQuotations(
  pseudonyms: Pseudonyms,
  replaced: Iterable<readonly [text: string, kind: ValueKind]>,
): Quotations {
  const values = [...replaced];
  let runs: ReadonlySet<string> | undefined;
  let nameWords: ReadonlySet<string> | undefined;

  function isMarked(runs: ReadonlySet<string>, tokens: readonly Token[]): boolean[] {
    const marked = new Array<boolean>(tokens.length).fill(false);
    const wordAt = (index: number) => tokens[index]?.word ?? '';
    for (let at = 0; at < tokens.length; at += 1) {
      const long = [wordAt(at), wordAt(at + 1), wordAt(at + 2)];
      const length = [3, 2, 1].find((count) => runs.has(long.slice(0, count).join(' '))) ?? 0;
      for (let offset = 0; offset < length; offset += 1) marked[at + offset] = true;
    }
    return marked;
  }

  function replaceQuoted(runs: ReadonlySet<string>, text: string): string {
    const tokens = tokensOf(text);
    const marked = isMarked(runs, tokens);
    let result = '';
    let at = 0;
    tokens.forEach(({ start, end }, index) => {
      const isCutOff = marked[index - 1] === true && /^(?:…|\.\.\.)/.test(text.slice(end));
      const original = text.slice(start, end);
      const isQuoted = marked[index] === true || isCutOff;
      result += text.slice(at, start) + (isQuoted ? pseudonyms.text(original) : original);
      at = end;
    });
    return result + text.slice(at);
  }

  return {
    sentence(text) {
      runs ??= indexOf(values, indexValue);
      const all = runs;
      const rest = (between: string) => replaceQuoted(all, between);
      return hasAddress(text) ? replaceAddresses(pseudonyms, text, rest) : rest(text);
    },
    id(text) {
      nameWords ??= indexOf(values, indexName);
      const names = nameWords;
      return text.replace(/\p{L}{3,}/gu, (word) => (names.has(word.toLowerCase()) ? pseudonyms.text(word) : word));
    },
  };
}

type Values = readonly (readonly [text: string, kind: ValueKind])[];

function indexOf(values: Values, add: (into: Set<string>, text: string, kind: ValueKind) => void): ReadonlySet<string> {
  const index = new Set<string>();
  for (const [text, kind] of values) add(index, text, kind);
  return index;
}

function indexName(names: Set<string>, text: string, kind: ValueKind): void {
  if (!NAMES.has(kind)) return;
  for (const { word } of tokensOf(text)) if (isTelling(word)) names.add(word);
}

/** Runs of one to three words by which a value is found within a sentence. */
function indexValue(runs: Set<string>, text: string, kind: ValueKind): void {
  const tokens = tokensOf(text).map(({ word }) => word);
  const countAlone = tokens.length === 1 || (NAMES.has(kind) && (isNameKind(kind) || !/\s/.test(text.trim())));
  for (const word of countAlone ? tokens.filter(isTelling) : []) runs.add(word);
  const length = Math.min(tokens.length, 3);
  for (let at = 0; length > 1 && at + length <= tokens.length; at += 1) {
    const words = tokens.slice(at, at + length);
    // A run that is nothing but words of our own sentences would be found in every one of them.
    if (words.some((word) => !SENTENCES.has(word))) runs.add(words.join(' '));
  }
}

function isNameKind(kind: ValueKind): boolean {
  return kind === 'person' || kind === 'family name' || kind === 'company';
}

function isTelling(word: string): boolean {
  return word.length >= 3 && !SENTENCES.has(word);
}

function tokensOf(text: string): Token[] {
  return [...text.matchAll(ASCII.test(text) ? ASCII_TOKEN : TOKEN)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    word: match[0].toLowerCase(),
  }));
}
