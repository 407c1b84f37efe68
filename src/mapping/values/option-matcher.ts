import { foldText } from './fold-text.ts';

/** An option of a CRM property. */
export interface Option {
  readonly value: string;
  readonly label: string;
  readonly isHidden?: boolean;
}

/** Words that are ignored when matching labels, in common languages. */
const stopWords = new Set(['and', 'or', 'of', 'the', 'und', 'et', 'y', 'e', 'og', 'och', 'en']);

/**
 * Creates a function that finds the option for a text: by exact value or label, or else regardless of case, accents,
 * punctuation and stop words ("Hospital & Health Care" is `HOSPITAL_HEALTH_CARE`). It returns the option's value, or
 * undefined if no option matches or several match equally well. Visible options take precedence over hidden ones.
 */
export function createOptionMatcher(options: readonly Option[]): (text: string) => string | undefined {
  const tables = [
    options.filter((option) => option.isHidden !== true),
    options.filter((option) => option.isHidden),
  ].map(indexOptions);
  return (text) => {
    const exact = text.trim();
    const loose = looseForm(exact);
    for (const { values, labels, forms } of tables) {
      if (values.has(exact)) return exact;
      const found = single(labels.get(exact)) ?? single(forms.get(loose));
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function indexOptions(options: readonly Option[]) {
  const labels = new Map<string, Set<string>>();
  const forms = new Map<string, Set<string>>();
  for (const { value, label } of options) {
    add(labels, label.trim(), value);
    for (const form of [looseForm(value), looseForm(label)]) if (form !== '') add(forms, form, value);
  }
  return { values: new Set(options.map((option) => option.value)), labels, forms };
}

function add(index: Map<string, Set<string>>, key: string, value: string): void {
  index.set(key, (index.get(key) ?? new Set()).add(value));
}

function single(values: ReadonlySet<string> | undefined): string | undefined {
  return values?.size === 1 ? [...values][0] : undefined;
}

function looseForm(text: string): string {
  const words = (foldText(text) ?? '').split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => !stopWords.has(word)).join('');
}
