import type { Micros } from '../../market/index.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'

type Facts = Readonly<Record<string, unknown>>

/** Keeps what a reader says, for tests that compare two readers. */
export class FactsRecorder implements MarketFacts {
  readonly at = 0 as Micros
  readonly calls: unknown[] = []

  trade(...said: readonly unknown[]): void {
    this.calls.push(['trade', ...said])
  }

  quote(...said: readonly unknown[]): void {
    this.calls.push(['quote', ...said])
  }

  book(symbol: string, change: object): void {
    this.calls.push(['book', symbol, change])
  }

  bookChecksum(...said: readonly unknown[]): void {
    this.calls.push(['bookChecksum', ...said])
  }

  bookLost(...said: readonly unknown[]): void {
    this.calls.push(['bookLost', ...said])
  }

  tradesLost(...said: readonly unknown[]): void {
    this.calls.push(['tradesLost', ...said])
  }

  ticker(symbol: string, facts: Facts): void {
    this.calls.push(['ticker', symbol, facts])
  }

  candle(symbol: string, facts: Facts): void {
    this.calls.push(['candle', symbol, facts])
  }

  funding(symbol: string, facts: Facts): void {
    this.calls.push(['funding', symbol, facts])
  }

  markPrice(symbol: string, facts: Facts): void {
    this.calls.push(['markPrice', symbol, facts])
  }

  openInterest(symbol: string, facts: Facts): void {
    this.calls.push(['openInterest', symbol, facts])
  }

  liquidation(symbol: string, facts: Facts): void {
    this.calls.push(['liquidation', symbol, facts])
  }

  optionSummary(symbol: string, facts: Facts): void {
    this.calls.push(['optionSummary', symbol, facts])
  }

  status(symbol: string, facts: Facts): void {
    this.calls.push(['status', symbol, facts])
  }

  subscribed(...said: readonly unknown[]): void {
    this.calls.push(['subscribed', ...said])
  }

  refused(...said: readonly unknown[]): void {
    this.calls.push(['refused', ...said])
  }

  tooMany(reason: string): void {
    this.calls.push(['tooMany', reason])
  }

  venueError(reason: string): void {
    this.calls.push(['venueError', reason])
  }

  connectionLost(...said: readonly unknown[]): void {
    this.calls.push(['connectionLost', ...said])
  }

  reconnect(reason: string): void {
    this.calls.push(['reconnect', reason])
  }

  send(text: string): void {
    this.calls.push(['send', text])
  }
}
