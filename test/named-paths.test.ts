import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url).pathname;
const folders = ['src', 'sandbox', 'test', 'mappings', 'docs', 'scripts', 'bin', 'bench', 'demo', 'deploy'];
/** Every file and folder of the project, folders with a slash at the end, all with one in front: `/src/bridge/`. */
const paths = [
  ...readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile()),
  ...folders.flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true })),
].map((entry) => `/${relative(root, join(entry.parentPath, entry.name))}${entry.isDirectory() ? '/' : ''}`);
const known = new Set([...paths, ...folders.map((folder) => `/${folder}/`)]);

const documents = readdirSync(root)
  .concat(readdirSync(join(root, 'docs')).map((file) => `docs/${file}`))
  .filter((file) => file.endsWith('.md') && file !== 'CHANGELOG.md');

test.each(documents)('%s names only files and folders that exist', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const files = [...text.matchAll(/(?<![\w./<-])(?:[\w-]+\/)*[\w-]+(?:\.\w+)?\.ts\b/g)].map(([path]) => path);
  const named = [...text.matchAll(/`((?:[\w-]+\/)+)`/g)].map(([, path = '']) => path);

  expect([...files, ...named].filter((path) => ![...known].some((each) => each.endsWith(`/${path}`)))).toEqual([]);
});

test.each(documents)('%s links only to files that exist', (document) => {
  const text = readFileSync(join(root, document), 'utf8');
  const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);

  expect(links.filter((link) => !known.has(join('/', document, '..', link)))).toEqual([]);
});

test('the tree of ARCHITECTURE.md is that of the project', () => {
  const [, tree = ''] = /```\n([\s\S]*?)```/.exec(readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')) ?? [];
  const above: string[] = [];
  const named = tree
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', names = ''] = /^( *)(.*?)(?: {2,}|$)/.exec(line) ?? [];
      const depth = indent.length / 2;
      above.length = depth;
      const inside = names.split(', ').map((name) => `${above.at(-1) ?? '/'}${name}`);
      above.push(inside[0] ?? '/');
      return inside;
    });
  const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());

  expect(named).toContain('/src/');
  expect(named.filter((path) => !known.has(path))).toEqual([]);
  expect(
    rooms.filter(({ name }) => !named.some((path) => path.startsWith(`/src/${name}/`))).map(({ name }) => name),
  ).toEqual([]);
});
