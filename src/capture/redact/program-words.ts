import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameParticles } from '../../mapping/values/name-words.ts';

/** Where the program's sentences come from: everything that answers a request. */
const places = ['bridge', 'contract', 'crm', 'http', 'mapping', 'errors.ts', 'errors.js'];
const source = new URL('../../', import.meta.url).pathname;

let words: ReadonlySet<string> | undefined;

/**
 * The words, lowercase, of the program's own texts and names. A sentence of an answer consists of them and of values: whatever is not
 * among them may be a value. Read once from the program's files, so that the list is never out of date.
 */
export function programWords(): ReadonlySet<string> {
  if (words !== undefined) return words;
  const found = new Set(
    places.flatMap((place) => filesOf(place)).flatMap((file) => wordsOf(readFileSync(file, 'utf8'))),
  );
  // The program lists them because they are parts of names: `Ben`, `Don`.
  for (const particle of [...nameParticles, 'don']) found.delete(particle);
  words = found;
  return found;
}

function filesOf(place: string): string[] {
  if (place.includes('.')) return readdirSync(source).includes(place) ? [join(source, place)] : [];
  return readdirSync(join(source, place), { recursive: true, encoding: 'utf8' })
    .filter((name) => /(?<!\.d)\.[jt]s$/.test(name))
    .map((name) => join(source, place, name));
}

/** Comments and examples are omitted: they name people. */
function wordsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*(?:\/\/|example:|summary:).*$|\s\/\/ .*$/gm, ' ');
  const found = code.match(/[A-Za-z]+/g) ?? [];
  return found.flatMap((word) => [
    word.toLowerCase(),
    ...(word.match(/[A-Z]?[a-z]+/g) ?? []).map((part) => part.toLowerCase()),
  ]);
}
