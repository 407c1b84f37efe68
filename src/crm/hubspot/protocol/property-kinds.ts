import type { ValueKind } from '../../crm-protocol.ts';

/** HubSpot properties that the shipped mapping files use, and those that hold personal data under any mapping. */
const namesByKind: Readonly<Partial<Record<ValueKind, string>>> = {
  id:
    'hs_object_id hubspot_owner_id associatedcompanyid hs_merged_object_ids hs_calculated_merged_vids hs_all_owner_ids ' +
    'hs_created_by_user_id hs_updated_by_user_id hs_user_ids_of_all_owners hs_email_message_id',
  email: 'email hs_additional_emails work_email hs_email_from_email hs_email_to_email hs_email_sender_email',
  phone:
    'phone mobilephone fax hs_calculated_phone_number hs_calculated_mobile_number hs_searchable_calculated_phone_number ' +
    'hs_searchable_calculated_mobile_number hs_searchable_calculated_international_phone_number ' +
    'hs_searchable_calculated_international_mobile_number hs_whatsapp_phone_number',
  person: 'firstname hs_full_name_or_email hs_email_from_firstname hs_email_to_firstname',
  'family name': 'lastname hs_email_from_lastname hs_email_to_lastname',
  company: 'company name',
  domain: 'domain hs_additional_domains hs_email_domain',
  url: 'website hs_linkedin_url linkedin_company_page linkedinbio hs_linkedin_handle twitterhandle facebook_company_page',
  text:
    'jobtitle city state zip address address2 description about_us message salutation date_of_birth ' +
    'hs_communication_body hs_email_subject hs_email_html hs_email_text hs_note_body hs_body_preview hs_body_preview_html ' +
    'hs_task_subject hs_task_body',
  constant:
    'industry company_size numemployees numberofemployees annualrevenue founded_year type lifecyclestage hs_lead_status country ' +
    'hs_task_status hs_task_type hs_task_priority hs_email_direction hs_email_status hs_communication_channel_type ' +
    'hs_communication_logged_from hs_task_is_completed hs_country_code',
  date: 'createdate lastmodifieddate hs_lastmodifieddate hs_createdate hs_timestamp notes_last_updated notes_last_contacted hs_task_completion_date',
};

// Object.entries loses the type of the keys.
const kindByName = new Map(
  (Object.entries(namesByKind) as [ValueKind, string][]).flatMap(([kind, names]) =>
    names.split(' ').map((name): [string, ValueKind] => [name, kind]),
  ),
);

/** What a HubSpot property holds; undefined for properties whose definition decides. */
export function kindOf(property: string): ValueKind | undefined {
  return kindByName.get(property);
}
