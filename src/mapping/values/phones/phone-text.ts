import words from '../../data/phone-words.json' with { type: 'json' };
import { foldText } from '../fold-text.ts';
import { withPlainSigns } from '../numbers/number-text.ts';

/** A phone number found in a text. */
export interface PhoneText {
  readonly number: string;
  readonly extension?: string;
  /** True if the text says more than the number and what kind of number it is. */
  readonly hasMore: boolean;
}

const labels: ReadonlySet<string> = new Set(words.labels.split(' '));
const extension = new RegExp(
  `[\\s,;(]*(?<!\\p{L})(?:${words.extensions.replaceAll(' ', '|')})\\b[\\s.:=]*(\\d{1,7})\\)?$`,
  'iu',
);

/** Occurs only between two numbers, never within one. */
const between =
  /[,;|\n\r\t]+|\s+\/\s*|\/\s*(?=\+)|\s+(?:or|and|oder|und|o|y|ou|et|e|&|-|–|—)\s+|(?<=\d)\s+(?=\+\d)|(?<=\d{9})\s+(?=\d{9,15}$)|(?<=\d)\s+(?=\p{L}{1,12}[.:]\s*[+\d(])/iu;

/** The parts of a text that holds several phone numbers; the text itself if one of the parts is too short for one. */
export function splitPhones(text: string): string[] {
  const parts = cleaned(text)
    .split(between)
    .filter((part) => part.trim() !== '');
  // A slash, comma or dash may also be part of one number.
  return parts.some((part) => part.replace(/\D/g, '').length < 7) ? [text] : parts;
}

/** Finds the one number in a text: the only run of digits that is long enough, with no letter directly beside it. */
export function findPhoneText(text: string): PhoneText | undefined {
  const plain = cleaned(text);
  const [end = '', ext] = extension.exec(plain) ?? [];
  const bare = plain.slice(0, plain.length - end.length);
  const withExtension = ext === undefined ? {} : { extension: ext };
  if (/^[+\d\s()./#;=,x-]*$/.test(bare.replace(/ext(?:=|\. )/, '')))
    return { number: bare.trim(), ...withExtension, hasMore: false };
  const runs = [...bare.matchAll(/[+(]*\d[\d\s()./-]*/g)].filter(([run]) => run.replace(/\D/g, '').length >= 7);
  const [run] = runs;
  if (run === undefined || runs.length > 1) return undefined;
  const [before, after] = [bare.slice(0, run.index), bare.slice(run.index + run[0].length)];
  if (/\p{L}$/u.test(before) || (/^\p{L}/u.test(after) && /\d$/.test(run[0]))) return undefined;
  const open = run[0].replace(/\s*\($/, '');
  return { number: open.trim(), ...withExtension, hasMore: saysMore(before) || saysMore(after) };
}

/** Without signs that have no width or only separate, links to a chat, and what spreadsheets append to a number. */
function cleaned(text: string): string {
  return withPlainSigns(text)
    .replace(/\p{Cf}/gu, '')
    .trim()
    .replace(/^(?:https?:\/\/)?(?:wa\.me\/|api\.whatsapp\.com\/send\?phone=)\+?(?=\d+$)/i, '+')
    .replace(/^(?:tel|sms|callto|whatsapp):\s*/i, '')
    .replace(/^(\d{7,15})\.0+$/, '$1')
    .replace(/(?<=\d)\s*[·•']\s*(?=\d)/g, ' ')
    .replace(/(?<=\d\s*)[–—‐‑](?=\s*[\d(])/g, '-');
}

function saysMore(text: string): boolean {
  const rest = (foldText(text) ?? '').split(/[^\p{L}\p{N}.]+/u).map((word) => word.replace(/\.+$/, ''));
  return rest.some((word) => word !== '' && !labels.has(word));
}
