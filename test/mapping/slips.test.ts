import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkSources } from '../../src/mapping/load/load-mappings.ts';
import { runCommand } from '../cli/run-command.ts';
import { mappingFolder } from '../support/mapping-folder.ts';

const shipped = readFileSync('mappings/hubspot/contacts.yaml', 'utf8');

/** [what stands in the shipped file, what is typed instead, the finding, the text at which it points] */
const slips: readonly (readonly [string, string, RegExp, string])[] = [
  ['  overwrite: always', '\u00a0 overwrite: always', /non-breaking space \(U\+00A0\)/, '\u00a0'],
  ['    - { enginy: title', '\u00a0   - { enginy: title', /non-breaking space/, '\u00a0'],
  ['overwrite: always', 'overwrite:\u00a0always', /non-breaking space/, '\u00a0'],
  ['{ enginy: title,', '{\u00a0enginy: title,', /non-breaking space/, '\u00a0'],
  ['{ enginy: title,', '{ enginy:\u202ftitle,', /narrow non-breaking space/, '\u202f'],
  ['crm: jobtitle', 'crm: job\u200btitle', /invisible space/, '\u200b'],
  ['\n  overwrite: always', '\n\toverwrite: always', /a tab indents this line/, '\t'],
  ['    - { enginy: title', '\t- { enginy: title', /a tab indents this line/, '\t'],
  ['enginy: title,', 'enginy: title', /a comma is missing before "crm"/, 'crm'],
  ['enginy: title,', 'enginy: title;', /a comma is missing before "crm"/, 'crm'],
  ['{ enginy: externalId,', '{ enginy: externalId', /a comma is missing before "crm"/, 'crm'],
  [
    'also: [hs_additional_emails],',
    'also: [hs_additional_emails]',
    /a comma is missing before "transform"/,
    'transform',
  ],
  [
    'transform: [linkedin_url]',
    'transform: [trim linkedin_url]',
    /a comma is missing before "linkedin_url"/,
    'linkedin_url',
  ],
  ['overwrite: always', 'overwrite: always: yes', /put quotes around the value/, ': yes'],
  ['enginy: title,', 'enginy: title, default: Phase 1: start,', /put quotes around the value/, ': start'],
  ['if_several: error', 'if_several error', /a colon is missing after "if_several"/, ' error'],
  ['target: hubspot', 'target hubspot', /a colon is missing after "target"/, ' hubspot'],
  ['{ enginy: title,', '{ enginy title,', /a colon is missing after "enginy"/, ' title'],
  ['write:  ', 'write   ', /a colon is missing after "write"/, ' '],
  ['overwrite: always', 'overwrite:always', /a space is missing after the colon/, 'always'],
  ['{ enginy: title,', '{ enginy:title,', /a space is missing after the colon/, 'title'],
  ['    - identity', '    -identity', /a space is missing after the dash/, 'identity'],
  ['\n  overwrite: always', '\n overwrite: always', /begins with 1 space, the lines around it with 2/, 'overwrite'],
  ['\ntarget', '\n target', /begins with 1 space, the lines around it with 0/, 'target'],
  ['    - { enginy: title', '     - { enginy: title', /begins with 5 spaces, the lines around it with 4/, '- {'],
  ['    - { enginy: title', '   - { enginy: title', /begins with 3 spaces/, '- {'],
  ['{ enginy: title,', '{ enginy: “title”,', /“ is not a quote in YAML/, '“'],
  ['transform: [e164]', 'transform: [‘e164’]', /‘ is not a quote in YAML/, '‘'],
  ['{ enginy: title,', '{ enginy: "title,', /this quote is not closed/, '"title'],
  ['transform: [linkedin_url] }', 'transform: [linkedin_url }', /this \[ is not closed/, '['],
  ['transform: [linkedin_url] }', 'transform: [linkedin_url] }}', /this } closes nothing/, '}'],
  ['    - { enginy: title', '    { enginy: title', /a dash \(-\) is missing/, '{ enginy: title'],
  ['{ enginy: title,', '{ enginy: @title,', /cannot begin with @/, '@title'],
];

test.each(slips)(
  '%j typed as %j is one finding in plain words, with the line and a caret',
  (right, slip, words, at) => {
    const text = shipped.replace(right, () => slip);
    expect(text).not.toBe(shipped);

    const { mappings, diagnostics } = checkSources('folder', [{ file: 'contacts.yaml', text }]);

    expect(mappings).toBeUndefined();
    expect(diagnostics).toMatchObject([{ severity: 'error', message: expect.stringMatching(words) }]);
    const [{ line, column, excerpt = '' }] = diagnostics as [(typeof diagnostics)[0]];
    expect(
      text
        .split('\n')
        .slice(line - 1)
        .join('\n')
        .slice(column - 1)
        .startsWith(at),
    ).toBe(true);
    const [shown = '', caret = ''] = excerpt.split('\n');
    const [sign = ''] = at;
    expect(shown[caret.length - 1]).toBe(sign !== ' ' && /[\p{Z}\p{C}]/u.test(sign) ? '·' : sign);
  },
);

test('a non-breaking space that is part of a label is left alone', () => {
  const text = `${shipped}\n# a comment with\u00a0one\n`.replace('otherwise: skip', 'otherwise: skip # 10\u00a0000');

  expect(checkSources('folder', [{ file: 'contacts.yaml', text }]).diagnostics).toEqual([]);
});

test('check prints the line with a caret below a finding', async () => {
  const dir = mappingFolder({ 'contacts.yaml': shipped.replace('overwrite: always', 'overwrite always') });

  const { status, out } = await runCommand(['check', dir]);

  expect(status).toBe(1);
  expect(out).toContain('  yaml  a colon is missing after "overwrite"\n');
  expect(out).toMatch(/\n\d+ \| {3}overwrite always .*\n {5,}\^\n/);
});
