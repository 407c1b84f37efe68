import { expect, test } from 'vitest';
import { startSeededCrm } from '../../support/seeded-crm.ts';
import { startBridgeOn } from '../../support/start-bridge.ts';

const texts = [
  'Please send <Data> to <Your Name>, price <5 & >3, a -> b <- c',
  'AT&amp;T said &lt;b&gt; is "fine"\n\nif a<b and c>d',
  'use <b> for bold, <i=5 and i> 3\n<3 <ada@example.com>',
];

test('a text with HTML characters is stored as it reads, and returned as it was sent', async () => {
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

test('white space and words that look like tags come back as sent', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const sent = [
    '  Hi Ada\r\n\r\n  1. call\r\n  2. write  \r\n',
    'Use <select>, <style> & <script> in the <Title>',
    'Tom & Jerry &lt;b&gt; &amp; Q&A',
    '<Title>CEO</Title> <Link>x</Link> <Data>y</Data>',
    '\tcolumn\tcolumn\t',
    '漢字 → ñ 🚀 … “x” ‘y’ \u00a0',
    '<title>CEO</title> of <select><option>Acme</option></select>',
    '5 < 6 && 7 > 3; a <= b; <3; x<y>z',
    '{{first_name}} <%= name %> [[x]] %%y%%',
    '&nbsp;&copy; 2026',
  ];

  await Promise.all(
    sent.map(async (text) => {
      const [activity, task] = await Promise.all([
        bridge.send('POST', '/activities', { type: 'LINKEDIN', body: text, contactId: ada }),
        bridge.send('POST', '/tasks', { subject: 'x', description: text, contactId: ada }),
      ]);
      const [readActivity, readTask] = await Promise.all([
        bridge.send('GET', `/activities/${activity.body.id}`),
        bridge.send('GET', `/tasks/${task.body.id}`),
      ]);
      for (const { body } of [activity, readActivity]) expect([body.body, body.warnings]).toEqual([text, undefined]);
      for (const { body } of [task, readTask]) expect([body.description, body.warnings]).toEqual([text, undefined]);
    }),
  );
});

test('what the CRM does not keep of HTML is named in the warnings, and its words and addresses are stored', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const kept = ': the text and address of images, embedded elements and form fields are kept';
  const cases: readonly (readonly [html: string, stored: string, without: string])[] = [
    [
      '<p>Hi <img src="https://x.example/a.png" alt="Office"><img src="cid:1"></p>',
      '<p>Hi <a href="https://x.example/a.png">Office</a>[image]</p>',
      `2 images${kept}`,
    ],
    ['<p>Hi</p><img src="https://x.example/o.gif" width=1>', '<p>Hi</p>', '1 invisible image'],
    [
      '<p>Hi</p><iframe src="https://x.example/v"></iframe>',
      '<p>Hi</p><a href="https://x.example/v">https://x.example/v</a>',
      `1 embedded element${kept}`,
    ],
    ['<p>Hi</p><textarea>text</textarea>', '<p>Hi</p> text<br />', `1 form field${kept}`],
    ['<p>Hi</p><script>alert(1)</script><style>p{}</style>', '<p>Hi</p>', '1 script, 1 style sheet'],
    ['<p>Hi <a href="skype:ada">Ada</a></p>', '<p>Hi <a>Ada</a></p>', '1 link address'],
  ];

  await Promise.all(
    cases.map(async ([html, stored, without]) => {
      const [activity, task] = await Promise.all([
        bridge.send('POST', '/activities', { type: 'EMAIL', body: html, contactId: ada }),
        bridge.send('POST', '/tasks', { subject: without, description: html, contactId: ada }),
      ]);
      expect(activity.body.warnings).toEqual([`body was stored without ${without}`]);
      expect(task.body.warnings).toEqual([`description was stored without ${without}`]);
      const email = crm.records('emails').find(({ id }) => id === activity.body.id);
      const held = crm.records('tasks').find(({ id }) => id === task.body.id);
      expect([email?.properties.hs_email_html, held?.properties.hs_task_body]).toEqual([stored, stored]);
    }),
  );
  const long = await bridge.send('POST', '/tasks', { subject: 'x', description: '& '.repeat(20_000), contactId: ada });
  expect(long.body.warnings).toEqual(['description was truncated: with its HTML it is longer than 65,536 characters']);
});

test.each([
  ['<p>Hi</p><script>alert(1)</script><img src=x onerror=alert(1)>', '<p>Hi</p>'],
  ['&lt;img src=x onerror=alert(1)&gt;', '&lt;img src=x onerror=alert(1)&gt;'],
  ['<a href="javascript:alert(1)">x</a> <b onclick=alert(1)>y</b>', '<a>x</a> <b>y</b>'],
])('markup that the CRM holds is returned without active content: %j', async (held, answered) => {
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

test('escaped markup is returned escaped, by POST and GET alike', async () => {
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
  expect([task.body.subject, task.body.description]).toEqual([markup, '<p>x</p>[image]']);
});

test('a subject that is too long is cut, with a warning, and the answer has what was stored', async () => {
  const { crm, ada } = await startSeededCrm();
  const { send } = await startBridgeOn(crm);
  const sent = { subject: 's'.repeat(70_000), contactId: ada };

  const task = await send('POST', '/tasks', { ...sent, subject: 't'.repeat(70_000) });
  const changed = await send('PATCH', `/tasks/${task.body.id}`, { subject: sent.subject });
  const email = await send('POST', '/activities', { ...sent, type: 'EMAIL', body: 'Hello' });
  const message = await send('POST', '/activities', { ...sent, type: 'LINKEDIN', body: 'Hello' });

  const cutTo = (length: number) => `${'s'.repeat(length - 1)}…`;
  const [stored] = crm.records('tasks');
  expect(task.body.subject).toHaveLength(65_536);
  expect([changed.body.subject, stored?.properties.hs_task_subject]).toEqual([cutTo(65_536), cutTo(65_536)]);
  expect([email.body.subject, crm.records('emails')[0]?.properties.hs_email_subject]).toEqual([
    cutTo(65_536),
    cutTo(65_536),
  ]);
  expect(message.body.subject).toBe(cutTo(500));
  expect(crm.records('communications')[0]?.properties.hs_communication_body).toContain(`: ${cutTo(500)}</p>`);
  for (const { body } of [task, changed, email, message])
    expect(body.warnings).toEqual([
      expect.stringMatching(/^subject.* was only partly stored: it was truncated to [\d,]+ characters$/),
    ]);
});
