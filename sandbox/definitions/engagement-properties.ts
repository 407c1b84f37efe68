import {
  bool,
  checkbox,
  coordinates,
  datetime,
  number,
  owner,
  readOnly,
  select,
  singleLine,
} from './property-definition.ts';

/** What every activity object carries. */
export const engagementProperties = [
  datetime('hs_timestamp', 'Activity date'),
  owner('hubspot_owner_id', 'Activity assigned to'),
  checkbox('hs_attachment_ids', 'Attached file IDs', [], { fieldType: 'checkbox', externalOptions: true }),
  ...readOnly([
    number('hs_object_id', 'Record ID'),
    datetime('hs_createdate', 'Create date'),
    datetime('hs_lastmodifieddate', 'Last modified date'),
    singleLine('hs_object_source', 'Record creation source', { hidden: true }),
    singleLine('hs_object_source_id', 'Record creation source ID', { hidden: true }),
    singleLine('hs_object_source_label', 'Record source'),
    checkbox('hs_merged_object_ids', 'Merged record IDs', []),
    coordinates('hs_obj_coords', 'hs_obj_coords', { hidden: true }),
    datetime('hubspot_owner_assigneddate', 'Owner assigned date'),
    checkbox('hs_all_owner_ids', 'All owner IDs', [], { hidden: true, externalOptions: true }),
    select('hubspot_team_id', 'HubSpot team', [], { externalOptions: true }),
    singleLine('hs_body_preview', 'Body preview', { hidden: true }),
    singleLine('hs_body_preview_html', 'Body preview HTML', { hidden: true }),
    bool('hs_body_preview_is_truncated', 'Is body preview truncated', { hidden: true }),
  ]),
];
