import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of mapping files that the bridge reads unless it is given another. */
export const shippedMappingsDir = 'mappings/hubspot';

/**
 * The folder itself, or the package's own copy where the working directory has no folder of the default name, as after an
 * installation of the package in an empty folder.
 */
export function findMappings(dir: string): string {
  return dir !== shippedMappingsDir || existsSync(dir) ? dir : shippedMappings;
}

/** The package's own mapping files. */
export const shippedMappings = ownFolder();

function ownFolder(): string {
  // Two levels above the source, three above the built program.
  const copies = ['../../', '../../../'].map((up) =>
    fileURLToPath(new URL(`${up}${shippedMappingsDir}`, import.meta.url)),
  );
  return copies.find((copy) => existsSync(copy)) ?? shippedMappingsDir;
}
