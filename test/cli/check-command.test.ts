import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkMappings } from '../../src/mapping/load/load-mappings.ts';
import { shippedFolder } from '../support/mapping-folder.ts';
import { runCommand } from './run-command.ts';

test('finds nothing in the shipped files, and runs their examples', async () => {
  const { status, out } = await runCommand(['check', 'mappings/hubspot']);

  expect(status).toBe(0);
  expect(out).toMatch(/^✓ mappings\/hubspot: 0 errors, 0 warnings, \d\d examples run\n$/);
});

test('reads the folder of MAPPINGS_DIR when none is named', async () => {
  const dir = shippedFolder();

  const { out } = await runCommand(['check'], { environment: { MAPPINGS_DIR: dir } });

  expect(out).toContain(`✓ ${dir}:`);
});

test('prints every finding of every file of every folder in one run, and ends with 1', async () => {
  const one = shippedFolder({
    'contacts.yaml': (text) =>
      text.replace('transform: [e164]', 'transform: [E164]').replace('policy: create', 'polcy: create'),
    'companies.yaml': (text) => text.replace('if_several: error', 'if_several: eror'),
  });
  const two = shippedFolder({
    'contacts.examples.yaml': (text) => text.replace('jobtitle: Countess', 'jobtitle: Duchess'),
  });

  const { status, out } = await runCommand(['check', one, two]);

  const lines = out.trimEnd().split('\n');
  expect(status).toBe(1);
  expect(lines.filter((line) => line.startsWith(one)).map((line) => line.split('  ')[2])).toEqual([
    'bad-option',
    'unknown-transform',
    'unknown-key',
  ]);
  expect(lines).toContain(`✕ ${one}: 3 errors, 0 warnings, 0 examples run`);
  expect(out).toMatch(/contacts\.examples\.yaml:\d+:\d+ {2}warning {2}example-failed/);
});

test('lets warnings pass unless it is strict', async () => {
  const row = '    - { enginy: nickname, crm: nick_name }';
  const dir = shippedFolder({ 'contacts.yaml': (text) => text.replace('  fields:', `  fields:\n${row}`) });

  const lenient = await runCommand(['check', dir]);
  const strict = await runCommand(['check', dir, '--strict']);

  expect(lenient.status).toBe(0);
  expect(lenient.out).toMatch(/ {2}warning {2}not-an-enginy-field {2}[\s\S]*^! .*: 0 errors, 1 warning, /m);
  expect(strict).toMatchObject({ status: 1, out: lenient.out });
});

test('prints the same as JSON for a machine', async () => {
  const dir = shippedFolder({ 'contacts.yaml': (text) => text.replace('if_several: error', 'if_several: eror') });

  const { status, out } = await runCommand(['check', dir, '--json']);

  expect(status).toBe(1);
  expect(JSON.parse(out)).toEqual({
    folders: [
      {
        dir,
        errors: 1,
        warnings: 0,
        examples: 0,
        findings: [
          {
            file: join(dir, 'contacts.yaml'),
            line: 39,
            column: expect.any(Number),
            severity: 'error',
            kind: 'bad-option',
            message: '"eror" is not one of error, oldest, newest; did you mean "error"?',
            suggestion: 'error',
          },
        ],
      },
    ],
  });
});

test('colors findings only on a terminal', async () => {
  const dir = shippedFolder({ 'contacts.yaml': (text) => text.replace('if_several: error', 'if_several: eror') });

  const plain = await runCommand(['check', dir]);
  const colored = await runCommand(['check', dir], { hasColor: true });

  expect(plain.out).not.toContain('\u001b');
  expect(colored.out).toContain('\u001b[31merror');
});

test('an intended change passes, with one line that names the command for updating the examples', async () => {
  const dir = shippedFolder({
    'contacts.yaml': (text) => text.replace(/crm: jobtitle,( +)transform/, 'crm: role_name,$1transform'),
  });
  const before = readFileSync(join(dir, 'contacts.examples.yaml'), 'utf8');

  const changed = await runCommand(['check', dir]);
  const strict = await runCommand(['check', dir, '--strict']);
  const renewing = await runCommand(['check', dir, '--update-examples']);
  const after = readFileSync(join(dir, 'contacts.examples.yaml'), 'utf8');
  const again = await runCommand(['check', dir, '--strict', '--quiet']);

  expect(checkMappings(dir).mappings).toBeDefined();
  expect([changed.status, changed.out.split('\n').filter((line) => line.includes('example-failed')).length]).toEqual([
    0, 1,
  ]);
  expect(changed.out).toContain(`enginy-bridge check --update-examples ${dir}`);
  expect(strict.status).toBe(1);
  expect(strict.out.split('\n').filter((line) => line.includes('example-failed')).length).toBeGreaterThan(1);
  expect(renewing.status).toBe(0);
  expect(again).toMatchObject({ status: 0, out: '' });
  // Comments and what still fits are kept.
  const lines = (text: string) => text.split('\n').toSorted();
  expect(lines(after.replace(/\{.*\}/g, ''))).toEqual(
    lines(before.replaceAll('jobtitle:', 'role_name:').replace(/\{.*\}/g, '')),
  );
  expect(after).toContain('update: { email: ada@example.com, role_name: Countess }');
});

test('lists fields and transforms in the terminal', async () => {
  const fields = await runCommand(['fields']);
  const transforms = await runCommand(['transforms']);
  const json = await runCommand(['transforms', '--json']);

  expect(fields.out).toMatch(/contacts\n {2}externalId\n[\s\S]*companies\n[\s\S]* {2}campaignSequenceStatus .*Ongoing/);
  expect(transforms.out).toMatch(/^linkedin_url +\S/m);
  expect(transforms.out).toMatch(/^\{ truncate: .* \} +\S/m);
  expect(JSON.parse(json.out)).toContainEqual(expect.objectContaining({ name: 'email', summary: expect.any(String) }));
});
