import { type FakeCrmOptions, fakeCrm } from '../support/fake-crm.ts';
import { testCrmConformance } from './crm-conformance.ts';

const named = (...names: string[]) => names.map((name) => ({ name }));
const properties: FakeCrmOptions['properties'] = {
  contacts: named('email', 'firstname'),
  companies: named('name'),
  tasks: named('hs_task_subject', 'hs_timestamp'),
};

testCrmConformance('The fake', async () => ({ crm: fakeCrm({ properties }), close: async () => undefined }));
