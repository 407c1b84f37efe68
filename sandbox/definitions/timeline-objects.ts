import { engagementProperties } from './engagement-properties.ts';
import {
  bool,
  datetime,
  richText,
  inGroup,
  json,
  number,
  readOnly,
  select,
  singleLine,
  textarea,
} from './property-definition.ts';

export const taskGroups = [
  { name: 'task', label: 'Task' },
  { name: 'engagement', label: 'Activity' },
];
export const emailGroups = [
  { name: 'email', label: 'Email' },
  { name: 'engagement', label: 'Activity' },
];
export const communicationGroups = [
  { name: 'communication', label: 'Communication' },
  { name: 'engagement', label: 'Activity' },
];
export const noteGroups = [
  { name: 'note', label: 'Note' },
  { name: 'engagement', label: 'Activity' },
];

export const taskProperties = [
  ...inGroup('engagement', engagementProperties),
  ...inGroup('task', [
    singleLine('hs_task_subject', 'Task Title'),
    richText('hs_task_body', 'Task Notes'),
    select('hs_task_status', 'Task Status', ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'COMPLETED', 'DEFERRED']),
    select('hs_task_priority', 'Priority', ['NONE', 'LOW', 'MEDIUM', 'HIGH']),
    select('hs_task_type', 'Task Type', ['EMAIL', 'CALL', 'TODO', 'LINKED_IN_CONNECT', 'LINKED_IN_MESSAGE']),
    singleLine('hs_task_reminders', 'Reminders'),
    ...readOnly([
      bool('hs_task_is_completed', 'Is Task Completed', { type: 'number', fieldType: 'number', options: [] }),
      bool('hs_task_is_overdue', 'Is Overdue'),
      bool('hs_task_is_past_due_date', 'Is Past Due Date'),
      datetime('hs_task_completion_date', 'Completed at'),
      number('hs_task_completion_count', 'Completion count'),
      singleLine('hs_task_family', 'Task family', { hidden: true }),
      singleLine('hs_task_for_object_type', 'Task for object type', { hidden: true }),
    ]),
  ]),
];

export const emailProperties = [
  ...inGroup('engagement', engagementProperties),
  ...inGroup('email', [
    select('hs_email_direction', 'Email direction', [
      'EMAIL=Email',
      'INCOMING_EMAIL=Incoming Email',
      'FORWARDED_EMAIL=Forwarded Email',
    ]),
    select('hs_email_status', 'Email send status', ['BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING', 'SENT']),
    singleLine('hs_email_subject', 'Email subject'),
    richText('hs_email_html', 'Email body as HTML'),
    textarea('hs_email_text', 'Email body'),
    json('hs_email_headers', 'Email headers', { type: 'string', fieldType: 'textarea' }),
    ...readOnly([
      singleLine('hs_email_from_email', 'Email from address'),
      singleLine('hs_email_from_firstname', 'Email from first name'),
      singleLine('hs_email_from_lastname', 'Email from last name'),
      singleLine('hs_email_to_email', 'Email to address'),
      singleLine('hs_email_to_firstname', 'Email to first name'),
      singleLine('hs_email_to_lastname', 'Email to last name'),
      singleLine('hs_email_cc_email', 'Email cc address'),
      singleLine('hs_email_bcc_email', 'Email bcc address'),
      number('hs_email_open_count', 'Number of email opens'),
      number('hs_email_click_count', 'Number of email clicks'),
      number('hs_email_reply_count', 'Number of email replies'),
    ]),
  ]),
];

export const communicationProperties = [
  ...inGroup('engagement', engagementProperties),
  ...inGroup('communication', [
    select('hs_communication_channel_type', 'Channel type', [
      'WHATS_APP=WhatsApp',
      'LINKEDIN_MESSAGE=LinkedIn message',
      'SMS=SMS',
      'CUSTOM_CHANNEL_CONVERSATION=Custom channel conversation',
    ]),
    select('hs_communication_logged_from', 'Logged from', ['CRM=CRM']),
    richText('hs_communication_body', 'Message body'),
  ]),
];

export const noteProperties = [
  ...inGroup('engagement', engagementProperties),
  ...inGroup('note', [richText('hs_note_body', 'Note body')]),
];
