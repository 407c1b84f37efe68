import type { Check } from '../check.ts';
import { demand, demandError, demandStatus, demandText, objectOf } from '../expectations.ts';
import type { CheckRun } from '../session.ts';

const types = ['EMAIL', 'LINKEDIN', 'LINKEDIN_INMAIL', 'LINKEDIN_CONNECTION'];

/** POST /activities, on the contact and company that the create checks left. */
export const activityChecks: readonly Check[] = [
  ...types.flatMap((type) =>
    ['OUTBOUND', 'INBOUND'].map(
      (direction): Check => ({
        id: `activities.${type.toLowerCase()}.${direction.toLowerCase()}`,
        level: 'must',
        title: `POST /activities logs ${type} ${direction}`,
        remedy: 'Return 201 with the id of the activity: Enginy keeps it to prevent duplicates.',
        run: async (session) => {
          await log(session, { type, direction, body: '<p>Hello <b>there</b></p>', messageId: `${type}-${direction}` });
        },
      }),
    ),
  ),
  {
    id: 'activities.repeat',
    level: 'should',
    title: 'the same message sent again gets the same id',
    remedy: 'Recognize metadata.messageId, so that a repeated request creates no second entry on the timeline.',
    run: async (session) => {
      const activity = { type: 'EMAIL', direction: 'OUTBOUND', body: 'Sent twice', messageId: 'twice' };
      const first = await log(session, activity);
      demand((await log(session, activity)) === first, 'it was logged twice under two ids');
    },
  },
  {
    id: 'activities.empty-body',
    level: 'must',
    title: 'an activity without a body is logged',
    remedy: 'Connection requests and voice messages have no text: log them by their type.',
    run: async (session) => {
      await log(session, { type: 'LINKEDIN_CONNECTION', direction: 'OUTBOUND', body: '', messageId: 'empty' });
    },
  },
  {
    id: 'activities.media',
    level: 'must',
    title: 'voice messages and attachments are logged',
    remedy: 'Accept any entry of metadata, and messages without a body.',
    run: async (session) => {
      const metadata = {
        voiceMessage: true,
        attachments: [{ name: 'offer.pdf', url: 'https://example.com/offer.pdf' }],
      };
      await log(session, { type: 'LINKEDIN', direction: 'INBOUND', messageId: 'media', metadata });
    },
  },
  {
    id: 'activities.conversation',
    level: 'must',
    title: 'a whole conversation with past dates that arrives at once gets an id for each message',
    remedy: 'Enginy may send a conversation only once the contact replied: log each message at its own time.',
    run: async (session) => {
      const ids = await Promise.all(
        Array.from({ length: 12 }, (_unused, n) =>
          log(session, {
            type: 'LINKEDIN',
            direction: n % 2 === 0 ? 'OUTBOUND' : 'INBOUND',
            body: `Message ${n}`,
            messageId: `conversation-${n}`,
            occurredAt: `2025-02-01T09:${10 + n}:00.000Z`,
          }),
        ),
      );
      demand(new Set(ids).size === ids.length, 'two messages got the same id');
    },
  },
  {
    id: 'activities.no-type',
    level: 'must',
    title: 'an activity without a type returns 400',
    remedy: 'Return 400 and name the missing field.',
    run: async ({ send }) => demandError(await send('POST', '/activities', { body: { body: 'x' } }), 400),
  },
];

interface Activity {
  readonly type: string;
  readonly direction: string;
  readonly body?: string;
  readonly messageId: string;
  readonly occurredAt?: string;
  /** Beside what every activity has. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

async function log(session: CheckRun, { messageId, metadata, ...activity }: Activity): Promise<string> {
  const reply = await session.send('POST', '/activities', {
    body: {
      subject: '[1/3] [FROM Conformance] Check',
      occurredAt: '2026-10-01T12:00:00.000Z',
      contactId: session.id('contact'),
      companyId: session.id('company'),
      ...activity,
      metadata: {
        messageId: `${session.mark}-${messageId}`,
        sequenceIndex: 1,
        sequenceMessageCount: 3,
        anything: { x: 1 },
        ...metadata,
      },
    },
  });
  demandStatus(reply, 200, 201);
  return demandText(objectOf(reply).id, 'id');
}
