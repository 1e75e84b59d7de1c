import assert from 'node:assert/strict'
import type { Truth, TruthOfTrades } from './recordings.ts'
import type { SessionReport, TradesReport } from './session-report.ts'

/** Fails unless every trade sum and every book of a replayed session is as an independent replay found it. */
export function assertTruth(report: SessionReport, truth: Truth): void {
  for (const [symbol, expected] of Object.entries(truth.symbols)) {
    const found = report.symbols.get(symbol)
    assert.ok(found !== undefined, `nothing came out for ${symbol}`)
    assertTrades(found.trades, expected.trades, `${symbol}: live trades`)
    assertTrades(found.backlog, expected.trades_backlog, `${symbol}: backlog`)
    const { book } = expected
    if (book === undefined) continue
    assert.ok(found.book !== undefined, `no book came out for ${symbol}`)
    const { state } = found.book
    assert.equal(state.state, 'synchronised', `${symbol}: state`)
    assert.equal(found.book.snapshots, book.snapshots, `${symbol}: snapshots`)
    assert.equal(found.book.updates, book.applied_frames, `${symbol}: applied updates`)
    assert.equal(state.staleDropped, book.dropped_stale_frames, `${symbol}: stale updates`)
    assert.equal(state.gaps, book.sequence_gaps, `${symbol}: gaps`)
    if (book.last_sequence !== undefined) {
      assert.equal(String(found.book.lastSequence), book.last_sequence, `${symbol}: last sequence`)
    }
    if (book.checksums !== undefined) {
      assert.equal(state.checksumsVerified, book.checksums.verified, `${symbol}: verified checksums`)
      assert.equal(state.checksumsFailed, book.checksums.failed, `${symbol}: failed checksums`)
    }
    if (book.bbo_crosscheck_with_ticker !== undefined) {
      assert.equal(found.book.quotesCompared, book.bbo_crosscheck_with_ticker.compared, `${symbol}: quotes compared`)
      assert.equal(found.book.quotesEqual, book.bbo_crosscheck_with_ticker.equal, `${symbol}: quotes equal to the book`)
    }
    assert.deepEqual(state.bids.slice(0, 5), book.top5.bids, `${symbol}: best bids`)
    assert.deepEqual(state.asks.slice(0, 5), book.top5.asks, `${symbol}: best asks`)
    assert.deepEqual({ bids: state.bids.length, asks: state.asks.length }, book.levels, `${symbol}: levels`)
    assert.equal(found.book.sha256, book.full_book_sha256, `${symbol}: every level`)
  }
}

function assertTrades(found: TradesReport, expected: TruthOfTrades | undefined, what: string): void {
  assert.equal(found.count, expected?.count ?? 0, `${what}: count`)
  if (expected === undefined || expected.count === 0) return
  assert.equal(found.amount.value, expected.sum_amount, `${what}: sum of amounts`)
  assert.equal(found.turnover.value, expected.sum_price_times_amount, `${what}: sum of price times amount`)
  assert.equal(found.firstPrice, expected.first_price, `${what}: first price`)
  assert.equal(found.lastPrice, expected.last_price, `${what}: last price`)
  assert.equal(found.buys, expected.taker_buy, `${what}: taker buys`)
  assert.equal(found.sells, expected.taker_sell, `${what}: taker sells`)
  assert.equal(new Set(found.ids).size, found.ids.length, `${what}: ids are unique`)
}
