import { expect, test } from 'vitest';
import { startSeededCrm } from '../support/seeded-crm.ts';
import { startBridgeOn } from '../support/start-bridge.ts';

const texts = [
  'Please send <Data> to <Your Name>, price <5 & >3, a -> b <- c',
  'AT&amp;T said &lt;b&gt; is "fine"\n\nif a<b and c>d',
  'use <b> for bold, <i=5 and i> 3\n<3 <ada@example.com>',
];

test('a text with signs of HTML is stored as it reads, and answered and read as it was sent', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  for (const [place, text] of texts.entries()) {
    const shown = text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '<br>');
    for (const type of ['EMAIL', 'LINKEDIN']) {
      const sent = {
        type,
        body: text,
        subject: `<${place}> Q&A -> x`,
        contactId: ada,
        metadata: { messageId: `${place}` },
      };
      const logged = await bridge.send('POST', '/activities', sent);
      const read = await bridge.send('GET', `/activities/${logged.body.id}`);
      for (const { body } of [logged, read]) expect([body.body, body.subject]).toEqual([text, sent.subject]);
      const record = crm.records(type === 'EMAIL' ? 'emails' : 'communications').at(-1)?.properties ?? {};
      expect(record.hs_email_html ?? record.hs_communication_body).toContain(shown);
    }
    const created = await bridge.send('POST', '/tasks', { subject: 'Q&A <x> -> y', description: text, contactId: ada });
    const read = await bridge.send('GET', `/tasks/${created.body.id}`);
    const patched = await bridge.send('PATCH', `/tasks/${created.body.id}`, { description: `${text}!` });
    expect([created.body.description, read.body.description, read.body.subject]).toEqual([text, text, 'Q&A <x> -> y']);
    expect(patched.body.description).toBe(`${text}!`);
    expect(crm.records('tasks').at(-1)?.properties.hs_task_body).toBe(`${shown}!`);
  }
});

test.each([
  ['<p>Hi</p><script>alert(1)</script><img src=x onerror=alert(1)>', '<p>Hi</p>'],
  ['&lt;img src=x onerror=alert(1)&gt;', '&lt;img src=x onerror=alert(1)&gt;'],
  ['<a href="javascript:alert(1)">x</a> <b onclick=alert(1)>y</b>', '<a>x</a> <b>y</b>'],
])('markup that the CRM holds is answered without what is live: %j', async (held, answered) => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const { emails = [], tasks = [] } = crm.seed({
    emails: [{ properties: { hs_timestamp: '1', hs_email_html: held, hs_email_subject: 'Re: <svg onload=alert(1)>' } }],
    tasks: [{ properties: { hs_timestamp: '1', hs_task_body: held, hs_task_subject: 'Re: <svg onload=alert(1)>' } }],
  });

  const email = await bridge.send('GET', `/activities/${emails[0]}`);
  const task = await bridge.send('GET', `/tasks/${tasks[0]}`);
  const batch = await bridge.send('POST', '/tasks/batch', { ids: tasks });

  expect([email.body.body, task.body.description, batch.body[0].description]).toEqual([answered, answered, answered]);
  for (const { subject } of [email.body, task.body]) expect(subject).toBe('Re: &lt;svg onload=alert(1)&gt;');
});

test('escaped markup is answered escaped, by POST and GET alike', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const markup = '&lt;img src=x onerror=alert(1)&gt;';

  const activity = await bridge.send('POST', '/activities', { type: 'EMAIL', body: markup, contactId: ada });
  const task = await bridge.send('POST', '/tasks', {
    subject: '<img src=x onerror=alert(1)>',
    description: '<p>x</p><img src=x onerror=alert(1)>',
    contactId: ada,
  });
  const read = await bridge.send('GET', `/activities/${activity.body.id}`);

  expect([activity.body.body, read.body.body]).toEqual([markup, markup]);
  expect([task.body.subject, task.body.description]).toEqual(['&lt;img src=x onerror=alert(1)&gt;', '<p>x</p>']);
});
