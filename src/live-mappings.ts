import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from './logger.ts';
import type { Mappings } from './mapping/load/file-kinds.ts';
import { type CheckedMappings, checkMappings, loadMappings } from './mapping/load/load-mappings.ts';
import type { ReloadState } from './mapping/load/reload-state.ts';
import { formatDiagnostic } from './mapping/schema/diagnostic.ts';
import type { Locale } from './mapping/values/locale.ts';

/** The mapping files in force, which follow their folder. */
export interface LiveMappings {
  /** The last version without errors, whole. */
  current(): Mappings;
  state(): ReloadState;
  /** Starts to follow the folder; told of every look that read the files. */
  follow(onReload: (result: ReloadResult, mappings: Mappings) => void): void;
  /** Looks at the folder now, whether or not it seems changed. */
  reload(): Promise<void>;
  close(): void;
}

export type ReloadResult = 'applied' | 'refused' | 'unchanged';

/**
 * Loads the mapping files. Once they are followed, the folder is looked at every `pollMs`, and what was edited is checked and put in
 * force as a whole. Looking at sizes and times also notices a folder that is replaced by a symlink, as Kubernetes does it, and
 * works on network file systems, where notices from the kernel do not come.
 * @throws MappingError when the files have errors at the start.
 */
export async function loadLiveMappings(
  settings: { readonly dir: string; readonly locale: Locale; readonly pollMs: number },
  deps: { readonly log: Logger },
): Promise<LiveMappings> {
  const { dir, locale, pollMs } = settings;
  let seen = await fingerprint(dir);
  let pending: string | undefined;
  let mappings = loadMappings(dir, locale);
  let state: ReloadState = { hash: mappings.hash, loadedAt: new Date().toISOString() };
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let tell: (result: ReloadResult, mappings: Mappings) => void = () => {};

  function settle(checked: CheckedMappings): void {
    const result = put(checked);
    tell(result, mappings);
  }

  function put({ mappings: edited, diagnostics }: CheckedMappings): ReloadResult {
    const findings = diagnostics.slice(0, mostLogged).map(formatDiagnostic);
    if (edited === undefined) {
      state = { ...state, refused: { at: new Date().toISOString(), diagnostics } };
      const facts = { mapping: mappings.hash, findings, count: diagnostics.length };
      deps.log.warn(facts, 'the edited mapping files have errors: the last good version stays in force');
      return 'refused';
    }
    const before = mappings.hash;
    if (edited.hash === before) {
      if (state.refused !== undefined) deps.log.info({ mapping: before }, 'the mapping files are as they were again');
      state = { hash: state.hash, loadedAt: state.loadedAt };
      return 'unchanged';
    }
    mappings = edited;
    state = { hash: edited.hash, loadedAt: new Date().toISOString() };
    deps.log.info({ mapping: edited.hash, before, findings }, 'the edited mapping files are in force');
    return 'applied';
  }

  async function look(isAsked: boolean): Promise<void> {
    const now = await fingerprint(dir);
    if (!isAsked && now === seen) {
      pending = undefined;
      return;
    }
    // Editors and deployments write in steps: two looks must agree.
    if (!isAsked && now !== pending) {
      pending = now;
      return;
    }
    const checked = checkMappings(dir, locale);
    pending = await fingerprint(dir);
    // Changed while it was read: half of it may be old. The next look takes it up.
    if (pending !== now) return;
    seen = now;
    pending = undefined;
    settle(checked);
  }

  /** One look after the other. */
  function lookOnce(isAsked: boolean): Promise<void> {
    waiting += 1;
    queue = queue
      .then(() => look(isAsked))
      .catch((error: unknown) => deps.log.error({ err: error }, 'the mapping files could not be looked at'))
      .finally(() => {
        waiting -= 1;
      });
    return queue;
  }

  return {
    current: () => mappings,
    state: () => state,
    follow(onReload) {
      tell = onReload;
      timer ??= setInterval(() => {
        if (waiting === 0) void lookOnce(false);
      }, pollMs).unref();
    },
    reload: () => lookOnce(true),
    close: () => clearInterval(timer),
  };
}

/** A log line is no report: `check` tells the rest. */
const mostLogged = 20;

/** Changes whenever a file that may be a mapping is added, removed or written. Never throws: a folder that is gone is a state too. */
async function fingerprint(dir: string): Promise<string> {
  try {
    const names = (await readdir(dir)).filter((name) => /\.ya?ml$/i.test(name)).toSorted();
    const files = await Promise.all(names.map(async (name) => `${name} ${await fileState(join(dir, name))}`));
    return files.join('\n');
  } catch (error) {
    return `unreadable ${codeOf(error)}`;
  }
}

async function fileState(file: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(file);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
