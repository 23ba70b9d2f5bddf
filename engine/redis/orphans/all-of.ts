/** Goes through all steps without a rest. */
export async function allOf<T>(steps: AsyncGenerator<void, T>): Promise<T> {
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return value;
  }
}
