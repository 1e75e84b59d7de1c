import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchema,
  fastify,
  LogController,
} from 'fastify'
import type { Logger } from './logger.ts'
import { isLoopback, isLoopbackHostHeader } from './loopback.ts'
import type { Metrics } from './metrics.ts'
import { codeForStatus, HttpProblem, PROBLEM_MEDIA_TYPE } from './problem.ts'

export interface HttpServerOptions {
  readonly logger: Logger
  /** Served at `GET /metrics` in Prometheus' format; absent = not served. */
  readonly metrics?: Metrics
  readonly bodyLimitBytes?: number
  readonly maximumParameterLength?: number
}

const BODY_LIMIT_BYTES = 1_000_000
const MAXIMUM_PARAMETER_LENGTH = 500
const REQUEST_TIMEOUT_MILLISECONDS = 30_000
const CONNECTION_TIMEOUT_MILLISECONDS = 60_000
const KEEP_ALIVE_MILLISECONDS = 72_000
/** Left out of the OpenAPI description. */
const UNDOCUMENTED: FastifySchema & { readonly hide: boolean } = { hide: true }
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/

/**
 * An HTTP server with the house's habits: problem documents for every error, request ids, limits on everything that a
 * client chooses. It listens nowhere yet: {@link listen}.
 */
export function createHttpServer(options: HttpServerOptions) {
  const loggerInstance: FastifyBaseLogger = options.logger
  const server = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimitBytes ?? BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    routerOptions: { maxParamLength: options.maximumParameterLength ?? MAXIMUM_PARAMETER_LENGTH },
    // A client's own id is taken over if it cannot do harm in a log.
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
    },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>()

  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('x-content-type-options', 'nosniff')
  })
  server.setErrorHandler((error: FastifyError, request, reply) => answerWithProblem(error, request, reply))
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    return answerWithProblem(
      new HttpProblem('HTTP_NOT_FOUND', `${request.method} ${path} does not exist`),
      request,
      reply,
    )
  })
  const { metrics } = options
  if (metrics !== undefined)
    server.get('/metrics', { schema: UNDOCUMENTED }, async (_request, reply) => {
      reply.header('content-type', metrics.contentType)
      return metrics.metrics()
    })
  return server
}

export type HttpServer = ReturnType<typeof createHttpServer>

/** Starts listening; on loopback, to its names only. @returns the address, such as `http://127.0.0.1:8080`, with the port that was really taken. */
export async function listen(
  server: HttpServer,
  where: { readonly host: string; readonly port: number },
): Promise<string> {
  if (isLoopback(where.host))
    server.addHook('onRequest', async (request) => {
      if (!isLoopbackHostHeader(request.headers.host))
        throw new HttpProblem('HTTP_HOST_REFUSED', 'Use 127.0.0.1 or localhost: on loopback there is no other name.')
    })
  await server.listen({ host: where.host, port: where.port })
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : where.port
  const host = where.host.includes(':') ? `[${where.host}]` : where.host
  return `http://${host}:${port}`
}

/** Sends any error as a problem document; what is ours to mend is logged, and its text stays here. */
export function answerWithProblem(error: Error, request: FastifyRequest, reply: FastifyReply) {
  const problem = asProblem(error)
  if (problem.status >= 500)
    request.log.error({ err: error, requestId: request.id, url: request.url }, 'request failed')
  if (problem.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(problem.retryAfterSeconds)))
  return reply
    .code(problem.status)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .send(JSON.stringify(problem.document(request.id)))
}

function asProblem(error: Error & Partial<FastifyError>): HttpProblem {
  if (error instanceof HttpProblem) return error
  if (error.validation !== undefined) {
    const problems = error.validation.map((each) => ({
      where: `${error.validationContext ?? 'request'}${each.instancePath}`,
      message: each.message ?? 'not valid',
      params: each.params,
    }))
    return new HttpProblem('HTTP_BAD_REQUEST', error.message, { cause: error, extensions: { problems } })
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) return new HttpProblem(codeForStatus(status), error.message, { cause: error })
  return new HttpProblem('HTTP_INTERNAL', 'The request failed here; the log says more under its id.', { cause: error })
}
