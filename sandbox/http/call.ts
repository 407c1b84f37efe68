import type { Portal } from '../portal.ts';
import type { ApiVersion } from './api-versions.ts';

/** One request as a handler sees it. */
export interface Call {
  readonly version: ApiVersion;
  readonly portal: Portal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined when there was none. */
  readonly body: unknown;
  /** The body as received, for limits on its length. */
  readonly bodyText: string;
  /** All scopes of the token. */
  readonly scopes: readonly string[];
  /** Calls of the day so far. */
  readonly usage: () => { readonly used: number; readonly limit: number };
}
