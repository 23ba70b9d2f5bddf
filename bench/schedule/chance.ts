/** Chance from a seed, so that a table can be made again to the digit. */

/** Numbers in 0 ≤ x < 1 that the seed decides (a Weyl sequence, mixed). */
export type Chance = () => number;

export function chanceOf(seed: number): Chance {
  let weyl = seed >>> 0;
  return () => {
    weyl = (weyl + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(weyl ^ (weyl >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}

/** Log-normal with the given mean and coefficient of variation: run times are never negative and have a long tail. */
export function aroundMean(chance: Chance, mean: number, variation: number): number {
  const sigma2 = Math.log(1 + variation * variation);
  return mean * Math.exp(Math.sqrt(sigma2) * normal(chance) - sigma2 / 2);
}

/** Standard normal (Box and Muller 1958). */
function normal(chance: Chance): number {
  return Math.sqrt(-2 * Math.log(1 - chance())) * Math.cos(2 * Math.PI * chance());
}
