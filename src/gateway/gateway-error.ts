/** What a code means for a client: HTTP status, the kind of problem in a few words, and what to do about it. */
interface CodeMeaning {
  readonly status: number
  readonly title: string
  readonly remedy: string
}

/** Every error that the gateway can answer. The set is closed; `docs/errors.md` lists it. */
export const GATEWAY_ERRORS = {
  GATEWAY_REQUEST_INVALID: {
    status: 400,
    title: 'The request is not valid',
    remedy: 'Correct the parameter that the detail names; the page at /docs lists what is allowed.',
  },
  GATEWAY_CURSOR_INVALID: {
    status: 400,
    title: 'The cursor is not valid',
    remedy: 'Give the nextCursor of an earlier answer unchanged, with the same parameters, or begin without a cursor.',
  },
  GATEWAY_TIME_INVALID: {
    status: 400,
    title: 'The time is not valid',
    remedy: 'Give microseconds since 1970 or ISO 8601 with a zone, such as 2026-01-31T12:00:00Z.',
  },
  GATEWAY_RANGE_INVALID: {
    status: 400,
    title: 'The range of time is not valid',
    remedy: 'Give a `from` before `to`, and a range within the limit that the detail names.',
  },
  GATEWAY_UNAUTHORIZED: {
    status: 401,
    title: 'A token is needed',
    remedy: 'Send `Authorization: Bearer <token>`; `opentape token` makes one.',
  },
  GATEWAY_FORBIDDEN: {
    status: 403,
    title: 'This token does not allow it',
    remedy: 'Use a token that has the scope which the detail names.',
  },
  GATEWAY_ORIGIN_REFUSED: {
    status: 403,
    title: 'This page may not call the gateway',
    remedy: 'Open the dashboard under the address on which the gateway listens; other web pages are kept out.',
  },
  GATEWAY_HOST_REFUSED: {
    status: 421,
    title: 'The gateway does not answer under this host name',
    remedy: 'Use 127.0.0.1 or localhost; a gateway on loopback answers to no other name.',
  },
  GATEWAY_NOT_FOUND: {
    status: 404,
    title: 'There is no such address',
    remedy: 'See /docs for the addresses there are.',
  },
  GATEWAY_VENUE_UNKNOWN: {
    status: 404,
    title: 'There is no such venue',
    remedy: 'See /api/v1/venues for those there are.',
  },
  GATEWAY_INSTRUMENT_UNKNOWN: {
    status: 404,
    title: 'There is no such instrument',
    remedy: 'See /api/v1/instruments for those there are.',
  },
  GATEWAY_BOOK_UNAVAILABLE: {
    status: 404,
    title: 'There is no book',
    remedy:
      'Its channel is not collected, no snapshot has come yet, or history does not reach back so far; see /api/v1/feeds.',
  },
  GATEWAY_METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'This method is not allowed here',
    remedy: 'Use the methods that the header Allow names.',
  },
  GATEWAY_NOT_ACCEPTABLE: {
    status: 406,
    title: 'The answer cannot be given in this format',
    remedy: 'Accept application/json, text/csv or application/x-ndjson, or give `format`.',
  },
  GATEWAY_BODY_TOO_LARGE: {
    status: 413,
    title: 'The request is too large',
    remedy: 'Send a smaller body.',
  },
  GATEWAY_RATE_LIMITED: {
    status: 429,
    title: 'Too many requests',
    remedy: 'Wait for the seconds that the header Retry-After names; use the stream instead of asking again and again.',
  },
  GATEWAY_INTERNAL: {
    status: 500,
    title: 'The gateway failed',
    remedy: 'This is a mistake of ours: the log of the gateway has the cause under the request id.',
  },
  GATEWAY_START_REFUSED: {
    status: 500,
    title: 'The gateway does not start like this',
    remedy: 'Correct what the message names: a host, a port that is taken, or a token that must not be off.',
  },
  GATEWAY_STORE_UNAVAILABLE: {
    status: 503,
    title: 'The store does not answer',
    remedy: 'Try again in some seconds; live data is served meanwhile. `opentape doctor` tells more.',
  },
  GATEWAY_STREAM_FULL: {
    status: 503,
    title: 'No more stream clients are taken',
    remedy: 'Close other connections, or raise gateway.maximumClients.',
  },
  GATEWAY_STREAM_MESSAGE_INVALID: {
    status: 400,
    title: 'The stream message is not valid',
    remedy: 'Send one JSON object as docs/stream.md describes.',
  },
  GATEWAY_STREAM_SUBSCRIPTION_EXISTS: {
    status: 409,
    title: 'A subscription of this id exists',
    remedy: 'Choose another id, or unsubscribe first.',
  },
  GATEWAY_STREAM_SUBSCRIPTION_UNKNOWN: {
    status: 404,
    title: 'There is no subscription of this id',
    remedy: 'Unsubscribe with an id that was acknowledged.',
  },
  GATEWAY_STREAM_TOO_MANY_SUBSCRIPTIONS: {
    status: 429,
    title: 'Too many subscriptions',
    remedy: 'Use patterns such as BTC-*, or open another connection.',
  },
  GATEWAY_STREAM_TOO_MANY_MESSAGES: {
    status: 429,
    title: 'Too many messages from the client',
    remedy: 'Send fewer messages a second; subscribe by pattern.',
  },
  GATEWAY_STREAM_SLOW_CLIENT: {
    status: 429,
    title: 'The client reads too slowly',
    remedy: 'Read faster, subscribe to less, or fetch the missed trades from /api/v1/trades and subscribe anew.',
  },
} as const satisfies Record<string, CodeMeaning>

export type GatewayErrorCode = keyof typeof GATEWAY_ERRORS

/** A request that cannot be answered. It becomes a problem document, or an error message of the stream. */
export class GatewayError extends Error {
  readonly code: GatewayErrorCode

  constructor(code: GatewayErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'GatewayError'
    this.code = code
  }

  get status(): number {
    return GATEWAY_ERRORS[this.code].status
  }
}
