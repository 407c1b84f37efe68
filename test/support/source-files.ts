import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** The root of the project. */
export const projectRoot = new URL('../../', import.meta.url).pathname;

export interface SourceFile {
  /** Relative to the folder that was read, e.g. `bridge/match-records.ts`. */
  readonly path: string;
  readonly text: string;
  /** Files that it imports, relative to the same folder; dynamic imports included. */
  readonly imports: readonly string[];
  /** Packages that it imports, without sub-paths. */
  readonly packages: readonly string[];
}

/** @returns every TypeScript file below this folder of the project, with what it imports. */
export function readSources(name: string): readonly SourceFile[] {
  const folder = join(projectRoot, name);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(join(folder, path), 'utf8');
      const specifiers = [...text.matchAll(/(?:^|\s)(?:from\s+|import\s+|import\(\s*)'([^'\n]+)'/g)].map(
        (match) => match[1] ?? '',
      );
      return {
        path,
        text,
        imports: specifiers
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => relative(folder, join(folder, dirname(path), specifier))),
        packages: specifiers
          .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
          .map((specifier) => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier),
      };
    });
}
