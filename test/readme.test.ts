import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runCommand } from './cli/run-command.ts';

const documents = ['README.md', 'docs/mapping.md'].map((file) => readFileSync(file, 'utf8')).join('\n');

/** Command lines of the documents' console blocks that call this program, each with the output that is shown. */
const shown = [...documents.matchAll(/```console\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((example) => {
      const [line = '', ...output] = example.trimEnd().split('\n');
      return { line, output };
    })
    .filter(({ line }) => line.includes('npx enginy-bridge')),
);

test('shows the commands for mapping files', () => {
  expect(shown.length).toBeGreaterThanOrEqual(3);
});

test.each(shown)('prints what the documents show: $line', async ({ line, output }) => {
  const [, input = '', words = ''] = /^(?:echo '(.*)' \| )?npx enginy-bridge (.*)$/.exec(line) ?? [];

  const { status, out } = await runCommand(words.split(' '), { input });

  expect(status).toBe(0);
  const withoutCounts = (text: string) => text.replace(/\d+ examples run/, 'all examples run');
  // A line with "…" alone stands for any number of lines.
  let rest = out.trimEnd().split('\n').map(withoutCounts);
  let maySkip = false;
  for (const expected of output.map(withoutCounts)) {
    if (expected.trim() === '…') {
      maySkip = true;
      continue;
    }
    const at = maySkip ? rest.indexOf(expected) : 0;
    expect(rest[at]).toBe(expected);
    rest = rest.slice(at + 1);
    maySkip = false;
  }
  expect(maySkip ? [] : rest).toEqual([]);
});
