import { openHubSpot } from '../../support/open-hubspot.ts';
import { testCrmConformance } from '../crm-conformance.ts';

testCrmConformance('HubSpot', openHubSpot);
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
