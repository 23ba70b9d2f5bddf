/** Notices when something was written to what all objects share. */
const SHARED: readonly object[] = [
  Object,
  Array,
  String,
  Number,
  Boolean,
  Function,
  Map,
  Set,
  Promise,
  RegExp,
  Error,
  Date,
].flatMap((one) => [one, one.prototype as object]);

/** All members of all shared objects, with what they hold. */
export function photograph(): readonly unknown[] {
  return SHARED.flatMap((shared) =>
    Reflect.ownKeys(shared).flatMap((key) => {
      const { value, get, set } = Object.getOwnPropertyDescriptor(shared, key) ?? {};
      return [key, typeof value === 'function' || typeof value === 'object' ? value : undefined, get, set];
    }),
  );
}

export function isSame(before: readonly unknown[], after: readonly unknown[]): boolean {
  return before.length === after.length && before.every((value, i) => value === after[i]);
}
