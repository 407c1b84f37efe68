import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from './logger.ts';
import { checkInThread, type ThreadCheck } from './mapping/load/check-in-thread.ts';
import type { Mappings } from './mapping/load/file-kinds.ts';
import { loadMappings } from './mapping/load/load-mappings.ts';
import type { ReloadState } from './mapping/load/reload-state.ts';
import { formatDiagnostic } from './mapping/schema/diagnostic.ts';
import type { Locale } from './mapping/values/locale.ts';

interface LiveMappingSettings {
  readonly dir: string;
  readonly locale: Locale;
  readonly pollMs: number;
}

/** The active mapping files, which follow their folder. */
export interface LiveMappings {
  /** The latest version without errors. */
  current(): Mappings;
  state(): ReloadState;
  /** Adds to the state what the CRM lacks of this version; ignored if another version is active by then. */
  noteMissing(hash: string, missing: readonly string[]): void;
  /** Starts to follow the folder; the callback runs after every check that read the files. */
  follow(onReload: (result: ReloadResult, mappings: Mappings) => void): void;
  /** Checks the folder now, even if it seems unchanged. */
  reload(): Promise<void>;
  close(): void;
}

export type ReloadResult = 'applied' | 'refused' | 'unchanged';

/**
 * Loads the mapping files. Once they are followed, the folder is checked every `pollMs`, and an edit is validated and applied
 * atomically. Comparing sizes and times also notices a folder that is replaced by a symlink, as Kubernetes does it, and works on
 * network file systems, where the kernel sends no notifications.
 * @throws MappingError when the files have errors at the start.
 */
export async function loadLiveMappings(
  { dir, locale, pollMs }: LiveMappingSettings,
  deps: { readonly log: Logger; readonly load?: typeof loadMappings },
): Promise<LiveMappings> {
  const readSettled = createSettledReader(dir, await fingerprint(dir));
  const active = createActiveMappings((deps.load ?? loadMappings)(dir, locale), deps.log);
  let report: (result: ReloadResult, mappings: Mappings) => void = () => {};
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function look(isAsked: boolean): Promise<void> {
    const checked = await readSettled(isAsked, () => checkInThread({ dir, locale }));
    if (checked !== undefined && !isClosed) report(active.apply(checked), active.current());
  }

  /** Runs one check after the other. */
  function enqueueLook(isAsked: boolean): Promise<void> {
    waiting += 1;
    queue = queue
      .then(() => look(isAsked))
      .catch((error: unknown) => deps.log.error({ err: error }, 'could not check the mapping files'))
      .finally(() => {
        waiting -= 1;
      });
    return queue;
  }

  return {
    current: active.current,
    state: active.state,
    noteMissing: active.noteMissing,
    follow(onReload) {
      report = onReload;
      timer ??= setInterval(() => {
        if (waiting === 0) void enqueueLook(false);
      }, pollMs).unref();
    },
    reload: () => enqueueLook(true),
    close() {
      isClosed = true;
      clearInterval(timer);
    },
  };
}

/** The version that serves requests, and its state. */
function createActiveMappings(loaded: Mappings, log: Logger) {
  let mappings = loaded;
  let state: ReloadState = { hash: mappings.hash, loadedAt: new Date().toISOString() };
  return {
    current: () => mappings,
    state: () => state,
    noteMissing(hash: string, missing: readonly string[]): void {
      if (hash === state.hash && missing.length > 0) state = { ...state, missing };
    },
    apply({ mappings: edited, diagnostics }: ThreadCheck): ReloadResult {
      const findings = diagnostics.slice(0, maxLogged).map(formatDiagnostic);
      if (edited === undefined) {
        // A folder that cannot be read is read again and again; the log reports it once.
        const isKnown = JSON.stringify(state.refused?.diagnostics) === JSON.stringify(diagnostics);
        if (isKnown) return 'refused';
        state = { ...state, refused: { at: new Date().toISOString(), diagnostics } };
        const facts = { mapping: mappings.hash, findings, count: diagnostics.length };
        log.warn(facts, 'the edited mapping files have errors: the last valid version stays active');
        return 'refused';
      }
      const before = mappings.hash;
      if (edited.hash === before) {
        if (state.refused !== undefined) log.info({ mapping: before }, 'the mapping files are unchanged again');
        const { refused: _refused, ...active } = state;
        state = active;
        return 'unchanged';
      }
      mappings = edited;
      state = { hash: edited.hash, loadedAt: new Date().toISOString() };
      log.info({ mapping: edited.hash, before, findings }, 'the edited mapping files are active');
      return 'applied';
    },
  };
}

/**
 * Reads the folder once it is stable: editors and deployments write in steps, so two checks must agree, and a folder that changes while
 * it is read is read again at the next check.
 */
function createSettledReader(dir: string, initial: string) {
  let seen = initial;
  let pending: string | undefined;
  /** @returns what was read; undefined when nothing changed, or the folder is not stable. */
  return async (isAsked: boolean, read: () => Promise<ThreadCheck>): Promise<ThreadCheck | undefined> => {
    const now = await fingerprint(dir);
    if (!isAsked && now === seen) {
      pending = undefined;
      return undefined;
    }
    if (!isAsked && now !== pending) {
      pending = now;
      return undefined;
    }
    const result = await read();
    pending = await fingerprint(dir);
    if (pending !== now) return undefined;
    // Files that the system failed to read may be readable at the next check.
    seen = result.isIncomplete ? `${now} incomplete` : now;
    pending = undefined;
    return result;
  };
}

/** A log line is not a report: `check` lists all findings. */
const maxLogged = 20;

/** Changes whenever a file that may be a mapping is added, removed or written. Never throws: a missing folder is a state too. */
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
