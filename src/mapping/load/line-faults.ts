/** A mistake in one line of a file, in plain words. `at` is an index of the line. */
export interface LineFault {
  readonly at: number;
  readonly message: string;
}

/** Spaces that YAML treats as letters. */
const strangeSpace = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]/;
const curlyQuote = /[\u2018-\u201f\u00ab\u00bb]/;

const spaceNames: Readonly<Record<string, string>> = {
  '\u00a0': 'a non-breaking space (U+00A0)',
  '\u202f': 'a narrow non-breaking space (U+202F)',
  '\u200b': 'an invisible space (U+200B)',
  '\ufeff': 'an invisible mark (U+FEFF)',
};

/** The line with comments blanked and quoted text replaced by `x`, at the same length. */
export function codeOf(line: string): string {
  let code = '';
  let quote = '';
  for (const [index, sign] of [...line.slice(0, maxLineLength)].entries()) {
    const before = code.at(-1) ?? ' ';
    if (quote !== '') {
      code += sign === quote ? sign : 'x'.repeat(sign.length);
      if (sign === quote) quote = '';
    } else if (sign === '#' && (index === 0 || /\s/.test(before))) return code.padEnd(line.length);
    else {
      if ((sign === '"' || sign === "'") && /[\s[{,:(]/.test(before)) quote = sign;
      code += sign;
    }
  }
  return code;
}

const maxLineLength = 2_000;

/** A character that looks like another one. */
export function strangeSign(line: string): LineFault | undefined {
  const code = codeOf(line);
  const space = code.search(strangeSpace);
  if (space !== -1) {
    const sign = code[space] ?? '';
    const hex = sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    const name = spaceNames[sign] ?? `a special space (U+${hex})`;
    return { at: space, message: `${name} is not a space in YAML: replace it with a normal space` };
  }
  const quote = code.search(curlyQuote);
  if (quote === -1) return undefined;
  return { at: quote, message: `${code[quote]} is not a quote in YAML: use straight quotes (" or ') or none` };
}

/** A tab before the first word. */
export function tabIndent(line: string): LineFault | undefined {
  const at = /^[ \t]*\t/.test(line) ? line.indexOf('\t') : -1;
  return at === -1 ? undefined : { at, message: 'a tab indents this line: use spaces' };
}

/** A missing or superfluous comma, colon, space or quote. */
export function missingSign(line: string): LineFault | undefined {
  const code = codeOf(line);
  for (const entry of flowEntries(code)) {
    const fault = entryFault(entry);
    if (fault !== undefined) return fault;
  }
  return /[[{]/.test(code) ? undefined : blockFault(code);
}

interface Entry {
  readonly text: string;
  readonly at: number;
  readonly kind: '{' | '[';
}

/** The entries between the commas of `{ … }` and `[ … ]`; nested lists are blanked. */
function flowEntries(code: string): Entry[] {
  const entries: Entry[] = [];
  const open: { kind: '{' | '['; at: number; text: string }[] = [];
  const end = (next: number) => {
    const top = open.at(-1);
    if (top === undefined) return;
    entries.push({ ...top });
    top.at = next;
    top.text = '';
  };
  for (let at = 0; at < code.length; at += 1) {
    const sign = code[at] ?? '';
    if (sign === '{' || sign === '[') open.push({ kind: sign, at: at + 1, text: '' });
    else if (sign === '}' || sign === ']') {
      end(at + 1);
      const closed = open.pop();
      const top = open.at(-1);
      if (closed !== undefined && top !== undefined) top.text = top.text.padEnd(at - top.at, '~').concat('~');
    } else if (sign === ',') end(at + 1);
    else {
      const top = open.at(-1);
      if (top !== undefined) top.text = top.text.padEnd(at - top.at, '~') + sign;
    }
  }
  return entries;
}

function entryFault({ text, at, kind }: Entry): LineFault | undefined {
  if (kind === '[') return undefined;
  const colons = [...text.matchAll(/:(?=\s|$|~)/g)].map(({ index }) => index);
  const [first, second] = colons;
  if (first === undefined) return undefined;
  const between = text.slice(first + 1, second ?? text.length);
  const afterList = /~\s+(?=[^\s~])/.exec(between);
  if (afterList !== null) return commaBefore(text, at, first + 1 + afterList.index + afterList[0].length);
  if (second === undefined) return undefined;
  const words = [...between.matchAll(/\S+/g)];
  const last = words.at(-1);
  if (last !== undefined && words.length > 1 && /^["']?[a-z][a-z_]*["']?$/i.test(last[0])) {
    return commaBefore(text, at, first + 1 + last.index);
  }
  return colonInValue(at + second);
}

function commaBefore(text: string, at: number, index: number): LineFault {
  const word = /^[^\s:,~]+/.exec(text.slice(index))?.[0] ?? '';
  return { at: at + index, message: `a comma is missing before "${word}"` };
}

function colonInValue(at: number): LineFault {
  return { at, message: 'this colon is part of a value: put quotes around the value' };
}

function blockFault(code: string): LineFault | undefined {
  const start = /^\s*(?:- +)*/.exec(code)?.[0].length ?? 0;
  const body = code.slice(start).trimEnd();
  const dash = /^-(?=[a-z{])/.exec(body);
  if (dash !== null) return { at: start + 1, message: 'a space is missing after the dash' };
  if (body === '' || (isListItem(code) && /^[-\w]*$/.test(body))) return undefined;
  const colons = [...body.matchAll(/:(?=\s|$)/g)].map(({ index }) => index);
  if (colons[1] !== undefined) return colonInValue(start + colons[1]);
  return colons.length > 0 ? undefined : missingColon(body, start);
}

/** `- identity` is a whole entry; a word alone on its line is a key without a colon. */
function isListItem(code: string): boolean {
  return /^\s*-\s/.test(code);
}

function missingColon(body: string, at: number): LineFault | undefined {
  const glued = /^([a-z][\w]*):(?=[^\s/])/i.exec(body);
  if (glued !== null) return { at: at + glued[0].length, message: 'a space is missing after the colon' };
  const word = /^[a-z][a-z_]*(?= +\S|$)/i.exec(body)?.[0];
  return word === undefined ? undefined : { at: at + word.length, message: `a colon is missing after "${word}"` };
}

/** Entries that YAML accepts but no mapping file means: `{ enginy title }`, `{ enginy:title }`, `[trim email]`. */
export function suspectEntry(line: string): LineFault | undefined {
  for (const { text, at, kind } of flowEntries(codeOf(line))) {
    const start = /^\s*/.exec(text)?.[0].length ?? 0;
    const body = text.slice(start).trimEnd();
    if (kind === '{' && body !== '' && !/:(?=\s|$|~)/.test(body)) {
      const fault = missingColon(body, at + start);
      if (fault !== undefined) return fault;
    }
    const second = kind === '[' ? /^[a-z][a-z0-9_]*\s+(?=[a-z])/.exec(body) : null;
    if (second !== null) return commaBefore(text, at, start + second[0].length);
  }
  return undefined;
}

/** A bracket without its partner. */
export function openBracket(line: string): LineFault | undefined {
  const partners: Readonly<Record<string, string>> = { '}': '{', ']': '[' };
  const open: { sign: string; at: number }[] = [];
  const code = codeOf(line);
  for (let at = 0; at < code.length; at += 1) {
    const sign = code[at] ?? '';
    if (sign === '{' || sign === '[') open.push({ sign, at });
    const partner = partners[sign];
    if (partner === undefined) continue;
    const last = open.pop();
    if (last === undefined) return { at, message: `this ${sign} closes nothing: remove it, or add its ${partner}` };
    if (last.sign !== partner) return notClosed(last);
  }
  const last = open.at(-1);
  return last === undefined ? undefined : notClosed(last);
}

function notClosed({ sign, at }: { readonly sign: string; readonly at: number }): LineFault {
  return { at, message: `this ${sign} is not closed: add ${sign === '{' ? '}' : ']'}` };
}
