import { basename } from 'node:path';
import type { MappingEdit } from '../replays/replay-settings.ts';

const maxText = 1_000_000;

/** The mapping file that a form has, as a person edited it; undefined for a name that no mapping file has. */
export function readEdit(form: URLSearchParams): MappingEdit | undefined {
  const name = basename(form.get('file') ?? '').slice(0, 200);
  if (!/^[\w.-]+\.yaml$/.test(name)) return undefined;
  // Browsers send lines with CRLF.
  return { name, text: (form.get('text') ?? '').slice(0, maxText).replaceAll('\r\n', '\n') };
}
