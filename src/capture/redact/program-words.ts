import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameParticles } from '../../mapping/values/name-words.ts';

/** Where the program's sentences come from: everything that answers a request. */
const answering = /^(?:(?:bridge|contract|crm|http|mapping)\/.*|errors)(?<!\.d)\.[jt]s$/;
const source = new URL('../../', import.meta.url).pathname;

let words: ReadonlySet<string> | undefined;

/**
 * The words, lowercase, of the program's own texts and names. A sentence of an answer consists of them and of values: whatever is not
 * among them may be a value. Read once from the program's files, so that the list is never out of date.
 */
export function programWords(): ReadonlySet<string> {
  if (words !== undefined) return words;
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => answering.test(name));
  const found = new Set(files.flatMap((name) => wordsOf(readFileSync(join(source, name), 'utf8'))));
  // The program lists these words because they are parts of names: `Ben`, `Don`.
  for (const particle of [...nameParticles, 'don']) found.delete(particle);
  words = found;
  return found;
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
