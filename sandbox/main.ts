/** `npm run sandbox`: the embedded CRM as a process of its own. */
import { runSandbox } from './run-sandbox.ts';

const isFine = await runSandbox(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (text) => process.stderr.write(text),
});
if (!isFine) process.exitCode = 1;
