import { expect, test } from 'vitest';
import { personalKindOf, personalKindOfField } from '../../src/console/records/personal-id.ts';

test.each([
  ['ada@example.com', 'email'],
  ['  Ada.Lovelace+enginy@Example.co.uk ', 'email'],
  ['mailto:ada@example.com', 'email'],
  ['tel:+49-170-5550142', 'phone number'],
  ["'+49 170 5550142'", 'phone number'],
  ['Ada Lovelace <lead-7>', 'name'],
  ['+49 170 5550142', 'phone number'],
  ['(415) 555-0142', 'phone number'],
  ['01705550142', 'phone number'],
  ['030-1234567', 'phone number'],
  ['https://www.linkedin.com/in/ada', 'address'],
  ['linkedin.com/in/ada', 'address'],
  ['www.example.com', 'address'],
  ['Ada Lovelace', 'name'],
  ['J. Müller-Lüdenscheidt', 'name'],
  ['  ada lovelace (Northwind)', 'name'],
  ['lead-7', undefined],
  ['lead 7', undefined],
  ['Ada', undefined],
  ['734931000042', undefined],
  ['2024-11-26-0001234', undefined],
  ['550e8400-e29b-41d4-a716-446655440000', undefined],
  ['12-345', undefined],
  ['a@', undefined],
  ['', undefined],
])('the id %j reads as %s', (id, kind) => {
  expect(personalKindOf(id)).toBe(kind);
});

test.each([
  ['jane@acme.com', 'email'],
  ['+49 170 5550 142', 'phone number'],
  ['https://www.linkedin.com/in/jane', 'address'],
  ['Lead score', undefined],
  ['linkedin_url', undefined],
  ['2024-11-26', undefined],
])('the field %j reads as %s', (name, kind) => {
  expect(personalKindOfField(name)).toBe(kind);
});
