import { type FactEvent, type FactEvents, type FactKind, joined, joinedFunding } from '../../market/index.ts'

type Facts = { [Kind in FactKind]?: FactEvents[Kind] }

/** Keeps a fact as the newest of its kind, joined with what it leaves out. History that comes late is not the newest. */
export function joinFact(facts: Facts, event: FactEvent): void {
  switch (event.messageType) {
    case 'funding':
      facts.funding = joinedFunding(event, facts.funding)
      return
    case 'mark-price':
      facts['mark-price'] = joined(event, facts['mark-price'])
      return
    case 'open-interest':
      facts['open-interest'] = joined(event, facts['open-interest'])
      return
    case 'option-summary':
      facts['option-summary'] = joined(event, facts['option-summary'])
      return
    case 'venue-candle':
      if (event.openTime >= (facts['venue-candle']?.openTime ?? 0)) facts['venue-candle'] = event
      return
    case 'liquidation':
      if (momentOf(event) >= momentOf(facts.liquidation)) facts.liquidation = event
      return
    case 'status':
      facts.status = event
      return
    case 'audit':
      facts.audit = event
  }
}

function momentOf(event: FactEvent | undefined): number {
  return event === undefined ? 0 : (event.exchangeTime ?? event.receiveTime)
}
