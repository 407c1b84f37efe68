import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ValueKind } from '../../crm/crm-protocol.ts';
import { readRegularFile } from '../../regular-file.ts';
import {
  CaptureFileError,
  captureMoment,
  idInName,
  parseCaptureText,
  readCapture,
  readCaptureText,
  requestIdInName,
} from '../capture-file.ts';
import type { Capture } from '../capture-schema.ts';
import { Pseudonyms } from '../redact/pseudonyms.ts';
import { ValueRedactor } from '../redact/value-redactor.ts';
import { captureNamesIn } from './capture-of-request.ts';

export interface FoundCapture {
  readonly name: string;
  readonly file: string;
  readonly capture: Capture;
}

/**
 * The captures of a folder, oldest first. Files that cannot be read are listed in `problems`.
 * @param text only those that mention it: an id, or an email, name or number, whose placeholder is looked for; or a request id, of
 * which the first eight characters are enough. `since`, `until`: milliseconds since 1970.
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
  const names = captureNamesIn(folder).filter((name) => captureMoment(name) >= since && captureMoment(name) <= until);
  const spellings =
    options.text === undefined ? undefined : spellingsOf(options.text, options.secret ?? ownSecret(folder));
  const found: FoundCapture[] = [];
  const problems: string[] = [];
  for (const name of names.toReversed()) {
    if (options.newest !== undefined && found.length >= options.newest) break;
    const file = join(folder, name);
    try {
      const content = readCaptureText(file);
      if (spellings !== undefined && !isOfRequest(name, options.text) && !mentions(content, spellings)) continue;
      found.push({ name, file, capture: parseCaptureText(content, file) });
    } catch (error) {
      if (!(error instanceof CaptureFileError)) throw error;
      problems.push(error.message);
    }
  }
  return { found: found.reverse(), problems };
}

/**
 * One capture by its path, by its request id or the beginning of it, or by part of its name.
 * @throws CaptureFileError when there is none, or more than one.
 */
export function findCapture(folder: string, reference: string): FoundCapture {
  if (existsSync(reference)) return { name: reference, file: reference, capture: readCapture(reference) };
  const name = nameFor(captureNamesIn(folder), reference);
  if (name !== undefined) {
    const file = join(folder, name);
    return { name, file, capture: readCapture(file) };
  }
  // Names of captures of earlier versions have no request id.
  const { found } = findCaptures(folder);
  const mentioning = found.filter(({ capture }) => capture.requestId.startsWith(reference));
  const only = onlyOne(
    mentioning.map((each) => each.name),
    reference,
  );
  const match = mentioning.find((each) => each.name === only);
  if (match !== undefined) return match;
  throw new CaptureFileError(`There is no capture ${reference}, neither as a file nor in ${folder}`);
}

function nameFor(names: readonly string[], reference: string): string | undefined {
  const id = idInName(reference);
  const choices = [
    names.filter((name) => requestIdInName(name) === id),
    names.filter((name) => requestIdInName(name)?.startsWith(id)),
    names.filter((name) => name.includes(reference)),
  ];
  return onlyOne(choices.find((choice) => choice.length > 0) ?? [], reference);
}

function onlyOne(names: readonly string[], reference: string): string | undefined {
  if (names.length <= 1) return names[0];
  const newest = names.slice(-maxListed).join(', ');
  throw new CaptureFileError(`${names.length} captures fit ${reference}; choose one by its name: ${newest}`);
}

/** Of captures that fit, this many are listed. */
const maxListed = 5;

function ownSecret(folder: string): string | undefined {
  const file = join(folder, '.secret');
  return existsSync(file) ? readRegularFile(file, 1_000).trim() : undefined;
}

/** A shorter search text is not treated as a request id. */
const shortestId = 8;

function isOfRequest(name: string, text = ''): boolean {
  return text.length >= shortestId && requestIdInName(name)?.startsWith(idInName(text)) === true;
}

const kinds: readonly ValueKind[] = ['email', 'phone', 'person', 'family name', 'company', 'domain', 'url', 'text'];

/** The text itself and every placeholder that it may have become, as they stand in JSON, lower-case. */
function spellingsOf(text: string, secret: string | undefined): string[] {
  const spellings = [text];
  if (secret !== undefined) {
    const values = new ValueRedactor({
      pseudonyms: new Pseudonyms(secret),
      constants: new Set(),
      phrases: undefined,
      defaultCountry: undefined,
    });
    for (const kind of kinds) spellings.push(values.value(text, kind));
  }
  return [...new Set(spellings)].map((spelling) => JSON.stringify(spelling).slice(1, -1).toLowerCase());
}

/** Ids match only as a whole: `lead-7` is not in `lead-77`. */
function mentions(content: string, spellings: readonly string[]): boolean {
  const text = content.toLowerCase();
  return spellings.some((spelling) => {
    for (let at = text.indexOf(spelling); at >= 0; at = text.indexOf(spelling, at + 1)) {
      const around = [text.charAt(at - 1), text.charAt(at + spelling.length)];
      if (!around.some((character) => /[a-z0-9_-]/.test(character))) return true;
    }
    return false;
  });
}
