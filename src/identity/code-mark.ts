import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Packages whose data decide what the canonical form of a value is. */
const packages = ['any-ascii', 'i18n-iso-countries', 'libphonenumber-js', 'tldts'] as const;

let mark: string | undefined;

/**
 * Changes whenever the canonical form of a value may have changed: with the code of the mapping, the packages that it uses, and the
 * Unicode data of Node. Keys that another version of the code computed must not be searched for.
 */
export function codeMark(): string {
  mark ??= computeMark();
  return mark;
}

function computeMark(): string {
  const folder = fileURLToPath(new URL('../mapping/', import.meta.url));
  const files = ['data', 'run', 'transforms', 'values'].flatMap((name) =>
    readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, name, file)),
  );
  const code = files
    .filter((file) => /\.(?:ts|js|json)$/.test(file))
    .sort()
    .map((file) => hash('sha256', readFileSync(file)));
  const versions = packages.map((name) => {
    const file = findPackageJSON(name, import.meta.url);
    return file === undefined ? name : hash('sha256', readFileSync(file));
  });
  return hash('sha256', JSON.stringify([code, versions, process.versions.icu, process.versions.unicode]));
}
