import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadLiveMappings } from '../../src/live-mappings.ts';
import { checkMappings } from '../../src/mapping/load/load-mappings.ts';
import { MappingError } from '../../src/mapping/schema/diagnostic.ts';
import { logSink } from '../support/log-sink.ts';
import { mappingFolder, shippedFolder } from '../support/mapping-folder.ts';

/** Why a file cannot be read, and how to bring that about. */
const reasons: Readonly<Record<string, readonly [reason: RegExp, spoil: (file: string) => void]>> = {
  'a byte that is not UTF-8': [
    /line 2 has a byte/,
    (file) => writeFileSync(file, Buffer.from('a: b\n# M\xfcller', 'latin1')),
  ],
  'half a character': [/not UTF-8/, (file) => writeFileSync(file, Buffer.from([0x61, 0xe2, 0x82]))],
  UTF16: [/not UTF-8/, (file) => writeFileSync(file, Buffer.from('\ufeffversion: 1', 'utf16le'))],
  'a dangling symlink': [/ENOENT/, (file) => symlinkSync('gone', file)],
  'a symlink to itself': [/ELOOP/, (file) => symlinkSync(file, file)],
  'a symlink through a file': [/ENOTDIR/, (file) => symlinkSync('/etc/passwd/x', file)],
  'a symlink with a name that is too long': [/ENAMETOOLONG/, (file) => symlinkSync('x'.repeat(300), file)],
  'a disk that fails': [/EIO/, (file) => symlinkSync('/proc/self/mem', file)],
  'a pipe': [/not a regular file/, (file) => void execFileSync('mkfifo', [file])],
  'a folder': [/it is a folder/, (file) => mkdirSync(file)],
  'a device without end': [/not a regular file/, (file) => symlinkSync('/dev/zero', file)],
  'a link to the system': [/grew|not a regular|larger/, (file) => symlinkSync('/proc/self/status', file)],
  'more than 1 MB': [/larger than 1 MB/, (file) => writeFileSync(file, `version: 1 #${'x'.repeat(1024 ** 2)}`)],
};

test.each(Object.keys(reasons))('%s rejects the folder, whichever file it is', async (name) => {
  const [reason, spoil] = reasons[name] ?? [];
  for (const kind of ['contacts', 'companies', 'activities', 'tasks', 'another']) {
    const dir = shippedFolder();
    const file = join(dir, `${kind}.yaml`);
    rmSync(file, { force: true });
    spoil?.(file);

    const { mappings, diagnostics } = checkMappings(dir);

    expect(mappings).toBeUndefined();
    expect(diagnostics).toMatchObject([{ file, severity: 'error', message: expect.stringMatching(reason ?? /never/) }]);
  }
});

test.each(['a byte that is not UTF-8', 'a dangling symlink', 'a disk that fails', 'a pipe', 'a symlink to itself'])(
  '%s keeps the last valid version active, and stops a start',
  async (name) => {
    const dir = shippedFolder();
    const { log, entries } = logSink();
    const live = await loadLiveMappings({ dir, locale: {}, pollMs: 60_000 }, { log });
    const before = live.current();
    rmSync(join(dir, 'companies.yaml'));
    reasons[name]?.[1](join(dir, 'companies.yaml'));

    await live.reload();

    expect(live.current()).toBe(before);
    expect(live.state().refused?.diagnostics).toHaveLength(1);
    expect(entries.filter(({ level }) => level === 'info')).toEqual([]);
    await expect(loadLiveMappings({ dir, locale: {}, pollMs: 60_000 }, { log })).rejects.toThrow(MappingError);
    live.close();
  },
);

const head = 'version: 1\ntarget: hubspot/contacts\nmatch: { rules: [{ enginy: email, crm: email }] }\n';
const floods: Readonly<Record<string, string>> = {
  'unknown keys': head + Array.from({ length: 25_000 }, (_unused, index) => `key${index}: 1`).join('\n'),
  'rows of the wrong form': `${head}write: { fields: [${'1,'.repeat(5_000)}] }`,
  'rows with unknown keys': `${head}write:\n  fields:\n${'    - { a: 1, b: 2, c: 3 }\n'.repeat(1_000)}`,
  'too many values': `${head}write: { fields: [${'1,'.repeat(25_000)}] }`,
  brackets: ']'.repeat(30_000),
  nesting: `a: ${'['.repeat(3_000)}`,
  'nesting in lines': Array.from({ length: 200 }, (_unused, depth) => `${' '.repeat(depth)}a:`).join('\n'),
  'one key again and again': 'a: 1\n'.repeat(5_000),
  aliases: `${head}write: [${'*a,'.repeat(10_000)}]`,
};

test.each(Object.keys(floods))('a file full of %s has at most 200 findings', (name) => {
  const dir = mappingFolder({ 'contacts.yaml': floods[name] ?? '' });

  const { mappings, diagnostics } = checkMappings(dir);

  expect(mappings).toBeUndefined();
  expect(diagnostics.length).toBeGreaterThan(0);
  expect(diagnostics.length).toBeLessThanOrEqual(200);
});

test('requests are served while a long file is checked', async () => {
  const dir = shippedFolder();
  const live = await loadLiveMappings({ dir, locale: {}, pollMs: 60_000 }, logSink());
  writeFileSync(join(dir, 'companies.yaml'), floods['unknown keys'] ?? '');

  let turns = 0;
  const turning = setInterval(() => {
    turns += 1;
  }, 1);
  await live.reload();
  clearInterval(turning);

  expect(live.state().refused?.diagnostics).toMatchObject([{ message: 'the file has more than 20000 values' }]);
  // On the thread of the requests, the loop would turn a few times only.
  expect(turns).toBeGreaterThan(20);
  live.close();
});

test('too many open files reject the folder, and the reason may pass', () => {
  const loader = new URL('../../src/mapping/load/load-mappings.ts', import.meta.url).href;
  const script = `
    import { openSync } from 'node:fs';
    const { checkMappings } = await import(${JSON.stringify(loader)});
    checkMappings(${JSON.stringify(shippedFolder())});
    try { for (;;) openSync('/dev/null'); } catch {}
    const { mappings, diagnostics } = checkMappings(${JSON.stringify(shippedFolder())});
    process.stdout.write(JSON.stringify({ isActive: mappings !== undefined, diagnostics }));
  `;

  const out = execFileSync(
    'sh',
    ['-c', 'ulimit -n 64; exec "$0" --input-type=module -e "$1"', process.execPath, script],
    { encoding: 'utf8' },
  );

  expect(JSON.parse(out)).toMatchObject({
    isActive: false,
    diagnostics: [{ message: expect.stringMatching('EMFILE') }],
  });
});
