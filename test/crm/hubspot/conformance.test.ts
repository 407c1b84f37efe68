import { apiVersions } from '../../../src/crm/hubspot/transport/api-versions.ts';
import { openHubSpot } from '../../support/open-hubspot.ts';
import { testCrmConformance } from '../crm-conformance.ts';

for (const apiVersion of apiVersions) {
  testCrmConformance(`HubSpot ${apiVersion}`, () => openHubSpot({}, { apiVersion }));
}
testCrmConformance('HubSpot (echoing trace ids, refusing by message, linking all or nothing)', () =>
  openHubSpot({
    switches: {
      traceIdEcho: 'echo',
      resultOrder: 'input',
      validationErrors: 'message-only',
      uniqueConflictOnCreate: 'conflict',
      unknownAssociationIds: '400',
    },
  }),
);
