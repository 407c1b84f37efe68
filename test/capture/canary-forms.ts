/** A word that no language has. */
export const canary = 'Zqxvkwj';
/** Forms in which a word may travel. */
export const encodings: Readonly<Record<string, (text: string) => string>> = {
  plain: (text) => text,
  upper: (text) => text.toUpperCase(),
  percent: (text) => text.replace(/./g, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  'percent twice': (text) => text.replace(/./g, (letter) => `%25${letter.charCodeAt(0).toString(16)}`),
  'decimal references': (text) => text.replace(/./g, (letter) => `&#${letter.charCodeAt(0)};`),
  'hexadecimal references': (text) => text.replace(/./g, (letter) => `&#x${letter.charCodeAt(0).toString(16)};`),
  'JSON escapes': (text) => text.replace(/./g, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`),
  base64: (text) => Buffer.from(text).toString('base64'),
  'full width': (text) => text.replace(/./g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
  accents: (text) => text.replace(/./g, '$&\u0301'),
};
/** Texts that contain a word. */
export const nestings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `${text}@example.com`,
  (text) => `ada@${text}.co.uk`,
  (text) => `https://example.com/${text}?${text}=${text}#${text}`,
  (text) => `https://meetings.hubspot.com/${text}`,
  (text) => `<p class="${text}" ${text} dir=${text} title='${text}'>${text}<!-- ${text} --></p>`,
  (text) => `<a href="mailto:${text}@example.com">&amp;${text}&nbsp;</a>`,
  (text) => JSON.stringify({ id: text, status: text, list: [text, { who: text }] }),
  (text) => `one;${text};two`,
  (text) => `The contact "${text}" is invalid: ${text}, “${text}” (${text})`,
  (text) => `Line one\\n${text}\n\u0001${text}`,
  (text) => `${text}-20 ${text}_1 x${text} 1${text}`,
];
