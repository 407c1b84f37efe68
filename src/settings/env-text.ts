import { randomBytes } from 'node:crypto';
import { EnvironmentSchema } from './environment-schema.ts';
import { decodeEnvFile, readEnvFile } from './env-file.ts';

/** What `init` wants in `.env`. */
export interface InitSettings {
  /** Undefined: a rehearsal on the embedded CRM. */
  readonly token: string | undefined;
  /** The folder of the mapping files. */
  readonly dir: string;
}

export interface EnvText {
  readonly text: string;
  /** False where the file that exists has a valid one, which Enginy may know already. */
  readonly hasNewKey: boolean;
}

/**
 * The content of `.env`. Of a file that exists every line stays, except that lines with other values of the settings that `init` writes
 * become comments.
 * @returns undefined if the file that exists cannot be changed line by line, because one of these values has several lines.
 */
export function envText({ token, dir }: InitSettings, existing: Uint8Array | undefined): EnvText | undefined {
  const { values: before, unread } = readEnvFile(existing ?? new Uint8Array());
  const hasNewKey = !hasKey(before);
  const settings: Readonly<Record<string, string>> = {
    ...(hasNewKey && { API_KEY: randomBytes(32).toString('base64url') }),
    ...(token === undefined ? { SANDBOX: 'true' } : { HUBSPOT_ACCESS_TOKEN: token }),
    MAPPINGS_DIR: dir,
  };
  const replaced = new Set([...Object.keys(settings), 'HUBSPOT_ACCESS_TOKEN', 'SANDBOX']);
  const kept = existing === undefined ? [firstLine] : commentOut(decodeEnvFile(existing).trimEnd(), replaced);
  const added = Object.entries(settings).flatMap(([name, value]) => [
    ...(comments[name] ?? []),
    `${name}=${quoted(value)}`,
  ]);
  const text = `${[...kept, ...added].join('\n')}\n`;
  const untouched = Object.entries(before).filter(([name]) => !replaced.has(name));
  const after = readEnvFile(Buffer.from(text));
  const isAsMeant =
    after.unread.length === unread.length &&
    sameValues(after.values, { ...Object.fromEntries(untouched), ...settings });
  return isAsMeant ? { text, hasNewKey } : undefined;
}

const firstLine = '# Settings of enginy-bridge. .env.example of the package lists all of them.';

const comments: Readonly<Record<string, readonly string[]>> = {
  API_KEY: ['# Key that Enginy sends: enter the same in Enginy.'],
  SANDBOX: [
    '# Sandbox mode: the embedded CRM, which loses its records when the bridge stops. Replace this line with HUBSPOT_ACCESS_TOKEN=…',
  ],
};

function hasKey({ API_KEY = '', API_KEY_FILE = '' }: Readonly<Record<string, string>>): boolean {
  return API_KEY_FILE !== '' || (API_KEY.trim() !== '' && EnvironmentSchema.shape.API_KEY.safeParse(API_KEY).success);
}

function commentOut(text: string, names: ReadonlySet<string>): readonly string[] {
  return text.split(/\r?\n/).map((line) => {
    const name = /^\s*(?:export\s+)?([\w.-]+)\s*=/.exec(line)?.[1];
    return name !== undefined && names.has(name) ? `# ${line}` : line;
  });
}

/** A value with blanks or `#` needs quotes; one that has quotes itself needs others. */
function quoted(value: string): string {
  if (/^[\w./:@+,~=-]*$/.test(value)) return value;
  const quote = [`'`, '"', '`'].find((mark) => !value.includes(mark)) ?? '';
  return `${quote}${value}${quote}`;
}

function sameValues(found: Readonly<Record<string, string>>, meant: Readonly<Record<string, string>>): boolean {
  const names = new Set([...Object.keys(found), ...Object.keys(meant)]);
  return [...names].every((name) => found[name] === meant[name]);
}
