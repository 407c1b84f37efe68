import { expect, test } from 'vitest';
import { runCommand } from './run-command.ts';

test('help shows examples and exit statuses', async () => {
  const general = await runCommand(['--help']);
  const check = await runCommand(['help', 'check']);

  expect([general.status, check.status]).toEqual([0, 0]);
  for (const command of ['serve', 'sandbox', 'check']) expect(general.out).toMatch(new RegExp(`^  ${command} `, 'm'));
  for (const { out } of [general, check]) {
    expect(out).toContain('Examples:');
    expect(out).toContain('Exit status:');
  }
});

test.each([
  [['chek'], 'Did you mean check?'],
  [['check', '--jsn'], 'Did you mean --json?'],
  [['check', 'no/such/folder'], 'there is no folder no/such/folder'],
  [['check', 'package.json'], 'package.json is a file'],
  [['sandbox', '--nope'], "Unknown option '--nope'"],
])('rejects %j with status 2 and a line that helps', async (args, message) => {
  const { status, out, err } = await runCommand(args);

  expect(status).toBe(2);
  expect(err).toContain(message);
  expect(out).toBe('');
});

test('reports which setting is wrong, and reads only the settings that it needs', async () => {
  const wrong = await runCommand(['check'], { environment: { DEFAULT_COUNTRY: 'Germany' } });
  const unneeded = await runCommand(['check'], { environment: { PORT: 'x', MAPPINGS_DIR: 'mappings/hubspot' } });

  expect(wrong.status).toBe(2);
  expect(wrong.err).toContain('DEFAULT_COUNTRY must be an ISO 3166 country');
  expect(unneeded.status).toBe(0);
});

test('shows the options of the embedded CRM', async () => {
  const { status, out } = await runCommand(['sandbox', '--help']);

  expect(status).toBe(0);
  expect(out).toContain('--without-scope NAME');
});

test('prints its version', async () => {
  expect(await runCommand(['--version'])).toMatchObject({ status: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test.each([
  ['bash', '"captures list "*) words="'],
  ['zsh', 'bashcompinit'],
  ['fish', "complete -c enginy-bridge -n '__fish_use_subcommand' -a check"],
])('completes commands and options in %s', async (shell, line) => {
  const { status, out } = await runCommand(['completion', shell]);

  expect(status).toBe(0);
  expect(out).toContain(line);
  expect(out).toContain('strict');
});

test('refuses to complete in a shell that it does not know', async () => {
  expect(await runCommand(['completion', 'cmd'])).toMatchObject({
    status: 2,
    err: expect.stringContaining('bash, zsh, fish'),
  });
});
