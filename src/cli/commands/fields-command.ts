import { Command } from 'commander';
import { campaignFields } from '../../mapping/load/campaign-fields.ts';
import { enginyFields } from '../../mapping/load/enginy-fields.ts';
import type { CommandIo } from '../command-io.ts';
import { textTable } from '../report/text-table.ts';

const after = `
These are the fields that Enginy documents. Enginy also sends every other field, under the name that you gave it.
Use the names in mapping files exactly as listed; entries of customFields have no prefix.
`;

/** `enginy-bridge fields`: what Enginy sends. */
export function fieldsCommand(io: CommandIo): Command {
  return new Command('fields')
    .description("list Enginy's fields for mapping files")
    .option('--json', 'print them as JSON')
    .addHelpText('after', after)
    .action(({ json }: { readonly json?: true }) => {
      if (json) io.print(`${JSON.stringify({ ...enginyFields, campaigns: campaignFields }, null, 2)}\n`);
      else io.print(fieldLists());
    });
}

function fieldLists(): string {
  const records = Object.entries(enginyFields).map(([object, fields]) => {
    const rows = fields.map((field) => `  ${field}\n`).join('');
    return `${object}\n${rows}\n`;
  });
  const campaigns = Object.entries(campaignFields).map(([name, { meaning, values, examples }]) => {
    const listed = values === undefined ? examples.map((example) => `"${example}"`).join(', ') : values.join(' | ');
    return [`  ${name}`, meaning, listed];
  });
  return `${records.join('')}campaigns and engagement (contacts and companies)\n${textTable(campaigns)}\n`;
}
