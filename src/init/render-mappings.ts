import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PropertyDefinition } from '../crm/crm.ts';
import { initialExamples } from './initial-examples.ts';
import { insertOptions } from './insert-options.ts';
import { insertRows } from './insert-rows.ts';
import type { ProposedRow } from './propose-rows.ts';

/** What a portal adds to the shipped file of one kind of record. */
export interface PortalAdditions {
  readonly definitions: readonly PropertyDefinition[];
  readonly rows: readonly ProposedRow[];
}

/** The shipped mapping files with a portal's additions, and examples that fit them, by file name. */
export function renderMappings(
  shippedDir: string,
  additions: Readonly<Record<'contacts' | 'companies', PortalAdditions>>,
): ReadonlyMap<string, string> {
  // The shipped examples describe the shipped rows: they would fail as soon as a proposed row is used.
  const files = readdirSync(shippedDir).filter((name) => /^[^.]+\.yaml$/.test(name));
  const rendered = files.map((file): [string, string] => {
    // The schema lies beside the shipped folder, not beside this one.
    const text = readFileSync(join(shippedDir, file), 'utf8').replace(/^# yaml-language-server:.*\n#?\n?/, '');
    const added =
      file === 'contacts.yaml' ? additions.contacts : file === 'companies.yaml' ? additions.companies : undefined;
    if (added === undefined) return [file, text];
    const withOptions = insertOptions(text, added.definitions);
    return [file, added.rows.length === 0 ? withOptions : insertRows(withOptions, added.rows)];
  });
  return new Map([...rendered, ...initialExamples]);
}
