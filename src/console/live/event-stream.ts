import type { Response } from 'express';
import type { Screen } from '../screens/screen.ts';
import { type News, noTexts, type Texts } from './news.ts';

/** A browser that reads nothing for this long is considered disconnected. */
const slowMs = 30_000;

/** The open response of one browser. Events that it does not read in time are dropped; once it reads again, it gets the newest. */
export class EventStream {
  readonly screen: Screen;
  readonly isSignedIn: () => boolean;
  readonly #response: Response;
  #texts: Texts = noTexts;
  #lastId: number;
  #slowSince: number | undefined;

  /** @param options.lastId the last event that the browser knows */
  constructor(
    response: Response,
    options: { readonly screen: Screen; readonly lastId: number; isSignedIn(): boolean },
  ) {
    this.#response = response;
    this.screen = options.screen;
    this.isSignedIn = options.isSignedIn;
    this.#lastId = options.lastId;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('drain', () => {
      this.#slowSince = undefined;
    });
  }

  /** Reports how many events arrived since the last time, and which texts changed. @param before what is written first */
  send(news: News, before = ''): void {
    if (this.#slowSince !== undefined) return;
    const message = `${before}${news.countsAfter(this.#lastId)}${news.changesFrom(this.#texts)}`;
    this.#lastId = Math.max(this.#lastId, news.lastId);
    this.#texts = news.texts;
    if (message !== '') this.#write(message);
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
