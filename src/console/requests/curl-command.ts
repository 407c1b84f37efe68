import type { Capture } from '../../capture/capture-schema.ts';
import { pageBytes } from '../html/page-bytes.ts';

/** Larger bodies do not fit a terminal. */
const maxBody = 4_000;

/** A command that sends a captured request to a bridge. Address and key are left to the shell: neither is in a capture. */
export function curlCommand({ request }: Capture): string | undefined {
  const { method, path, body, bodyText } = request;
  const text = bodyText ?? (body === undefined ? undefined : JSON.stringify(body));
  if (text !== undefined && pageBytes(text) > maxBody) return undefined;
  const lines = [`curl -X ${method} "$BRIDGE"${quoted(path)}`, '-H "$API_KEY_HEADER: $API_KEY"'];
  if (text !== undefined) lines.push("-H 'content-type: application/json'", `-d ${quoted(text)}`);
  return lines.join(' \\\n  ');
}

/** For a POSIX shell: nothing within single quotes has a meaning. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
