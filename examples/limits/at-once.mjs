/** The most intervals that overlap. */
export default function atOnce({ began, ended }) {
  const overlaps = began.map((at) => began.filter((from, i) => from <= at && at < ended[i]).length);
  return { most: Math.max(...overlaps) };
}
