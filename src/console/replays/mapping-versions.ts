import { basename, join } from 'node:path';
import type { Capture } from '../../capture/capture-schema.ts';
import { capturedMappings } from '../../capture/replay/regression.ts';
import type { Mappings } from '../../mapping/load/file-kinds.ts';
import { type CheckedMappings, checkSources, loadMappings } from '../../mapping/load/load-mappings.ts';
import { readFolder } from '../../mapping/load/read-folder.ts';
import { MappingError } from '../../mapping/schema/diagnostic.ts';
import type { ArchiveSettings } from '../archive/archive.ts';
import { localeOf } from '../mapping/read-mapping-files.ts';
import type { MappingEdit, ReplayedMapping } from './replay-settings.ts';

/** The mapping files of a replay. Today's and an edit are read once for many replays. */
export interface MappingVersions {
  /** @throws MappingError for files with errors. */
  choose(which: ReplayedMapping, capture: Capture): Mappings;
  check(edit: MappingEdit): CheckedMappings;
}

export function createMappingVersions(settings: ArchiveSettings): MappingVersions {
  let today: { readonly mappings: Mappings; readonly until: number } | undefined;
  let edited: { readonly edit: MappingEdit; readonly checked: CheckedMappings } | undefined;
  const locale = localeOf(settings.defaultCountry);

  function loadToday(): Mappings {
    if (today === undefined || performance.now() >= today.until) {
      today = { mappings: loadMappings(settings.mappings, locale), until: performance.now() + keptMs };
    }
    return today.mappings;
  }

  function check(edit: MappingEdit): CheckedMappings {
    if (edited?.edit.name === edit.name && edited.edit.text === edit.text) return edited.checked;
    const { files = [], diagnostics } = readFolder(settings.mappings);
    const others = files.filter(({ file }) => basename(file) !== edit.name);
    const sources = [...others, { file: join(settings.mappings, edit.name), text: edit.text }].toSorted((a, b) =>
      a.file < b.file ? -1 : 1,
    );
    edited = { edit, checked: checkSources(settings.mappings, sources, { locale, earlier: diagnostics }) };
    return edited.checked;
  }

  return {
    check,
    choose(which, capture) {
      if (which.kind === 'captured') return capturedMappings(capture);
      if (which.kind === 'today') return loadToday();
      const { mappings, diagnostics } = check(which.edit);
      if (mappings === undefined) throw new MappingError(diagnostics);
      return mappings;
    },
  };
}

const keptMs = 5_000;
