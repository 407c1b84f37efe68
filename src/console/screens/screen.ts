import type { Identity, Role } from '../access/roles.ts';
import type { Html } from '../html/html.ts';

/** One request for a screen, or for an action of it. */
export interface Visit {
  readonly identity: Identity;
  /** Of the path: `/console/requests/:id` has `id`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Fields of a posted form; empty for a GET. What people search for arrives here, never in the query. */
  readonly form: URLSearchParams;
  /** Every form that posts has it in a hidden field; `postForm` writes it. */
  readonly formToken: string;
  /** Path and query, to return to. */
  readonly url: string;
}

/** The main part of a page. */
export interface Page {
  /** By default the screen's title. */
  readonly title?: string;
  /** Without the heading of the first level, which the layout writes. */
  readonly body: Html;
  /** The browser loads the page again after this many seconds, until what it shows is complete. */
  readonly refreshS?: number;
  /** 200 by default. */
  readonly status?: number;
}

export type ScreenReply =
  | Page
  /** A path of the console to continue at; `hasFailed`: there it says why what was asked for was not done. */
  | { readonly redirect: string; readonly hasFailed?: boolean }
  | { readonly download: { readonly name: string; readonly type: string; readonly text: string } };

/** What parameters may be, by their names. One without a line may be anything. */
export type Parameters = Readonly<Record<string, RegExp>>;

/** What a form of a screen posts to. */
export interface Action {
  /** `/console/hubspot/examine`. */
  readonly path: string;
  /** The lowest role that may do it. */
  readonly role: Role;
  /** The form of its value; a request with another value is answered 400. */
  readonly fields?: Parameters;
  /** For the audit line: the id of what it is done to. */
  subject?(visit: Visit): string | undefined;
  run(visit: Visit): Promise<ScreenReply> | ScreenReply;
}

/** One screen of the console; `screen-table.ts` lists all. */
export interface Screen {
  /** `/console/requests`; a part such as `:id` is in {@link Visit.params}. */
  readonly path: string;
  /** The heading of the page. */
  readonly title: string;
  /** Its word in the navigation; absent: it is reached from other screens. */
  readonly navLabel?: string;
  /** The lowest role that may see it. */
  readonly role: Role;
  /** Of its address; an address with another value is answered 400. */
  readonly query?: Parameters;
  show(visit: Visit): Promise<ScreenReply> | ScreenReply;
  readonly actions?: readonly Action[];
  /** Texts that change while the screen is open, by the `data-live` of their element. Cheap: it is called every second. */
  live?(): Readonly<Record<string, string>>;
}
