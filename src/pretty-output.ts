import type { PrettyOptions } from 'pino-pretty';
import type { LogOutput } from './log-output.ts';

/**
 * Formats log lines for a person; the rest of a line's facts follow its sentence. pino-pretty is loaded on demand: production logs
 * JSON.
 */
export async function prettyOutput(
  output: LogOutput,
  { isColored }: { readonly isColored: boolean },
): Promise<Pick<LogOutput, 'write'>> {
  const { prettyFactory } = await import('pino-pretty');
  const format = prettyFactory({ ...layout, colorize: isColored });
  return { write: (line) => output.write(escapeControls(format(line))) };
}

/** JSON leaves these unescaped, and a terminal obeys them. */
function escapeControls(line: string): string {
  return line.replace(/[\u007f-\u009f]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`);
}

const layout: PrettyOptions = {
  singleLine: true,
  translateTime: 'SYS:HH:MM:ss.l',
  timestampKey: 'time',
  ignore: 'method,route,status,durationMs',
  messageFormat: (line, messageKey) => {
    const { method, route, status, durationMs } = line;
    const message = String(line[messageKey] ?? '');
    if (typeof method !== 'string' || typeof route !== 'string') return message;
    return `${method} ${route} ${String(status)} in ${String(durationMs)} ms, ${message}`;
  },
};
