import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ValueKind } from '../../crm/crm-protocol.ts';
import { readRegularFile } from '../../regular-file.ts';
import {
  CaptureFileError,
  isCaptureFileName,
  parseCaptureText,
  readCapture,
  readCaptureText,
} from '../capture-file.ts';
import type { Capture } from '../capture-schema.ts';
import { createPseudonyms } from '../redact/pseudonyms.ts';
import { createValueRedactor } from '../redact/value-redactor.ts';

export interface FoundCapture {
  readonly name: string;
  readonly file: string;
  readonly capture: Capture;
}

/**
 * The captures of a folder, oldest first. Files that cannot be read are listed in `problems`.
 * @param text only those that mention it: an id, or an email, name or number, whose placeholder is looked for `since`, `until`: milliseconds since 1970.
 */
export function findCaptures(
  folder: string,
  options: {
    readonly text?: string;
    readonly secret?: string;
    readonly newest?: number;
    readonly since?: number;
    readonly until?: number;
  } = {},
): { readonly found: readonly FoundCapture[]; readonly problems: readonly string[] } {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = options;
  const names = captureNames(folder).filter((name) => momentOf(name) >= since && momentOf(name) <= until);
  const needles =
    options.text === undefined ? undefined : spellingsOf(options.text, options.secret ?? ownSecret(folder));
  const found: FoundCapture[] = [];
  const problems: string[] = [];
  for (const name of names.toReversed()) {
    if (options.newest !== undefined && found.length >= options.newest) break;
    const file = join(folder, name);
    try {
      const content = readCaptureText(file);
      if (needles !== undefined && !mentions(content, needles)) continue;
      found.push({ name, file, capture: parseCaptureText(content, file) });
    } catch (error) {
      if (!(error instanceof CaptureFileError)) throw error;
      problems.push(error.message);
    }
  }
  return { found: found.reverse(), problems };
}

/**
 * One capture by its path, by part of its name, or by the beginning of its request id.
 * @throws CaptureFileError when there is none, or more than one.
 */
export function findCapture(folder: string, reference: string): FoundCapture {
  if (existsSync(reference)) return { name: reference, file: reference, capture: readCapture(reference) };
  const names = captureNames(folder).filter((name) => name.includes(reference));
  const [only, second] = names;
  if (only !== undefined && second === undefined) {
    const file = join(folder, only);
    return { name: only, file, capture: readCapture(file) };
  }
  if (second !== undefined) throw new CaptureFileError(`${names.length} captures have ${reference} in their name`);
  const found = findCaptures(folder).found.filter(({ capture }) => capture.requestId.startsWith(reference));
  const exact = found.filter(({ capture }) => capture.requestId === reference);
  const [match, another] = exact.length > 0 ? exact : found;
  if (match !== undefined && another === undefined) return match;
  if (another !== undefined)
    throw new CaptureFileError(`${found.length} captures have a request id that begins with ${reference}`);
  throw new CaptureFileError(`There is no capture ${reference}, neither as a file nor in ${folder}`);
}

/** Milliseconds since 1970, from the name. */
function momentOf(name: string): number {
  return Date.parse(name.slice(0, 24).replace(/T(\d{2})-(\d{2})-/, 'T$1:$2:'));
}

function captureNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter(isCaptureFileName).sort();
}

function ownSecret(folder: string): string | undefined {
  const file = join(folder, '.secret');
  return existsSync(file) ? readRegularFile(file, 1_000).trim() : undefined;
}

const kinds: readonly ValueKind[] = ['email', 'phone', 'person', 'family name', 'company', 'domain', 'url', 'text'];

/** The text itself and every placeholder that it may have become, as they stand in JSON, lower-case. */
function spellingsOf(text: string, secret: string | undefined): string[] {
  const spellings = [text];
  if (secret !== undefined) {
    const values = createValueRedactor({
      pseudonyms: createPseudonyms(secret),
      constants: new Set(),
      phrases: undefined,
      defaultCountry: undefined,
    });
    for (const kind of kinds) spellings.push(values.value(text, kind));
  }
  return [...new Set(spellings)].map((spelling) => JSON.stringify(spelling).slice(1, -1).toLowerCase());
}

/** Ids count whole: `lead-7` is not in `lead-77`. */
function mentions(content: string, needles: readonly string[]): boolean {
  const text = content.toLowerCase();
  return needles.some((needle) => {
    for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
      const around = [text.charAt(at - 1), text.charAt(at + needle.length)];
      if (!around.some((character) => /[a-z0-9_-]/.test(character))) return true;
    }
    return false;
  });
}
