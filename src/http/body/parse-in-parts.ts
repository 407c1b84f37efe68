import { nextTurn } from '../../next-turn.ts';

/** A long list in a JSON text, and where it can be divided. Positions count bytes. */
export interface LongList {
  /** Names and indexes that lead to it. */
  readonly path: readonly (string | number)[];
  /** After the opening bracket. */
  readonly start: number;
  /** Of the closing bracket. */
  readonly end: number;
  /** Of commas between its entries. */
  readonly cuts: readonly number[];
}

type Reviver = Parameters<typeof JSON.parse>[1];

/**
 * Like `JSON.parse`, which cannot pause: entries of long lists are parsed part by part, and other requests are served in between. Texts
 * that are valid in parts are valid as a whole: an array that is not empty is its parts, joined by commas.
 * @throws SyntaxError with the position in the whole text.
 */
export async function parseInParts(text: Buffer, lists: readonly LongList[], reviver?: Reviver): Promise<unknown> {
  const parse = (part: string): unknown => JSON.parse(part, reviver);
  try {
    const whole = parse(withoutEntries(text, lists));
    for (const list of lists) {
      const entries = entriesAt(list.path, whole);
      for await (const part of partsOf(text, list)) {
        const parsed = parse(part);
        if (!Array.isArray(parsed) || parsed.length === 0) throw new SyntaxError('a part without entries');
        for (const entry of parsed) entries.push(entry);
      }
    }
    return whole;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return parse(text.toString('utf8'));
  }
}

/** The text with these lists empty. */
function withoutEntries(text: Buffer, lists: readonly LongList[]): string {
  let from = 0;
  let rest = '';
  for (const { start, end } of lists) {
    rest += text.toString('utf8', from, start);
    from = end;
  }
  return rest + text.toString('utf8', from);
}

function entriesAt(path: LongList['path'], whole: unknown): unknown[] {
  // Each step was read from the text: the values on the way are lists and objects that have it.
  const list = path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)[step], whole);
  if (!Array.isArray(list)) throw new SyntaxError('not a list');
  return list;
}

/** Each part as a list of its own. */
async function* partsOf(text: Buffer, { start, end, cuts }: LongList): AsyncGenerator<string> {
  let from = start;
  for (const to of [...cuts, end]) {
    yield `[${text.toString('utf8', from, to)}]`;
    from = to + 1;
    await nextTurn();
  }
}
