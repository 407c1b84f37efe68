import { type DestinationStream, type LoggerOptions, pino } from 'pino';

/** What the code may log with: an object of facts first, then a constant sentence. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
  child(bindings: object): Logger;
}

/** An id that a caller chose, as the log may hold it: one with other characters, or a long one, may be a name or an address. */
export function idForLog(id: unknown): string {
  const text = String(id);
  return /^[\w.:-]{1,64}$/.test(text) ? text : '(not logged)';
}

/** An id within a sentence that the log and the journal hold: `id 123`, or `this id` for one that {@link idForLog} withholds. */
export function nameId(id: string): string {
  return idForLog(id) === id ? `id ${id}` : 'this id';
}

/** Names whose values never reach the log, at the top and two levels down. A safety net: they must not be logged in the first place. */
const secretNames = [
  'authorization',
  'Authorization',
  'accessToken',
  'apiKey',
  'token',
  'cookie',
  'email',
  'phone',
  'mobilePhone',
  'firstName',
  'lastName',
  'fullName',
  'linkedinUrl',
  'body',
];

/**
 * A pino logger that writes JSON lines.
 * @param secretHeader lower-case name of the header that carries Enginy's key; redacted with the rest.
 */
export function createLogger(
  options: { level: string; secretHeader: string },
  destination?: DestinationStream,
): pino.Logger {
  const names = [...secretNames, options.secretHeader].map((name) => `["${name}"]`);
  const settings: LoggerOptions = {
    level: options.level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: [...names, ...names.map((name) => `*${name}`), ...names.map((name) => `*.*${name}`)] },
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(settings) : pino(settings, destination);
}

/**
 * An error as the log may hold it. Message and stack only for errors that this project words itself; of any other error the
 * place alone, since foreign texts may carry bodies and headers of other people's data.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { type: error.name, ...code, stack: frames.slice(0, 8).join('\n'), ...cause };
}
