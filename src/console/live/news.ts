/** Events that were counted together. */
export interface Counted {
  readonly id: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Texts of a screen by their name. */
export type Texts = Readonly<Record<string, string>>;

/** What a browser has before the first message. */
export const noTexts: Texts = {};

/** The messages to all browsers on one screen at one moment. Browsers with the same state share one message. */
export interface News {
  readonly lastId: number;
  readonly texts: Texts;
  /** The message with the number of events after this one; empty if there are none. */
  countsAfter(id: number): string;
  /** The message with the changes from these texts to the newest ones; empty if nothing changed. */
  changesFrom(texts: Texts): string;
}

/** @param events.ring the latest ones, oldest first; `era` marks the ids of this process */
export function createNews(events: { readonly era: string; readonly ring: readonly Counted[] }, texts: Texts): News {
  const { era, ring } = events;
  const lastId = ring.at(-1)?.id ?? 0;
  const counts = new Map<number, string>();
  const changes = new Map<Texts, string>();
  return {
    lastId,
    texts,
    countsAfter(id) {
      if (id >= lastId) return '';
      const message = counts.get(id) ?? `id: ${era}-${lastId}\nevent: counts\ndata: ${sumAfter(id, ring)}\n\n`;
      counts.set(id, message);
      return message;
    },
    changesFrom(known) {
      const message = changes.get(known) ?? changesBetween(known, texts);
      changes.set(known, message);
      return message;
    },
  };
}

function sumAfter(known: number, ring: readonly Counted[]): string {
  const sums: Record<string, number> = {};
  for (const { id, counts } of ring) {
    if (id <= known) continue;
    for (const [what, by] of Object.entries(counts)) sums[what] = (sums[what] ?? 0) + by;
  }
  return JSON.stringify(sums);
}

function changesBetween(before: Texts, after: Texts): string {
  const changed = Object.entries(after).filter(([name, text]) => before[name] !== text);
  return changed.length === 0 ? '' : `event: texts\ndata: ${JSON.stringify(Object.fromEntries(changed))}\n\n`;
}
