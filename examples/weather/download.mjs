// Writes the records of one year to weather.csv, and says how many days there are.
//
// seattle-weather.csv is the file of that name in the npm package vega-datasets: records of NOAA, the weather service of the
// United States, free to use. It stands in this folder, because a worker gets this folder and nothing else.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';

const year = process.argv[2];
const [header, ...lines] = readFileSync('seattle-weather.csv', 'utf8').trim().split('\n');
const days = lines.filter((line) => line.startsWith(`${year}-`));
if (days.length === 0) {
  console.error(`there are no records of ${year}`);
  process.exit(1);
}
writeFileSync('weather.csv', `${[header, ...days].join('\n')}\n`);
appendFileSync(process.env.SLUICE_OUTPUT, `days=${days.length}\n`);
console.log(`${days.length} days of ${year}`);
