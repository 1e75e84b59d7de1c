import type { FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from '../gateway-error.ts'
import type { Page } from '../schemas/index.ts'

export const FORMATS = ['json', 'csv', 'ndjson'] as const
export type Format = (typeof FORMATS)[number]

export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
}

const ACCEPTED: Readonly<Record<string, Format>> = {
  '*/*': 'json',
  'application/*': 'json',
  'application/json': 'json',
  'text/csv': 'csv',
  'text/*': 'csv',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
}

/** Longest `Accept` header that is looked at. */
const MAXIMUM_ACCEPT_LENGTH = 1_000

/**
 * The format that a client wants: `format` counts, then `Accept` by its weights.
 * @throws GatewayError GATEWAY_NOT_ACCEPTABLE
 */
export function wantedFormat(wanted: Format | undefined, accept: string | undefined): Format {
  if (wanted !== undefined) return wanted
  if (accept === undefined || accept.trim() === '') return 'json'
  let best: Format | undefined
  let bestWeight = 0
  for (const part of accept.slice(0, MAXIMUM_ACCEPT_LENGTH).split(',')) {
    const [type = '', ...parameters] = part.split(';')
    const format = ACCEPTED[type.trim().toLowerCase()]
    const weightText = parameters.map((text) => /^\s*q=([\d.]{1,5})\s*$/i.exec(text)?.[1]).find(Boolean) ?? '1'
    const weight = Number(weightText)
    if (format !== undefined && weight > bestWeight) {
      best = format
      bestWeight = weight
    }
  }
  if (best !== undefined) return best
  throw new GatewayError('GATEWAY_NOT_ACCEPTABLE', `Nothing of ${JSON.stringify(accept.slice(0, 80))} can be given`)
}

/** One cell of CSV by RFC 4180: texts as they are, null empty, lists and objects as JSON. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return ''
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Items as CSV with the given columns and a line of names. */
export function asCsv(columns: readonly string[], items: readonly object[]): string {
  const lines = [columns.join(',')]
  for (const item of items) {
    const values: Readonly<Record<string, unknown>> = { ...item }
    lines.push(columns.map((column) => cell(values[column])).join(','))
  }
  return `${lines.join('\r\n')}\r\n`
}

/** Items as one JSON object a line. */
export function asNdjson(items: readonly object[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join('')
}

/**
 * Sends a page in the format that the client wants. The next page is also named by a `Link` header, for formats that have
 * no room for it.
 */
export function sendPage(
  request: FastifyRequest,
  reply: FastifyReply,
  page: Page<object>,
  columns: readonly string[],
  format: Format | undefined,
): FastifyReply {
  const chosen = wantedFormat(format, request.headers.accept)
  reply.header('vary', 'Accept, Accept-Encoding')
  if (page.nextCursor !== null) {
    const next = new URL(request.url, 'http://gateway')
    next.searchParams.set('cursor', page.nextCursor)
    reply.header('link', `<${next.pathname}${next.search}>; rel="next"`)
  }
  reply.type(CONTENT_TYPES[chosen])
  if (chosen === 'csv') return reply.send(asCsv(columns, page.items))
  if (chosen === 'ndjson') return reply.send(asNdjson(page.items))
  return reply.send(JSON.stringify(page))
}

/** Sends one object as JSON. */
export function sendJson(reply: FastifyReply, value: object): FastifyReply {
  return reply.type(CONTENT_TYPES.json).send(JSON.stringify(value))
}
