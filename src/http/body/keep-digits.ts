/** A whole number of more digits may not be the same as a number of JavaScript. */
const safeDigits = 15;

/**
 * For `JSON.parse`: a number that JavaScript cannot represent stays the text that was sent. `12345678901234567890` would be stored with
 * other digits, `1e-999` as 0, and `1e999` not at all.
 */
export function keepDigits(_name: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  const isPlain = /^-?\d+(?:\.\d+)?$/.test(source);
  const isLarge = Math.abs(value) > Number.MAX_SAFE_INTEGER;
  const isLost =
    !Number.isFinite(value) ||
    (isPlain && isLarge && String(value) !== source) ||
    (value === 0 && /^[^e]*[1-9]/i.test(source));
  return isLost ? source : value;
}

/** Notices numbers for which {@link keepDigits} is needed, byte by byte: parsing with it takes longer. */
export class LongNumbers {
  #start: number | undefined;
  found = false;

  /** @param isFirst of a number or of another word. */
  see(byte: number, at: number, isFirst: boolean): void {
    const isExponent = byte === 0x65 || byte === 0x45;
    if (isFirst) this.#start = byte === 0x2d || (byte >= 0x30 && byte <= 0x39) ? at : undefined;
    else if (this.#start !== undefined && (isExponent || at - this.#start >= safeDigits)) this.found = true;
  }
}
