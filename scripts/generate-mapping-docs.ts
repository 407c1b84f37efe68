/** `npm run generate`: writes mappings/schema.json and mappings/README.md out of the schema of mapping files. */
import { writeFileSync } from 'node:fs';
import { mappingJsonSchema, mappingReference } from '../src/mapping/check/reference.ts';

writeFileSync('mappings/schema.json', `${JSON.stringify(mappingJsonSchema(), null, 2)}\n`);
writeFileSync('mappings/README.md', mappingReference());
