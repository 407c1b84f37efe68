import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureFinder } from '../../capture/inspect/capture-of-request.ts';
import { type CauseCounter, type CountedCauses, createCauseCounter } from '../problems/cause-counter.ts';
import { hideIds } from '../records/hidden-ids.ts';
import { createIdHider, type IdHider } from '../records/id-hider.ts';
import { readSecret } from '../../journal/digests.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { journalPath } from '../../journal/journal-file.ts';
import { openJournalReader } from '../../journal/read-journal.ts';
import { type CheckedMappings, checkMappings } from '../../mapping/load/load-mappings.ts';
import { type MappingPlaces, placesIn } from '../../reasons/mapping-places.ts';
import { openCaptureList } from './capture-list.ts';

/** Where the bridge keeps what the console shows. */
export interface ArchiveSettings {
  /** Undefined: there is no journal. */
  readonly journal: { readonly folder: string; readonly secret: string | undefined } | undefined;
  /** Undefined: there are no captures. */
  readonly captures: string | undefined;
  readonly mappings: string;
  readonly defaultCountry: string | undefined;
}

/** What a thread is started with. */
export interface ThreadSettings extends ArchiveSettings {
  /** Serving goes first. */
  readonly hasLowPriority: boolean;
}

/** The files that the console reads, in a thread of its own. */
export interface Archive {
  readonly settings: ArchiveSettings;
  /** Undefined until the first request is written, and without a journal. */
  journal(): JournalReader | undefined;
  captureOf: CaptureFinder;
  places(): MappingPlaces;
  /** The mapping files of the folder; read again when they have changed. */
  checked(): CheckedMappings;
  /** What went wrong since a moment; undefined where there is no journal. */
  causes(since: number, parts: number): Promise<CountedCauses | undefined>;
  readonly hideId: IdHider;
  /** Names of the captures, oldest first. */
  captureNames(): readonly string[];
}

/** What was read of a folder is used for this long. */
const keptMs = 1_000;

export function openArchive(settings: ArchiveSettings): Archive {
  const mappings = kept(createMappingReader(settings));
  const captures = openCaptureList(settings.captures);
  const opened = createJournalOpener(settings);
  return {
    settings,
    journal: () => opened()?.reader,
    async causes(since, parts) {
      return await opened()?.counter.count(since, parts);
    },
    captureOf: captures.captureOf,
    places: () => mappings().places,
    checked: () => mappings().checked,
    hideId: createIdHiderFor(settings),
    captureNames: captures.names,
  };
}

/** All threads hide an id behind the same placeholder, if there is a journal. */
export function createIdHiderFor({ journal }: ArchiveSettings): IdHider {
  return createIdHider(journal?.secret ?? (journal && readSecret(journal.folder)) ?? randomUUID());
}

interface OpenJournal {
  readonly inode: number;
  readonly reader: JournalReader;
  readonly counter: CauseCounter;
}

/** The bridge sets a damaged journal aside and starts a new file under the same name, which is then read. */
function createJournalOpener({ journal }: ArchiveSettings): () => OpenJournal | undefined {
  if (journal === undefined) return () => undefined;
  const { folder, secret } = journal;
  let known: OpenJournal | undefined;
  return () => {
    const inode = statSync(journalPath(folder), { throwIfNoEntry: false })?.ino;
    if (known !== undefined && known.inode === inode) return known;
    known?.reader.close();
    known = undefined;
    const stored = inode === undefined ? undefined : openJournalReader(folder, secret);
    if (inode !== undefined && stored !== undefined) {
      const reader = hideIds(stored, createIdHider(secret ?? readSecret(folder) ?? ''));
      known = { inode, reader, counter: createCauseCounter(reader) };
    }
    return known;
  };
}

/** Parsing takes a tenth of a second: files are read again when their sizes or times differ. */
function createMappingReader({ mappings: dir, defaultCountry }: ArchiveSettings) {
  let known: { readonly state: string; readonly checked: CheckedMappings; readonly places: MappingPlaces } | undefined;
  return () => {
    const state = stateOf(dir);
    if (known?.state !== state) {
      const checked = checkMappings(dir, defaultCountry === undefined ? {} : { defaultCountry });
      known = { state, checked, places: placesIn(checked, dir) };
    }
    return known;
  };
}

function stateOf(dir: string): string {
  try {
    const names = readdirSync(dir).filter((name) => /\.ya?ml$/i.test(name));
    return names
      .map((name) => {
        const { size, mtimeMs, ctimeMs, ino } = statSync(join(dir, name));
        return [name, size, mtimeMs, ctimeMs, ino].join(' ');
      })
      .join('\n');
  } catch {
    // Files that cannot be read are reported as findings, and read again each time.
    return `unreadable at ${performance.now()}`;
  }
}

function kept<Value>(read: () => Value): () => Value {
  let known: { readonly value: Value; readonly until: number } | undefined;
  return () => {
    if (known === undefined || performance.now() >= known.until) {
      known = { value: read(), until: performance.now() + keptMs };
    }
    return known.value;
  };
}
