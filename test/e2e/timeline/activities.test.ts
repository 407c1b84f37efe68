import { expect, test } from 'vitest';
import { startSeededCrm } from '../../support/seeded-crm.ts';
import { startBridgeOn } from '../../support/start-bridge.ts';

const email = {
  type: 'EMAIL',
  subject: '[1/3] [FROM Acme Corp] John Smith',
  body: '<p>Hello</p>',
  direction: 'OUTBOUND',
  occurredAt: '2026-05-01T10:00:00Z',
  metadata: { messageId: 'message-1', sequenceIndex: 1, sequenceMessageCount: 3 },
};

test('logs an outbound email on the timelines of contact and company, with owner, time, sender and receiver', async () => {
  const { crm, ada, engines } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/activities', {
    ...email,
    contactId: ada,
    companyId: engines,
    ownerId: '61',
  });

  expect(answer.status).toBe(201);
  expect(answer.body).toEqual({
    ...email,
    id: expect.any(String),
    occurredAt: '2026-05-01T10:00:00.000Z',
    ownerId: '61',
    contactId: ada,
    companyId: engines,
  });
  const [logged] = crm.records('emails');
  expect(logged).toMatchObject({
    id: answer.body.id,
    properties: {
      hs_email_subject: '[1/3] [FROM Acme Corp] John Smith',
      hs_email_html: '<p>Hello</p>',
      hs_email_direction: 'EMAIL',
      hs_email_status: 'SENT',
      hubspot_owner_id: '61',
      hs_email_from_email: 'olga@example.com',
      hs_email_to_email: 'ada@example.com',
    },
  });
  expect(new Date(logged?.properties.hs_timestamp ?? '').toISOString()).toBe('2026-05-01T10:00:00.000Z');
  expect(crm.linked('emails', answer.body.id, 'contacts')).toEqual([ada]);
  expect(crm.linked('emails', answer.body.id, 'companies')).toEqual([engines]);
});

test('logs an inbound email as incoming, from the contact', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  await bridge.send('POST', '/activities', { ...email, direction: 'INBOUND', contactId: ada });

  expect(crm.records('emails')[0]?.properties).toMatchObject({
    hs_email_direction: 'INCOMING_EMAIL',
    hs_email_from_email: 'ada@example.com',
  });
});

test.each([
  ['LINKEDIN', 'OUTBOUND', 'LinkedIn message sent'],
  ['LINKEDIN', 'INBOUND', 'LinkedIn message received'],
  ['LINKEDIN_INMAIL', 'OUTBOUND', 'LinkedIn InMail sent'],
  ['LINKEDIN_INMAIL', 'INBOUND', 'LinkedIn InMail received'],
  ['LINKEDIN_CONNECTION', 'OUTBOUND', 'LinkedIn connection request sent'],
  ['LINKEDIN_CONNECTION', 'INBOUND', 'LinkedIn connection request accepted'],
])('logs %s %s as a communication that opens with "%s", and returns it as sent', async (type, direction, words) => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const logged = await bridge.send('POST', '/activities', {
    ...email,
    type,
    direction,
    subject: 'Q&A <now>',
    body: 'Hello & welcome\nAda',
    contactId: ada,
  });
  const read = await bridge.send('GET', `/activities/${logged.body.id}`);

  expect(logged.status).toBe(201);
  expect(crm.records('communications')[0]?.properties).toMatchObject({
    hs_communication_channel_type: 'LINKEDIN_MESSAGE',
    hs_communication_logged_from: 'CRM',
    hs_communication_body: `<p><strong>${words}</strong>: Q&amp;A &lt;now&gt;</p>Hello &amp; welcome<br>Ada`,
  });
  expect(read.status).toBe(200);
  expect(read.body).toEqual({
    id: logged.body.id,
    type,
    direction,
    subject: 'Q&A <now>',
    body: 'Hello & welcome\nAda',
    occurredAt: '2026-05-01T10:00:00.000Z',
    contactId: ada,
  });
});

test('logs an activity once when it is resent, later or concurrently, and returns the first id', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const sent = { ...email, contactId: ada };

  const together = await Promise.all([1, 2, 3].map(() => bridge.send('POST', '/activities', sent)));
  const later = await bridge.send('POST', '/activities', { ...sent, body: 'another spelling' });

  expect(new Set([...together, later].map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect(crm.records('emails')).toHaveLength(1);
  expect(together.map(({ body }) => body.warnings)).toEqual([undefined, undefined, undefined]);
});

test.each(['EMAIL', 'LINKEDIN', 'LINKEDIN_INMAIL'])(
  'returns a resent %s as it was stored the first time',
  async (type) => {
    const { crm, ada } = await startSeededCrm();
    const bridge = await startBridgeOn(crm);
    const sent = { ...email, type, contactId: ada };

    const { warnings: _asSent, ...first } = (await bridge.send('POST', '/activities', sent)).body;
    const same = await bridge.send('POST', '/activities', sent);
    const other = await bridge.send('POST', '/activities', {
      ...sent,
      subject: 'Another subject',
      body: 'Another body',
      occurredAt: '2026-05-02T10:00:00Z',
    });

    expect(same.body).toEqual(first);
    expect(other.body).toEqual({
      ...first,
      warnings: [
        'subject was not changed: an earlier request logged this activity with another subject',
        'body was not changed: an earlier request logged this activity with another body',
      ],
    });
  },
);

test('returns the first id for an activity that is resent after a restart', async () => {
  const { crm, ada } = await startSeededCrm();
  const sent = { ...email, type: 'LINKEDIN', contactId: ada };

  const first = await (await startBridgeOn(crm)).send('POST', '/activities', sent);
  const second = await (await startBridgeOn(crm)).send('POST', '/activities', sent);

  expect(second.body.id).toBe(first.body.id);
  expect(crm.records('communications')).toHaveLength(1);
});

test('identifies an activity without a message id by type, contact, time and body together', async () => {
  const { crm, ada, grace } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const sent = { ...email, metadata: {}, contactId: ada };
  const send = async (activity: object) => (await bridge.send('POST', '/activities', activity)).body.id;

  const first = await send(sent);

  expect(await send(sent)).toBe(first);
  const others = [
    await send({ ...sent, body: 'other' }),
    await send({ ...sent, occurredAt: '2026-05-01T10:00:01Z' }),
    await send({ ...sent, contactId: grace }),
    await send({ ...sent, direction: 'INBOUND' }),
    await send({ ...sent, occurredAt: undefined }),
    await send({ ...sent, occurredAt: undefined }),
  ];
  expect(new Set([first, ...others]).size).toBe(7);
});

test('logs one message id for two contacts as two activities', async () => {
  const { crm, ada, grace } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  await bridge.send('POST', '/activities', { ...email, contactId: ada });
  await bridge.send('POST', '/activities', { ...email, contactId: grace });

  expect(crm.records('emails')).toHaveLength(2);
});

test('logs a message once whether its id comes with or without angle brackets', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const ids = ['<a@mail.example>', 'a@mail.example', ' < a@mail.example > ', '<b@mail.example', 'b@mail.example', '<>'];

  const answers = [];
  for (const messageId of ids) {
    answers.push(await bridge.send('POST', '/activities', { ...email, metadata: { messageId }, contactId: ada }));
  }

  const [first] = answers;
  expect(answers.map(({ body }) => body.id === first?.body.id)).toEqual([true, true, true, false, false, false]);
  expect(crm.records('emails')).toHaveLength(4);
});

test('looks up an interrupted create before sending it again', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  await bridge.send('POST', '/activities', { ...email, metadata: { messageId: 'earlier' }, contactId: ada });
  crm.faults.add({ match: { path: '/emails/batch/create' }, times: 1, action: { kind: 'done-then-reset' } });

  const answer = await bridge.send('POST', '/activities', { ...email, contactId: ada });

  expect(answer.status).toBe(201);
  expect(crm.records('emails')).toHaveLength(2);
});

test('returns 400 and names a contact or company that does not exist, and creates nothing', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const contact = await bridge.send('POST', '/activities', { ...email, contactId: '424242' });
  const company = await bridge.send('POST', '/activities', { ...email, contactId: ada, companyId: 'no-number' });

  expect([contact.status, company.status]).toEqual([400, 400]);
  expect(contact.body).toMatchObject({ error: 'Unknown contact', message: expect.stringContaining('424242') });
  expect(company.body).toMatchObject({ error: 'Unknown company', message: expect.stringContaining('no-number') });
  expect(crm.records('emails')).toEqual([]);
});

test('skips an owner who is unknown, inactive or a queue, with a warning, and logs the activity', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  for (const [index, ownerId] of ['999', '64', '63'].entries()) {
    const metadata = { messageId: `m-${index}` };
    const answer = await bridge.send('POST', '/activities', { ...email, metadata, contactId: ada, ownerId });

    expect(answer.status).toBe(201);
    expect(answer.body).not.toHaveProperty('ownerId');
    expect(answer.body.warnings).toEqual([`ownerId was skipped: the CRM has no active owner ${ownerId}`]);
  }
});

test('removes scripts, handlers and tracking pixels from HTML', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const body =
    '<p onclick="x()">Hi <a href="javascript:x()">a</a><a href="https://example.com/" target="_top">b</a></p>' +
    '<script>alert(1)</script><style>p{}</style><img src="https://t.example/open.gif" width="1">';

  await bridge.send('POST', '/activities', { ...email, body, contactId: ada });

  expect(crm.records('emails')[0]?.properties.hs_email_html).toBe(
    '<p>Hi <a>a</a><a href="https://example.com/">b</a></p>',
  );
});

test('cuts, closes and marks a body that is longer than HubSpot stores', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const body = `<div>${'<p>A sentence &amp; another one.</p>'.repeat(5000)}</div>`;

  const answer = await bridge.send('POST', '/activities', { ...email, type: 'LINKEDIN', body, contactId: ada });

  const kept = crm.records('communications')[0]?.properties.hs_communication_body ?? '';
  expect(answer.status).toBe(201);
  expect(kept.length).toBeLessThanOrEqual(65_536);
  expect(kept.length).toBeGreaterThan(65_000);
  expect(kept).toMatch(/<\/p><\/div><p><em>\[cut here: .*\]<\/em><\/p>$/);
});

test('logs an activity without contact and company, with a warning that no timeline shows it', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('POST', '/activities', email);

  expect(answer.status).toBe(201);
  expect(answer.body.warnings).toEqual([expect.stringContaining('no timeline')]);
});

test('logs an activity without a time now, and skips an invalid time', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const without = await bridge.send('POST', '/activities', { ...email, occurredAt: undefined, contactId: ada });
  const broken = await bridge.send('POST', '/activities', {
    ...email,
    metadata: { messageId: 'message-2' },
    occurredAt: 'yesterday',
    contactId: ada,
  });

  expect(without.body.occurredAt).toMatch(/^\d{4}-\d{2}-\d{2}T/);
  expect(without.body).not.toHaveProperty('warnings');
  expect(broken.status).toBe(201);
  expect(broken.body.warnings).toEqual([expect.stringContaining('occurredAt')]);
});

test('serves a portal that allows no managed property from memory, and logs that once', async () => {
  const { crm, ada } = await startSeededCrm({ scopes: { without: ['crm.schemas.emails.write'] } });
  const bridge = await startBridgeOn(crm);
  const sent = { ...email, contactId: ada };

  const first = await bridge.send('POST', '/activities', sent);
  const second = await bridge.send('POST', '/activities', sent);

  expect(first.status).toBe(201);
  expect(second.body.id).toBe(first.body.id);
  expect(crm.records('emails')).toHaveLength(1);
  expect(bridge.log.entries.filter(({ msg }) => msg.includes('until the next restart'))).toHaveLength(1);
});

test('waits until HubSpot knows a new property, and loses no activity', async () => {
  const { crm, ada } = await startSeededCrm({ propertyLagMs: 600 });
  const bridge = await startBridgeOn(crm);
  const sent = { ...email, contactId: ada };

  const first = await bridge.send('POST', '/activities', sent);
  const second = await bridge.send('POST', '/activities', sent);

  expect([first.status, second.status]).toEqual([201, 201]);
  expect(second.body.id).toBe(first.body.id);
  expect(crm.records('emails')).toHaveLength(1);
});

test('creates a managed property again that a user removed from the portal', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  await bridge.send('POST', '/activities', { ...email, contactId: ada });
  const removed = await fetch(`${crm.url}/crm/v3/properties/emails/enginy_activity_key`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${crm.token}` },
  });

  const answer = await bridge.send('POST', '/activities', { ...email, metadata: { messageId: 'm-2' }, contactId: ada });

  expect(removed.status).toBe(204);
  expect([answer.status, answer.body.warnings]).toEqual([201, undefined]);
  expect(crm.records('emails').map(({ properties }) => typeof properties.enginy_activity_key)).toEqual([
    'string',
    'string',
  ]);
});

test('returns 404 for an unknown activity', async () => {
  const { crm } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);

  const answer = await bridge.send('GET', '/activities/424242');

  expect(answer.status).toBe(404);
  expect(answer.body.error).toBe('Activity not found');
});

test('logs an activity without text by its type, and returns it as it was sent', async () => {
  const { crm, ada } = await startSeededCrm();
  const bridge = await startBridgeOn(crm);
  const cases: readonly (readonly [metadata: object, lines: readonly string[]])[] = [
    [{}, []],
    [{ voiceMessage: true }, ['Voice message']],
    [{ voice_note: { duration: 31 } }, ['Voice message']],
    [{ messageType: 'VOICE' }, ['Voice message']],
    [{ audioUrl: 'https://cdn.example.com/a.ogg' }, ['Voice message']],
    [{ voice: false, audio: '', isVoice: 'no', voiceMessage: null, attachments: [], files: {} }, []],
    [{ type: { toString: 1 }, kind: ['voice'] }, []],
    [{ attachments: [{ name: 'offer <1>.pdf' }, 'plan.docx'] }, ['Attachment: offer <1>.pdf', 'Attachment: plan.docx']],
    [{ attachment: 'https://cdn.example.com/x/price%20list.pdf?signature=secret' }, ['Attachment: price list.pdf']],
    [
      { files: [{ fileName: ' a\n b.png ' }, { size: 3 }, null, 7] },
      ['Attachment: a b.png', ...Array(3).fill('Attachment')],
    ],
    [
      { media: [{ url: 'https://cdn.example.com/%E0%A4%A' }], kind: 'audio/ogg' },
      ['Voice message', 'Attachment: %E0%A4%A'],
    ],
    [
      { images: Array.from({ length: 23 }, (_unused, n) => `${n}.png`) },
      [...Array.from({ length: 20 }, (_unused, n) => `Attachment: ${n}.png`), 'Attachment: 3 more'],
    ],
    [{ voiceMessageDuration: 12 }, ['Voice message']],
    [{ has_audio_message: true }, ['Voice message']],
    [{ voiceUrl: 'https://cdn.example.com/a.ogg', voiceover: 'none', voicemailPlan: 'basic' }, ['Voice message']],
    [{ voiceMessageDuration: 0, hasAttachments: false, attachmentCount: 0, fileNames: [], voiceover: true }, []],
    [{ attachmentUrl: 'https://cdn.example.com/z.png?signature=secret' }, ['Attachment: z.png']],
    [{ 'attachment-names': ['x.pdf', 'y.pdf'] }, ['Attachment: x.pdf', 'Attachment: y.pdf']],
    [{ hasAttachments: true, attachmentCount: 2 }, ['Attachment']],
    [{ attachmentCount: 2 }, ['Attachment']],
    // What is attached is named once, by the most telling of several names.
    [
      { hasAttachments: true, attachmentCount: 1, fileName: 'a.pdf', fileUrl: 'https://cdn.example.com/8f2' },
      ['Attachment: a.pdf'],
    ],
    [{ fileUrls: ['https://cdn.example.com/b.pdf'], attachments: [{ name: 'b.pdf' }] }, ['Attachment: b.pdf']],
  ];

  const check = async (index: number, [type, body]: readonly [type: string, body: string | null]) => {
    const [metadata, lines] = cases[index] ?? [{}, []];
    const messageId = `${index}-${type}-${body}`;
    const sent = { type, body, direction: 'OUTBOUND', contactId: ada, metadata: { ...metadata, messageId } };
    const { status, body: logged } = await bridge.send('POST', '/activities', sent);

    expect([status, logged.body, logged.metadata]).toEqual([201, body || undefined, sent.metadata]);
    // All of them would take longer than HubSpot's limit for associations permits within ten seconds.
    if (index % 2 === 0) {
      const { body: read } = await bridge.send('GET', `/activities/${logged.id}`);
      expect([read.body, read.type]).toEqual([body || undefined, type]);
    }
    const object = type === 'EMAIL' ? 'emails' : 'communications';
    const { hs_email_html, hs_communication_body } =
      crm.records(object).find(({ id }) => id === logged.id)?.properties ?? {};
    const shown = (hs_email_html ?? hs_communication_body ?? '').replace(
      /<p><strong>LinkedIn message sent<\/strong><\/p>/,
      '',
    );
    const expected = lines.map((line) => `<p><em>${line.replace('<1>', '&lt;1&gt;')}</em></p>`).join('');
    expect(shown).toBe(`${expected}${body ?? ''}`);
  };
  const bodies = [
    ['LINKEDIN', ''],
    ['LINKEDIN', 'See here'],
    ['EMAIL', null],
    ['EMAIL', '<p>See <b>here</b></p>'],
  ] as const;
  await Promise.all(cases.flatMap((_case, index) => bodies.map((each) => check(index, each))));
});

test('a whole conversation that arrives at once keeps its order and costs a few calls', async () => {
  const { crm, ada, engines } = await startSeededCrm({ latency: { minMs: 100, maxMs: 100 } });
  const bridge = await startBridgeOn(crm);
  const start = Date.parse('2025-02-01T09:00:00Z');
  const conversation = Array.from({ length: 60 }, (_unused, n) => ({
    type: n % 5 === 0 ? 'EMAIL' : 'LINKEDIN',
    direction: n % 2 === 0 ? 'OUTBOUND' : 'INBOUND',
    body: `Message ${n}`,
    // Enginy's times may have no seconds: neighbors share one.
    occurredAt: new Date(start + Math.floor(n / 2) * 60_000).toISOString(),
    contactId: ada,
    companyId: engines,
    metadata: { messageId: `message-${n}` },
  }));
  await bridge.send('POST', '/activities', { ...conversation[0], type: 'LINKEDIN', metadata: { messageId: 'warm' } });
  await bridge.send('POST', '/activities', { ...conversation[0], metadata: { messageId: 'warm' } });
  crm.clearLog();

  const answers = await Promise.all(conversation.map((activity) => bridge.send('POST', '/activities', activity)));
  const calls = crm.log.length;
  const again = await Promise.all(conversation.map((activity) => bridge.send('POST', '/activities', activity)));

  expect(answers.every(({ status }) => status === 201)).toBe(true);
  // One by one they would cost four calls each.
  expect(calls).toBeLessThan(2 * conversation.length);
  for (const [type, object, property] of [
    ['EMAIL', 'emails', 'hs_email_html'],
    ['LINKEDIN', 'communications', 'hs_communication_body'],
  ] as const) {
    const stored = crm
      .records(object)
      .toSorted((left, right) => timeOf(left) - timeOf(right) || Number(left.id) - Number(right.id))
      .map(({ properties }) => /Message \d+/.exec(properties[property] ?? '')?.[0]);
    const sent = conversation.filter((activity) => activity.type === type).map(({ body }) => body);
    expect(stored.slice(-sent.length)).toEqual(sent);
  }
  expect(again.map(({ body }) => body.id)).toEqual(answers.map(({ body }) => body.id));
});

function timeOf({ properties }: { readonly properties: Readonly<Record<string, string>> }): number {
  return Date.parse(properties.hs_timestamp ?? '');
}
