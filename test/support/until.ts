const PATIENCE_MILLISECONDS = 60_000
const POLL_MILLISECONDS = 100

/** Polls until the condition holds. An error of the condition counts as no, and is told if time runs out. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  patience = PATIENCE_MILLISECONDS,
): Promise<void> {
  const deadline = performance.now() + patience
  let last: unknown
  while (performance.now() < deadline) {
    try {
      if (await condition()) return
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS))
  }
  throw new Error(`not within ${patience / 1000} s: ${what}${last === undefined ? '' : ` (${String(last)})`}`)
}
