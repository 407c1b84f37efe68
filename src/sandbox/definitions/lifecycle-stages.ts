/** Stages of a fresh portal in the order in which a record moves through them (forward only). */
export const lifecycleStages: readonly string[] = [
  'subscriber=Subscriber',
  'lead=Lead',
  'marketingqualifiedlead=Marketing Qualified Lead',
  'salesqualifiedlead=Sales Qualified Lead',
  'opportunity=Opportunity',
  'customer=Customer',
  'evangelist=Evangelist',
  'other=Other',
];
