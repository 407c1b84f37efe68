import { parseEnv } from 'node:util';

/** A line of `.env` that sets nothing. */
export interface UnreadLine {
  /** Counted from 1. */
  readonly line: number;
  /** The word at its beginning, if it is a plain name. The rest of the line may be a secret. */
  readonly name: string | undefined;
}

export interface EnvFile {
  /** Values by name, empty ones included. */
  readonly values: Readonly<Record<string, string>>;
  readonly unread: readonly UnreadLine[];
}

/**
 * Reads the content of a `.env` file as Node does, whatever encoding an editor gave it: UTF-8 with a byte order mark, or UTF-16 as
 * PowerShell writes it.
 */
export function readEnvFile(bytes: Uint8Array): EnvFile {
  const lines = decodeEnvFile(bytes).replaceAll('\r\n', '\n').replace(invisible, '').split('\n');
  const unread = unreadLines(lines);
  // Left in place, such a line would take the next one with it.
  const readable = lines.map((text, index) => (unread.some(({ line }) => line === index + 1) ? '' : text));
  const values = Object.entries(parseEnv(readable.join('\n'))).map(([name, value]) => [name, value ?? '']);
  return { values: Object.fromEntries(values), unread };
}

/** Byte order marks and zero-width spaces, which pasted text and joined files contain; no name or key has them. */
const invisible = /[\uFEFF\u200B\u2060]/g;

/** The text of a `.env` file, whose encoding its first bytes name. */
export function decodeEnvFile(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder('utf-8').decode(bytes);
}

const plainName = /^[A-Za-z_][\w.-]*$/;

function unreadLines(lines: readonly string[]): UnreadLine[] {
  const unread: UnreadLine[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const text = lines[index] ?? '';
    if (/^\s*(#|$)/.test(text)) continue;
    const equals = text.indexOf('=');
    const name = text
      .slice(0, Math.max(0, equals))
      .trim()
      .replace(/^export\s+/, '');
    if (plainName.test(name)) index = lastLineOf(text.slice(equals + 1).trimStart(), lines, index);
    else unread.push({ line: index + 1, name: nameIn(text) });
  }
  return unread;
}

/** A quoted value may go on over several lines. An opening quote that is never closed belongs to its own line alone. */
function lastLineOf(value: string, lines: readonly string[], index: number): number {
  const quote = /^["'`]/.exec(value)?.[0];
  if (quote === undefined || value.indexOf(quote, 1) > 0) return index;
  const end = lines.findIndex((line, at) => at > index && line.includes(quote));
  return end < 0 ? index : end;
}

/** The name in `NAME: value`, `set NAME=value`, `$env:NAME = value` and the like; never a part of a token, which has hyphens. */
function nameIn(text: string): string | undefined {
  return /^[^\w]*(?:(?:set|setx|env)\b[\s:]*)?([A-Za-z_]\w*)(?![\w-])/i.exec(text)?.[1];
}
