import type { SandboxOptions } from '../../sandbox/sandbox.ts';
import { startCrm } from './start-bridge.ts';

/** Two contacts, two companies and the people who own them, as a HubSpot user would have created them. */
export async function startSeededCrm(options: SandboxOptions = {}) {
  const crm = await startCrm(options);
  const { contacts, companies } = crm.seed({
    owners: [
      { id: '61', type: 'PERSON', email: 'olga@example.com', firstName: 'Olga', lastName: 'Owner' },
      { id: '62', type: 'PERSON', email: 'otto@example.com', firstName: 'Otto', lastName: 'Owner' },
      { id: '63', type: 'QUEUE', firstName: 'Inbound', lastName: 'Queue' },
      { id: '64', type: 'PERSON', email: 'gone@example.com', firstName: 'Gone', lastName: 'Person', archived: true },
    ],
    contacts: [
      { properties: { email: 'ada@example.com', firstname: 'Ada', lastname: 'Lovelace' } },
      { properties: { email: 'grace@example.com', firstname: 'Grace', lastname: 'Hopper' } },
    ],
    companies: [
      { properties: { name: 'Analytical Engines', domain: 'analytical.example' } },
      { properties: { name: 'Harvard Mark', domain: 'mark.example' } },
    ],
  });
  const [ada = '', grace = ''] = contacts;
  const [engines = '', mark = ''] = companies;
  return { crm, ada, grace, engines, mark };
}
