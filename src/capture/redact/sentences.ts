import { withinEscapes, withinReferences } from './encodings.ts';
import { programWords } from './program-words.ts';

/** How values within a sentence are replaced. */
export interface SentenceParts {
  /** Whether a name of the CRM or of a field, an id, or an option: it stays. */
  isKept(text: string): boolean;
  /** Replaces a quoted value. */
  quoted(text: string): string;
  /** Replaces a word, an address or a number. */
  token(text: string): string;
}

const quotedText = /("[^"\n]{1,300}"|“[^”\n]{1,300}”)/;
const longNumber = /(\+?\(?\d(?:(?:[ /.-]|\) ?| \()?\d){6,24})/;

/** Replaces what a sentence quotes. A word stays only if the program, the CRM or the contract has it. */
export function replaceInSentence(text: string, parts: SentenceParts): string {
  return withinEscapes(text, (decoded) => withinReferences(decoded, (plain) => replacePlain(plain, parts)));
}

function replacePlain(text: string, parts: SentenceParts): string {
  return text
    .split(quotedText)
    .map((piece, index, all) => {
      // JSON within a message of HubSpot: its names and its own sentences.
      const isJson = all[index - 1]?.endsWith(':') === true || all[index + 1]?.startsWith(':') === true;
      if (index % 2 === 0 || isJson) return replaceUnquoted(piece, parts);
      const inner = piece.slice(1, -1);
      return piece.charAt(0) + (parts.isKept(inner) ? inner : parts.quoted(inner)) + piece.slice(-1);
    })
    .join('');
}

function replaceUnquoted(text: string, parts: SentenceParts): string {
  return text
    .split(longNumber)
    .map((piece, index) => {
      if (index % 2 === 0) return piece.replace(/[^\s,;[\]{}()"']+/g, (chunk) => replaceChunk(chunk, parts));
      return parts.isKept(piece) ? piece : parts.token(piece);
    })
    .join('');
}

function replaceChunk(chunk: string, parts: SentenceParts): string {
  const bare = chunk.replace(/^[:.]|[:.!?…]{1,3}$/g, '');
  if (parts.isKept(bare)) return chunk;
  const at = chunk.includes('://') ? -1 : chunk.indexOf('=');
  if (at >= 0) return `${replaceChunk(chunk.slice(0, at), parts)}=${replaceWords(chunk.slice(at + 1), parts)}`;
  return replaceWords(chunk, parts);
}

function replaceWords(chunk: string, parts: SentenceParts): string {
  if (/@|:\/\/|%[0-9a-f]{2}/i.test(chunk)) return parts.token(chunk);
  const words = programWords();
  return chunk.replace(/[\p{L}\p{M}]+|\p{Nd}+/gu, (word) => {
    return words.has(word.toLowerCase()) || parts.isKept(word) ? word : parts.token(word);
  });
}
