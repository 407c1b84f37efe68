import { createLogger } from '../../src/logger.ts';

export type LogEntry = Readonly<Record<string, unknown>> & { readonly level: string; readonly msg: string };

/** A real logger whose lines are kept instead of printed. */
export function logSink(level = 'debug') {
  const entries: LogEntry[] = [];
  const log = createLogger(
    { level, secretHeader: 'x-api-key' },
    {
      write: (line: string) => {
        // The logger writes one JSON object a line, with these two members.
        entries.push(JSON.parse(line) as LogEntry);
      },
    },
  );
  return { log, entries, text: () => entries.map((entry) => JSON.stringify(entry)).join('\n') };
}
