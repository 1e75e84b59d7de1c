import { hash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isLoopback } from '../../platform/index.ts'

/** Smaller answers gain nothing from compression. */
const COMPRESS_FROM_BYTES = 4 * 1024
const COMPRESSION_LEVEL = 1

const compress = promisify(gzip)

/** What pages may load: only from here. The chart library and the API page set styles from script. */
const PAGE_POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"

/** Headers that every answer has. */
export function addSecurityHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'content-security-policy': request.url.startsWith('/api/') ? DATA_POLICY : PAGE_POLICY,
  })
}

/** Answers of the API get an entity tag, `304` where the client has them already, and compression where it pays. */
export function addAnswerHooks(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (typeof payload !== 'string' || reply.statusCode !== 200) return payload
    if (request.method === 'GET' && !reply.hasHeader('etag')) {
      const tag = `W/"${hash('sha1', payload, 'base64url')}"`
      reply.header('etag', tag)
      const known = request.headers['if-none-match']
      if (known?.split(',').some((each) => each.trim() === tag) === true) {
        reply.code(304).removeHeader('content-type')
        return ''
      }
    }
    if (payload.length < COMPRESS_FROM_BYTES || !acceptsGzip(request.headers['accept-encoding'])) return payload
    if (isNear(request)) return payload
    const packed = await compress(payload, { level: COMPRESSION_LEVEL })
    reply.header('content-encoding', 'gzip').removeHeader('content-length')
    if (!reply.hasHeader('vary')) reply.header('vary', 'Accept-Encoding')
    return packed
  })
}

/** On the same machine, and for no one behind a proxy: there compression costs more time than it saves. */
function isNear({ socket, headers }: FastifyRequest): boolean {
  return isLoopback(socket.remoteAddress ?? '') && headers['x-forwarded-for'] === undefined && headers.via === undefined
}

/** Whether gzip is named with a weight above zero. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  return text.split(',').some((part) => {
    const [name = '', ...parameters] = part.trim().split(';')
    if (name.trim().toLowerCase() !== 'gzip') return false
    return !parameters.some((parameter) => /^\s*q=0(\.0*)?\s*$/.test(parameter))
  })
}
