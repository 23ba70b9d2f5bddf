/** The `Link` header of a page of a list. */

/** None at the end. */
export function nextLink(url: URL, name: string, next: string | number | null): { readonly link?: string } {
  if (next === null) return {};
  const target = new URL(url);
  target.searchParams.set(name, String(next));
  return { link: `<${target.pathname}${target.search}>; rel="next"` };
}
