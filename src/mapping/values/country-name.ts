import { createRequire } from 'node:module';
import countries from 'i18n-iso-countries';
import aliases from '../data/country-aliases.json' with { type: 'json' };
import { foldText } from './fold-text.ts';

const requireJson = createRequire(import.meta.url);
const maxLength = 100;
const remembered = new Map<string, string | undefined>();
const maxRemembered = 1_000;

/**
 * The ISO code of a country: from its code of two or three letters, or its name in one of the languages that the library knows.
 * Undefined for any other text, and for a name that means different countries in different languages.
 */
export function findCountry(text: string): string | undefined {
  if (text.length > maxLength) return undefined;
  const trimmed = text.trim();
  const code = trimmed.toUpperCase();
  if (/^[A-Z]{2}$/.test(code) && countries.isValid(code)) return code;
  if (/^[A-Z]{3}$/.test(code) && countries.isValid(code)) return countries.alpha3ToAlpha2(code);
  const key = nameKey(trimmed);
  if (key === '') return undefined;
  if (remembered.has(key)) return remembered.get(key);
  const found = names().get(key);
  if (remembered.size >= maxRemembered) remembered.clear();
  remembered.set(key, found);
  return found;
}

let known: ReadonlyMap<string, string | undefined> | undefined;

/** Built on first use: most phone numbers have a country prefix, and names are rarely needed. */
function names(): ReadonlyMap<string, string | undefined> {
  if (known !== undefined) return known;
  const byName = new Map<string, string | undefined>();
  const add = (name: string, code: string) => {
    const key = nameKey(name);
    byName.set(key, byName.has(key) && byName.get(key) !== code ? undefined : code);
  };
  for (const language of countries.getSupportedLanguages()) {
    const { countries: list }: { countries: Record<string, string | string[]> } = requireJson(
      `i18n-iso-countries/langs/${language}.json`,
    );
    const shown = new Intl.DisplayNames([language], { type: 'region', fallback: 'none' });
    for (const [code, name] of Object.entries(list)) {
      for (const each of [name].flat()) add(each, code);
      const other = shown.of(code);
      if (other !== undefined) add(other, code);
    }
  }
  for (const [code, list] of Object.entries(aliases)) {
    for (const name of list.split('|')) byName.set(nameKey(name), code);
  }
  known = byName;
  return known;
}

function nameKey(name: string): string {
  return (foldText(name) ?? '')
    .replace(/[.,'’()]/g, '')
    .replace(/^the /, '')
    .replace(/[\s-]+/g, ' ')
    .trim();
}
