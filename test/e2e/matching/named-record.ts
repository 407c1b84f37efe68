export const named = (kind: 'contacts' | 'companies', externalId: string, sent: object) => ({
  externalId,
  ...(kind === 'contacts' ? { firstName: 'Ada' } : { name: `Company ${externalId}` }),
  ...sent,
});

export const idsIn = ({ body }: { body: { results: { crmId: string }[] } }) => body.results.map(({ crmId }) => crmId);
