// Says how far a city is from Berlin, as the crow flies.
import { appendFileSync } from 'node:fs';

const BERLIN = [52.52, 13.41];
const CITIES = new Map([
  ['Oslo', [59.91, 10.75]],
  ['Lima', [-12.05, -77.04]],
  ['Pune', [18.52, 73.86]],
  ['Rome', [41.9, 12.5]],
]);

const name = process.argv[2];
const place = CITIES.get(name);
if (place === undefined) {
  console.error(`there is no distance for ${name}; known are ${[...CITIES.keys()].join(', ')}`);
  process.exit(1);
}
const km = Math.round(distance(BERLIN, place));
console.log(`${name}: ${km} km`);
appendFileSync(process.env.SLUICE_OUTPUT, `km=${km}\n`);

/** Along a great circle, in km. */
function distance([lat1, lon1], [lat2, lon2]) {
  const rad = (degrees) => (degrees * Math.PI) / 180;
  const cos =
    Math.sin(rad(lat1)) * Math.sin(rad(lat2)) +
    Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.cos(rad(lon2 - lon1));
  return 6371 * Math.acos(cos);
}
