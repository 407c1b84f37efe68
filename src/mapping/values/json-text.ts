/** Serializes a parsed JSON value of any depth: `JSON.stringify` overflows the stack on deeply nested values. */
export function jsonText(value: object): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return writeWithoutRecursion(value);
    throw error;
  }
}

/** A part to be written: finished text, or a value. */
type Part = { readonly text: string } | { readonly value: unknown };

function writeWithoutRecursion(root: object): string {
  const written: string[] = [];
  const open: Part[] = [{ value: root }];
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if ('text' in part) written.push(part.text);
    else if (typeof part.value === 'object' && part.value !== null) {
      for (const inner of partsOf(part.value).reverse()) open.push(inner);
    } else written.push(JSON.stringify(part.value));
  }
  return written.join('');
}

function partsOf(value: object): Part[] {
  if (Array.isArray(value)) return [{ text: '[' }, ...withCommas(value.map((item) => ['', item])), { text: ']' }];
  const members = Object.entries(value).map(([key, item]): [string, unknown] => [`${JSON.stringify(key)}:`, item]);
  return [{ text: '{' }, ...withCommas(members), { text: '}' }];
}

function withCommas(members: readonly (readonly [string, unknown])[]): Part[] {
  return members.flatMap(([before, value], index) => [{ text: `${index === 0 ? '' : ','}${before}` }, { value }]);
}
