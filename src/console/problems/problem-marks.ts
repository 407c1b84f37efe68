import type { ConsoleThreads } from '../archive/open-threads.ts';
import type { ConsoleAction } from '../../journal/console-action.ts';
import type { Cause } from './group-causes.ts';

/** What an operator may say about a problem; each is an action of its screen, and its audit line is where it is kept. */
export const markKinds = ['acknowledge', 'ignore', 'reopen'] as const;
export type MarkKind = (typeof markKinds)[number];

export function markPath(kind: MarkKind): string {
  return `/console/problems/:key/${kind}`;
}

/** `acknowledged`: an operator takes care of it; `ignored`: it does not matter. */
export interface ProblemMark {
  readonly state: 'acknowledged' | 'ignored';
  readonly user: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface ProblemMarks {
  /** The marks of now, by cause: undefined for one that is open. */
  read(): Promise<(cause: Pick<Cause, 'key' | 'lastAt'>) => ProblemMark | undefined>;
  /** Takes effect at once; the audit line of the action stores it. */
  set(key: string, kind: MarkKind, user: string): void;
  /** Higher after each change by this process. */
  readonly changes: number;
}

type Said = Pick<ConsoleAction, 'action' | 'user' | 'at'>;

/** The latest audit line of each problem says how it is marked. An acknowledged problem is open again once it recurs. */
export function createProblemMarks(archive: ConsoleThreads['archive']): ProblemMarks {
  /** The journal has it a moment later. */
  const said = new Map<string, Said>();
  return {
    async read() {
      const kept = await archive.ask('latestOf', markKinds.map(markPath));
      const latest = new Map<string, Said>(kept.map((action) => [action.subject ?? '', action]));
      for (const [key, own] of said) if (own.at >= (latest.get(key)?.at ?? 0)) latest.set(key, own);
      return ({ key, lastAt }) => markOf(latest.get(key), lastAt);
    },
    set(key, kind, user) {
      said.set(key, { action: markPath(kind), user, at: Date.now() });
    },
    get changes() {
      return [...said.values()].reduce((latest, { at }) => Math.max(latest, at), 0);
    },
  };
}

function markOf(said: Said | undefined, lastAt: number): ProblemMark | undefined {
  if (said === undefined) return undefined;
  const { action, user, at } = said;
  if (action === markPath('ignore')) return { state: 'ignored', user, at };
  return action === markPath('acknowledge') && lastAt <= at ? { state: 'acknowledged', user, at } : undefined;
}
