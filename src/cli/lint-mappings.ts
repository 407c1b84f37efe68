/** `npm run lint:mappings [DIR…]`: prints every finding in the mapping files and their examples; exits 1 on an error. */
import { checkFolder } from '../mapping/check-folder.ts';
import { formatDiagnostic, hasErrors } from '../mapping/diagnostic.ts';

const given = process.argv.slice(2);
for (const dir of given.length > 0 ? given : ['mappings/hubspot']) {
  const { diagnostics, examples } = checkFolder(dir);
  for (const diagnostic of diagnostics) process.stdout.write(`${formatDiagnostic(diagnostic)}\n`);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  process.stdout.write(`${dir}: ${errors} errors, ${warnings} warnings, ${examples} examples run\n`);
  if (hasErrors(diagnostics)) process.exitCode = 1;
}
