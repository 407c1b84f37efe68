import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** @returns a function that colors text, or leaves it plain where colors are off. */
export function painter(hasColor: boolean): (style: Style, text: string) => string {
  return (style, text) => (hasColor ? styleText(style, text, { validateStream: false }) : text);
}
