/**
 * Whether a recorded URL asks what a path asks: the same path on whichever host, and every parameter of ours with the same
 * value, in any order. Parameters that only the recorder gave do not matter.
 * @param free parameters of ours that may be absent or different there, such as the size of a page
 */
export function asksTheSame(url: string, path: string, free: readonly string[] = []): boolean {
  const recorded = urlOf(url)
  const ours = urlOf(path)
  if (recorded === undefined || ours === undefined || recorded.pathname !== ours.pathname) return false
  for (const [name, value] of ours.searchParams) {
    if (!free.includes(name) && recorded.searchParams.get(name) !== value) return false
  }
  return true
}

function urlOf(text: string): URL | undefined {
  return URL.parse(text, 'https://venue.invalid') ?? undefined
}
