import type {
  Audit,
  CandleInterval,
  CandlePage,
  Completeness,
  FeedPage,
  GapPage,
  InstrumentPage,
  Liquidation,
  MarketPage,
  Problem,
  Status,
  TradePage,
} from '../../../src/gateway/schemas/index.ts'

export const API_BASE = '/api/v1'

/** A request that got no answer that can be used. `status` is 0 where the gateway could not be reached at all. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
  }
}

const TOKEN_KEY = 'opentape.token'

/** The token of this tab, for gateways that are not on this machine. Kept for the tab only, never in an address. */
export function storedToken(): string | null {
  try {
    return sessionStorage.getItem(TOKEN_KEY)
  } catch {
    return null
  }
}

export function storeToken(token: string): void {
  sessionStorage.setItem(TOKEN_KEY, token)
}

function headers(): Record<string, string> {
  const token = storedToken()
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

async function request<Answer>(method: 'GET' | 'POST', path: string, signal?: AbortSignal): Promise<Answer> {
  let response: Response
  try {
    response = await fetch(`${API_BASE}${path}`, { method, headers: headers(), ...(signal ? { signal } : {}) })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError(0, 'UNREACHABLE', 'The gateway does not answer. Is `npm start` or `npm run demo` running?')
  }
  if (!response.ok) throw await problemOf(response)
  // The shape is the gateway's promise: its answers are serialised by the schemas that these types come from.
  return (await response.json()) as Answer
}

async function problemOf(response: Response): Promise<ApiError> {
  try {
    const problem = (await response.json()) as Partial<Problem>
    return new ApiError(response.status, problem.code ?? 'HTTP', problem.detail ?? problem.title ?? response.statusText)
  } catch {
    return new ApiError(response.status, 'HTTP', `The gateway answered ${response.status} ${response.statusText}`)
  }
}

function query(parameters: Record<string, string | number | undefined | null>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== null) search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

/** No list of the dashboard needs more; it bounds what a runaway cursor could cost. */
const MAXIMUM_PAGES = 40

async function allPages<Item>(page: (cursor: string | null) => Promise<{ items: Item[]; nextCursor: string | null }>) {
  const items: Item[] = []
  let cursor: string | null = null
  for (let count = 0; count < MAXIMUM_PAGES; count++) {
    const answer: { items: Item[]; nextCursor: string | null } = await page(cursor)
    items.push(...answer.items)
    cursor = answer.nextCursor
    if (cursor === null) break
  }
  return items
}

export function getStatus(signal?: AbortSignal): Promise<Status> {
  return request('GET', '/status', signal)
}

export function getMarkets(signal?: AbortSignal) {
  return allPages((cursor) => request<MarketPage>('GET', `/markets${query({ limit: 1_000, cursor })}`, signal))
}

export function getFeeds(filter: { venue?: string; instrument?: string }, signal?: AbortSignal) {
  return allPages((cursor) => request<FeedPage>('GET', `/feeds${query({ ...filter, limit: 1_000, cursor })}`, signal))
}

/** The newest gaps first; one page is enough for people. */
export function getGaps(
  filter: GapFilter & { instrument?: string; from?: number; to?: number; limit?: number; cursor?: string | null },
  signal?: AbortSignal,
) {
  return request<GapPage>('GET', `/gaps${query({ ...filter, order: 'desc' })}`, signal)
}

/** Which gaps; undefined: all of them. */
export interface GapFilter {
  readonly venue?: string | undefined
  readonly channel?: string | undefined
  readonly cause?: string | undefined
  readonly state?: string | undefined
}

export function getCompleteness(
  filter: { venue: string; instrument: string; channel: string; from: number; to: number },
  signal?: AbortSignal,
) {
  return request<Completeness>('GET', `/completeness${query(filter)}`, signal)
}

/** The newest difference of each instrument between our trades and what its venue says. */
export function getLatestAudits(signal?: AbortSignal) {
  return allPages((cursor) =>
    request<{ items: Audit[]; nextCursor: string | null }>(
      'GET',
      `/audits/latest${query({ limit: 1_000, cursor })}`,
      signal,
    ),
  )
}

export function getInstrument(venue: string, instrument: string, signal?: AbortSignal) {
  return request<InstrumentPage>('GET', `/instruments${query({ venue, instrument, limit: 1 })}`, signal)
}

/** Candles that open before `to`, the newest first. */
export function getCandles(
  filter: {
    venue: string
    instrument: string
    interval: CandleInterval
    from?: number
    to?: number
    limit: number
  },
  signal?: AbortSignal,
) {
  return request<CandlePage>('GET', `/candles${query({ ...filter, order: 'desc' })}`, signal)
}

export function getTrades(filter: { venue: string; instrument: string; limit: number }, signal?: AbortSignal) {
  return request<TradePage>('GET', `/trades${query({ ...filter, order: 'desc' })}`, signal)
}

export function getLiquidations(filter: { venue: string; instrument: string; limit: number }, signal?: AbortSignal) {
  return request<{ items: Liquidation[]; nextCursor: string | null }>(
    'GET',
    `/liquidations${query({ ...filter, order: 'desc' })}`,
    signal,
  )
}

/** A ticket for one connection of the stream: browsers cannot send a header with a WebSocket. */
export async function streamTicket(): Promise<string | null> {
  if (storedToken() === null) return null
  try {
    const answer = await request<{ ticket: string }>('POST', '/stream/tickets')
    return answer.ticket
  } catch (error) {
    // Without a right to one: either none is needed here, or the stream itself refuses, and then the page asks for a token.
    if (error instanceof ApiError && error.status === 401) return null
    throw error
  }
}
