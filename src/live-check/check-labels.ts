import type { CallContext, Crm } from '../crm/crm.ts';
import { CrmRejectedError } from '../errors.ts';
import type { Mappings } from '../mapping/load/file-kinds.ts';
import type { Finding } from '../mapping/schema/finding.ts';
import { didYouMean, nearestWord } from '../mapping/values/nearest-word.ts';

/** Association labels that the file of contacts names and the CRM does not have: contacts would be linked without them. */
export async function checkLabels(
  { crm, context }: { readonly crm: Pick<Crm, 'listLinkLabels'>; readonly context: CallContext },
  { contacts, companies }: Pick<Mappings, 'contacts' | 'companies'>,
): Promise<readonly Finding[]> {
  const wanted = contacts.association?.labels ?? [];
  if (wanted.length === 0) return [];
  const path = ['association', 'labels'];
  const to = companies?.target.objectType ?? 'companies';
  try {
    const held = (await crm.listLinkLabels(contacts.target.objectType, to, context)).map(({ label }) => label.trim());
    const known = new Set(held.map((label) => label.toLowerCase()));
    return wanted.flatMap((label, at): Finding[] => {
      if (known.has(label.trim().toLowerCase())) return [];
      const suggestion = nearestWord(label, held);
      const message = `the CRM has no association label "${label}" between contacts and companies${didYouMean(suggestion)}`;
      const finding = { path: [...path, at], kind: 'unknown-label', message } as const;
      return [suggestion === undefined ? finding : { ...finding, suggestion }];
    });
  } catch (error) {
    if (!(error instanceof CrmRejectedError)) throw error;
    const message = `the token may not list association labels, which linking with labels needs: ${error.message}`;
    return [{ path, kind: 'missing-scope', severity: 'error', message }];
  }
}
