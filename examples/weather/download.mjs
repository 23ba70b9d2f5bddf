// Writes the records of one year to weather.csv, and says how many days there are.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const year = process.argv[2];
const source = new URL('../data/seattle-weather.csv', import.meta.resolve('vega-datasets'));
const [header, ...lines] = readFileSync(source, 'utf8').trim().split('\n');
const days = lines.filter((line) => line.startsWith(`${year}-`));
if (days.length === 0) {
  console.error(`there are no records of ${year}`);
  process.exit(1);
}
writeFileSync('weather.csv', `${[header, ...days].join('\n')}\n`);
appendFileSync(process.env.SLUICE_OUTPUT, `days=${days.length}\n`);
console.log(`${days.length} days of ${year}`);
