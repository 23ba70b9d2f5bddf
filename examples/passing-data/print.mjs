// Gives back the arguments that it got: proof that each has arrived as one, whatever is in it.
import { appendFileSync } from 'node:fs';

appendFileSync(process.env.SLUICE_OUTPUT, `${JSON.stringify({ argv: process.argv.slice(2) })}\n`);
