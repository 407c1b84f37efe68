import { captureNamesIn, type CaptureFinder, createCaptureFinder } from '../../capture/inspect/capture-of-request.ts';
import type { JournalReader } from '../../journal/journal.ts';
import { openJournalReader } from '../../journal/read-journal.ts';
import { type MappingPlaces, readMappingPlaces } from '../../reasons/mapping-places.ts';

/** Where the bridge keeps what the console shows. */
export interface ArchiveSettings {
  /** Undefined: there is no journal. */
  readonly journal: { readonly folder: string; readonly secret: string | undefined } | undefined;
  /** Undefined: there are no captures. */
  readonly captures: string | undefined;
  readonly mappings: string;
  readonly defaultCountry: string | undefined;
}

/** The files that the console reads, in a thread of its own. */
export interface Archive {
  readonly settings: ArchiveSettings;
  /** Undefined until the first request was written, and where there is no journal. */
  journal(): JournalReader | undefined;
  captureOf: CaptureFinder;
  places(): MappingPlaces;
  /** Names of the captures, oldest first. */
  captureNames(): readonly string[];
}

/** What was read of a folder is used for so long. */
const keptMs = 1_000;

export function openArchive(settings: ArchiveSettings): Archive {
  let reader: JournalReader | undefined;
  const names = kept(() => (settings.captures === undefined ? [] : captureNamesIn(settings.captures)));
  const finder = kept(() => createCaptureFinder(names()));
  return {
    settings,
    journal() {
      const { journal } = settings;
      reader ??= journal === undefined ? undefined : openJournalReader(journal.folder, journal.secret);
      return reader;
    },
    captureOf: (request) => finder()(request),
    places: kept(() => readMappingPlaces(settings.mappings)),
    captureNames: names,
  };
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
