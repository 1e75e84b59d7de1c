import type { Channel, Instrument } from '../../market/index.ts'
import type { CaptureEvidence, RecognisedSession } from '../protocol.ts'
import { objectInText, type TextObject } from '../shared/json-text.ts'
import { type NoticeKind, noticeKind } from './contract-reader.ts'
import { CONTRACT_CHANNELS, contractFromSymbol } from './contracts.ts'
import { HTX_STREAMED, instrumentFromSymbol } from './instruments.ts'
import { channelsOfTopic, readTopic } from './topics.ts'

/** Name of the plans of captures. */
export const CAPTURE = 'capture'

const NOTICES: Readonly<Record<NoticeKind, Channel>> = {
  funding_rate: 'funding',
  liquidation_orders: 'liquidation',
  contract_info: 'status',
}

interface Named {
  readonly symbols: readonly string[]
  readonly channels: readonly Channel[]
}

/**
 * What a recorded connection carries: the topics that it subscribed to; where that was not recorded, every channel of the
 * instruments that a frame names.
 */
export function recogniseHtx(
  { direction, text }: CaptureEvidence,
  instruments: readonly Instrument[],
): RecognisedSession | undefined {
  const frame = direction === 'open' ? undefined : objectInText(text)
  const named = frame === undefined ? undefined : (byTopic(frame, direction) ?? byNotice(frame, direction))
  if (named === undefined) return undefined
  const subscriptions = named.symbols.flatMap((symbol) => {
    const instrument = instruments.find((one) => one.symbol === symbol) ?? derived(symbol)
    if (instrument === undefined) return []
    const all = instrument.kind === 'spot' ? HTX_STREAMED : CONTRACT_CHANNELS
    return (direction === 'out' ? named.channels : all).map((channel) => ({ instrument, channel }))
  })
  return subscriptions.length === 0 ? undefined : { plan: { name: CAPTURE, path: '', subscriptions } }
}

/** Symbols of spot are lower case, those of contracts upper. */
function derived(symbol: string): Instrument | undefined {
  return instrumentFromSymbol(symbol) ?? contractFromSymbol(symbol)
}

function byTopic(frame: TextObject, direction: 'out' | 'in' | 'open'): Named | undefined {
  const name = direction === 'out' ? frame.sub : (frame.ch ?? frame.rep ?? frame.subbed)
  const topic = typeof name === 'string' ? readTopic(name) : undefined
  return topic === undefined ? undefined : { symbols: [topic.symbol], channels: channelsOfTopic(topic) }
}

/** Notifications of contracts name them in their rows; what subscribes to them names the contract, or the coin alone. */
function byNotice(frame: TextObject, direction: 'out' | 'in' | 'open'): Named | undefined {
  const { op, topic, data } = frame
  if (typeof topic !== 'string' || op !== (direction === 'out' ? 'sub' : 'notify')) return undefined
  const kind = noticeKind(topic)
  if (kind === undefined) return undefined
  const rows: readonly unknown[] = Array.isArray(data) ? data : []
  const codes = rows.map((row) => (isRow(row) ? row.contract_code : undefined))
  const names = direction === 'out' ? [topic.split('.')[1]] : codes
  return { symbols: names.filter((name): name is string => typeof name === 'string'), channels: [NOTICES[kind]] }
}

function isRow(row: unknown): row is Readonly<Record<string, unknown>> {
  return typeof row === 'object' && row !== null
}
