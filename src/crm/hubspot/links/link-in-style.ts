import type { CallContext, Crm, StyledLinks } from '../../crm.ts';
import type { Send } from '../transport/transport.ts';
import { findLabel, type LinkLabels } from './link-labels.ts';
import { linkByDefault } from './link-by-default.ts';
import { linkStyled } from './link-styled.ts';

/** Links in a style: HubSpot's default where that is enough, else with types and labels. */
export async function linkInStyle(
  { send, linkLabels }: { readonly send: Send; readonly linkLabels: LinkLabels },
  { from, to, pairs, style: { as, labels } }: Parameters<Crm['linkAs']>[0],
  context: CallContext,
): Promise<StyledLinks> {
  const types = { from, to };
  if (as === 'additional' && labels.length === 0) {
    return { outcomes: await linkByDefault(send, types, pairs), removed: [], unknownLabels: [] };
  }
  const known = labels.length === 0 ? [] : await linkLabels.of(types, labels, context);
  const found = labels.flatMap((name) => findLabel(known, name) ?? []);
  const unknownLabels = labels.filter((name) => findLabel(known, name) === undefined);
  return { ...(await linkStyled(send, { types, pairs, as, labels: found })), unknownLabels };
}
