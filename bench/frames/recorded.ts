import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Capture, CaptureRecord } from './capture.ts'

/** Recorded traffic of real exchanges, if this machine has it. It is no part of the project. */
const DIRECTORY = process.env.OPENTAPE_RECORDINGS ?? resolve(import.meta.dirname, '../../../shared/recordings')
/** Frames after the last snapshot that still belong to the beginning: the first updates may be older than it. */
const SETTLING_FRAMES = 20
/** Binance frames, each repeat with the ids that would have followed. */
const BINANCE_REPEATS = 60

const NAMES: Readonly<Record<string, string>> = { binance: 'binance', coinbase: 'coinbase', kraken: 'kraken v1' }

/** Sessions that lie under another name than the venue's. */
const FILES: Readonly<Record<string, string>> = { 'binance-usdm': 'binance-futures' }

/** Everything of the recorded session of a venue; undefined if this machine has none. */
export function recordedSession(venue: string): readonly CaptureRecord[] | undefined {
  const path = join(DIRECTORY, 'sessions', `${FILES[venue] ?? venue}.ndjson`)
  if (!existsSync(path)) return undefined
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map(readRecord)
}

/** The recorded session of a venue as all contenders can read it; undefined if this machine has none. */
export function recordedCapture(venue: string): Capture | undefined {
  // Candles of the exchange are a channel that none of the contenders was asked for.
  const records = recordedSession(venue)?.filter((record) => !record.text.includes('@kline_'))
  if (records === undefined) return undefined
  const lastSnapshot = records.findLastIndex(({ text, kind }) => kind === 'http' || isSnapshot(text))
  const settled = lastSnapshot + SETTLING_FRAMES
  const frames = records.slice(settled).filter((record) => record.kind === 'ws' && record.direction === 'in')
  return {
    venue,
    name: NAMES[venue] ?? venue,
    source: 'recording',
    date: new Date((records[0]?.time ?? 0) / 1_000),
    prelude: records.slice(0, settled),
    frames: venue === 'binance' ? repeatedBinance(frames, BINANCE_REPEATS) : frames,
  }
}

function isSnapshot(text: string): boolean {
  return text.startsWith('{"type":"snapshot"') || text.includes('"as":[[') || text.includes('"type":"last_match"')
}

function readRecord(line: string): CaptureRecord {
  const { t, kind, dir, conn, url, data } = JSON.parse(line) as Record<string, unknown>
  return {
    time: Math.round(Number(t) * 1_000_000),
    kind: kind === 'http' ? 'http' : 'ws',
    direction: dir === 'open' || dir === 'out' ? dir : 'in',
    connection: String(conn),
    url: String(url),
    text: String(data ?? ''),
  }
}

const DEPTH_IDS = /"U":(\d+),"u":(\d+)/
const QUOTE_ID = /"u":(\d+)/
const TRADE_ID = /"a":(\d+)/

/** The frames again and again; ids go on as the exchange's would, so that nobody can tell. */
function repeatedBinance(frames: readonly CaptureRecord[], repeats: number): CaptureRecord[] {
  const spans = new Map<string, { first: number; last: number }>()
  for (const { text } of frames) {
    const ids = DEPTH_IDS.exec(text)
    if (ids === null) continue
    const symbol = symbolOf(text)
    const span = spans.get(symbol)
    spans.set(symbol, { first: span?.first ?? Number(ids[1]), last: Number(ids[2]) })
  }
  const repeated: CaptureRecord[] = []
  for (let repeat = 0; repeat < repeats; repeat++) {
    for (const frame of frames) {
      const span = spans.get(symbolOf(frame.text))
      const shift = repeat * (span === undefined ? 1_000_000 : span.last - span.first + 1)
      repeated.push({ ...frame, text: shifted(frame.text, shift, repeat) })
    }
  }
  return repeated
}

function shifted(text: string, updates: number, trades: number): string {
  if (text.includes('@depth')) {
    return text.replace(DEPTH_IDS, (_, first, last) => `"U":${Number(first) + updates},"u":${Number(last) + updates}`)
  }
  if (text.includes('@bookTicker')) return text.replace(QUOTE_ID, (_, id) => `"u":${Number(id) + updates}`)
  return text.replace(TRADE_ID, (_, id) => `"a":${Number(id) + trades}`)
}

function symbolOf(text: string): string {
  return text.slice(text.indexOf('"stream":"') + 10, text.indexOf('@'))
}
