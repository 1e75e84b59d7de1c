import type { FactEvent, FactEvents, FactKind } from '../../market/index.ts'

type Facts = { [Kind in FactKind]?: FactEvents[Kind] }

/**
 * Keeps a fact as the newest of its kind. Venues say parts of some in messages of their own (the mark price in one, the index
 * in another): there, what a message leaves out stays as it was said before. The times are those of the newer message.
 */
export function joinFact(facts: Facts, event: FactEvent): void {
  switch (event.messageType) {
    case 'funding': {
      const before = facts.funding
      if (before?.fundingTime == null || event.fundingTime === null) facts.funding = completed(event, before)
      else if (event.fundingTime === before.fundingTime) facts.funding = completed(event, before)
      // Rates of another funding time say nothing of this one; those of an earlier one are history.
      else if (event.fundingTime > before.fundingTime) facts.funding = event
      return
    }
    case 'mark-price':
      facts['mark-price'] = completed(event, facts['mark-price'])
      return
    case 'open-interest':
      facts['open-interest'] = completed(event, facts['open-interest'])
      return
    case 'option-summary':
      facts['option-summary'] = completed(event, facts['option-summary'])
      return
    case 'venue-candle':
      // History that is fetched late must not pass for the present candle.
      if (event.openTime >= (facts['venue-candle']?.openTime ?? 0)) facts['venue-candle'] = event
      return
    case 'liquidation':
      if (momentOf(event) >= momentOf(facts.liquidation)) facts.liquidation = event
      return
    case 'status':
      facts.status = event
  }
}

function momentOf(event: FactEvent | undefined): number {
  return event === undefined ? 0 : (event.exchangeTime ?? event.receiveTime)
}

/** The event, with what it leaves out taken from the one before. */
function completed<Event extends FactEvent>(event: Event, before: Event | undefined): Event {
  if (before === undefined) return event
  const said = Object.entries(event).filter(([name, value]) => value !== null || name === 'exchangeTime')
  return { ...before, ...Object.fromEntries(said) }
}
