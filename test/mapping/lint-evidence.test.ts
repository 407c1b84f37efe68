import { expect, test } from 'vitest';
import { checkSources } from '../../src/mapping/load/load-mappings.ts';

function messagesOf(unlessDiffers: string): string[] {
  const text = `version: 1
target: hubspot/contacts
identity: { enginy: externalId, crm: enginy_external_id }
match:
  rules:
    - identity
    - { enginy: email, crm: email, transform: [email] }
    - { enginy: phone, crm: phone, transform: [e164], unless_differs: ${unlessDiffers} }
write:
  fields:
    - { enginy: email, crm: email, transform: [email] }
    - { first_of: [lastName, { enginy: fullName, transform: [last_name] }], crm: lastname }
    - { enginy: industry, crm: industry, match_option: true }
`;
  return checkSources('test', [{ file: 'contacts.yaml', text }]).diagnostics.map(
    ({ line, severity, message }) => `${line} ${severity}: ${message}`,
  );
}

test.each(['[email, lastName]', '[identity]', '[externalId, email]', '[fullName]', '[]'])(
  'accepts unless_differs: %s',
  (list) => {
    expect(messagesOf(list)).toEqual([]);
  },
);

test.each([
  ['[emial]', '8 error: no rule matches by "emial" and no row writes it; did you mean "email"?'],
  ['[city]', '8 error: no rule matches by "city" and no row writes it'],
  ['[phone]', '8 error: this rule only finds records whose "phone" is equal, so "unless_differs" must not name it'],
  ['[email, lastName, email]', '8 error: "email" is repeated in this list'],
  ['[industry]', '8 error: "industry" is written as an option, which cannot be compared with what Enginy sends'],
])('rejects unless_differs: %s', (list, message) => {
  expect(messagesOf(list)).toEqual([message]);
});
