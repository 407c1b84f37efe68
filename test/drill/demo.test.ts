import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('the demo plays an export twice and shows that the second one creates nothing', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['demo/main.ts'], { encoding: 'utf8' });

  expect(stdout).toContain('POST /contacts/sync');
  expect(stdout).toContain('POST /crm/objects/2026-09/contacts/batch/create');
  expect(stdout).toContain('The second run created nothing.');
});
