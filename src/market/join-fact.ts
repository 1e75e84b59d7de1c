/**
 * Venues say parts of some facts in messages of their own (the mark price in one, the index in another). What is known then is
 * the newer message, with what it leaves out as it was said before. The times are those of the newer message.
 */
export function joined<Fact extends object>(event: Fact, before: Fact | undefined): Fact {
  if (before === undefined) return event
  const said = Object.entries(event).filter(([name, value]) => value !== null || name === 'exchangeTime')
  return { ...before, ...Object.fromEntries(said) }
}

/** As {@link joined}: but rates of another funding time say nothing of this one, and those of an earlier one are history. */
export function joinedFunding<Funding extends { readonly fundingTime: number | null }>(
  event: Funding,
  before: Funding | undefined,
): Funding {
  if (before?.fundingTime == null || event.fundingTime === null) return joined(event, before)
  if (event.fundingTime === before.fundingTime) return joined(event, before)
  return event.fundingTime > before.fundingTime ? event : before
}
