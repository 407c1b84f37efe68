import type { Response } from 'express';
import type { Screen } from '../screens/screen.ts';

/** A browser that reads nothing for so long is gone. */
const slowMs = 30_000;

/** Events that were counted together. */
export interface Counted {
  readonly id: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** Texts of a screen by their name. */
type Texts = Readonly<Record<string, string>>;

/** The message that leads from some texts to the newest ones; empty where nothing changed. */
export type TextMessages = Map<Texts, string>;

/** What a browser has before the first message. */
const noTexts: Texts = {};

/** The open response of one browser. What it does not read in time is not kept for it: it gets the newest once it reads again. */
export class EventStream {
  readonly screen: Screen;
  readonly isSignedIn: () => boolean;
  readonly #response: Response;
  readonly #era: string;
  #texts: Texts = noTexts;
  #lastId: number;
  #slowSince: number | undefined;

  /** @param options.lastId the last event that the browser knows; `era` marks the ids of this process */
  constructor(
    response: Response,
    options: { readonly screen: Screen; readonly era: string; readonly lastId: number; isSignedIn(): boolean },
  ) {
    this.#response = response;
    this.screen = options.screen;
    this.isSignedIn = options.isSignedIn;
    this.#era = options.era;
    this.#lastId = options.lastId;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('drain', () => {
      this.#slowSince = undefined;
    });
    this.#write('retry: 3000\n\n');
  }

  /** Says how many came since the last time; `ring` has the latest events, oldest first. */
  sendCounts(ring: readonly Counted[]): void {
    const last = ring.at(-1)?.id ?? 0;
    if (this.#slowSince !== undefined || last <= this.#lastId) return;
    const counts: Record<string, number> = {};
    for (const { id, counts: added } of ring) {
      if (id <= this.#lastId) continue;
      for (const [what, by] of Object.entries(added)) counts[what] = (counts[what] ?? 0) + by;
    }
    this.#lastId = last;
    this.#write(`id: ${this.#era}-${last}\nevent: counts\ndata: ${JSON.stringify(counts)}\n\n`);
  }

  /** Sends the texts that changed. @param messages those of other streams; this one adds its own */
  sendTexts(texts: Texts, messages: TextMessages = new Map()): void {
    if (this.#slowSince !== undefined) return;
    const message = messages.get(this.#texts) ?? changesBetween(this.#texts, texts);
    messages.set(this.#texts, message);
    this.#texts = texts;
    if (message !== '') this.#write(message);
  }

  /** The browser was away for longer than events are kept. */
  sendMissed(): void {
    this.#write('event: missed\ndata: {}\n\n');
  }

  /** Keeps proxies from closing it, and ends it once the user is signed out or the browser reads nothing. */
  keepAlive(): void {
    if (!this.isSignedIn()) this.end();
    else if (this.#slowSince === undefined) this.#write(': still here\n\n');
    else if (performance.now() - this.#slowSince > slowMs) this.#response.destroy();
  }

  end(): void {
    this.#response.end();
  }

  #write(text: string): void {
    if (!this.#response.write(text)) this.#slowSince ??= performance.now();
  }
}

function changesBetween(before: Texts, after: Texts): string {
  const changed = Object.entries(after).filter(([name, text]) => before[name] !== text);
  return changed.length === 0 ? '' : `event: texts\ndata: ${JSON.stringify(Object.fromEntries(changed))}\n\n`;
}
