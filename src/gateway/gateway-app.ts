import { randomUUID } from 'node:crypto'
import fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyRequest, LogController } from 'fastify'
import type { Logger } from '../platform/index.ts'
import type { Metrics } from '../platform/serving.ts'
import { bearerToken, type Principal, requireScope } from './access/authenticator.ts'
import { guardOrigin } from './access/origin-guard.ts'
import { clientOfAddress } from './access/rate-limiter.ts'
import { serveDashboard } from './dashboard-files.ts'
import { GatewayError } from './gateway-error.ts'
import { sendJson } from './http/answer.ts'
import { addErrorHandlers, sendProblem } from './http/error-handler.ts'
import { addAnswerHooks, addSecurityHeaders } from './http/response-hooks.ts'
import { describeApi } from './openapi.ts'
import { completenessRoutes } from './routes/completeness-routes.ts'
import { factRoutes } from './routes/fact-routes.ts'
import type { GatewayServices } from './routes/gateway-services.ts'
import { historyRoutes } from './routes/history-routes.ts'
import { liveRoutes } from './routes/live-routes.ts'
import { referenceRoutes } from './routes/reference-routes.ts'
import { answers } from './routes/route-schema.ts'
import { streamRoutes } from './routes/stream-routes.ts'
import { HealthSchema } from './schemas/index.ts'
import { healthOf } from './views/status.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null on addresses that are open to all. */
    principal: Principal | null
  }
}

const BODY_LIMIT_BYTES = 16 * 1024
const REQUEST_TIMEOUT_MILLISECONDS = 30_000
const KEEP_ALIVE_MILLISECONDS = 72_000
const MAXIMUM_PARAMETER_LENGTH = 256
const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/

export interface GatewayAppOptions {
  readonly services: GatewayServices
  readonly logger: Logger
  readonly metrics: Metrics
  readonly listensOnLoopback: boolean
  /** Directory of the built dashboard. */
  readonly dashboardDirectory: string
}

/** The HTTP side of the gateway, not yet listening. */
export async function createGatewayApp(options: GatewayAppOptions): Promise<FastifyInstance> {
  const { services, metrics, listensOnLoopback } = options
  const loggerInstance: FastifyBaseLogger = options.logger
  const app = fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MILLISECONDS,
    keepAliveTimeout: KEEP_ALIVE_MILLISECONDS,
    forceCloseConnections: true,
    // A client's own id is taken over if it cannot do harm in a log.
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
    },
    routerOptions: { maxParamLength: MAXIMUM_PARAMETER_LENGTH },
    // A parameter that is not known is the client's mistake, and no value is guessed from another kind of thing.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, useDefaults: true, allErrors: false } },
    frameworkErrors: (error, request, reply) => {
      const problem = new GatewayError('GATEWAY_REQUEST_INVALID', error.message, { cause: error })
      addSecurityHeaders(request as FastifyRequest, reply)
      sendProblem(request as FastifyRequest, reply, problem)
    },
  })
  // Routes give text that is ready; schemas of answers describe it, and tests hold the two together.
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  app.decorateRequest('principal', null)
  addErrorHandlers(app)
  addAnswerHooks(app)
  app.addHook('onRequest', async (request, reply) => {
    addSecurityHeaders(request, reply)
    reply.header('x-request-id', request.id)
    guardOrigin({ host: request.headers.host, origin: request.headers.origin }, listensOnLoopback)
  })

  await describeApi(app, services.version)
  const guard = accessGuard(services)
  await app.register(
    async (api) => {
      api.addHook('onRequest', guard)
      await api.register(referenceRoutes(services))
      await api.register(historyRoutes(services))
      await api.register(factRoutes(services))
      await api.register(completenessRoutes(services))
      await api.register(liveRoutes(services))
      await api.register(streamRoutes(services))
    },
    { prefix: '/api/v1' },
  )

  app.get(
    '/health',
    { schema: { ...answers('health', 'Live and ready', HealthSchema, ['health']), security: [{}] } },
    (_, reply) => {
      const health = healthOf(services)
      reply.header('cache-control', 'no-store').code(health.ready ? 200 : 503)
      return sendJson(reply, health)
    },
  )
  app.get('/metrics', { schema: { hide: true }, onRequest: guard }, async (_request, reply) => {
    reply.header('cache-control', 'no-store').type(metrics.contentType)
    return reply.send(await metrics.metrics())
  })

  const page = await serveDashboard(app, options.dashboardDirectory)
  app.get('/', { schema: { hide: true } }, (_request, reply) => page.send(reply))
  app.setNotFoundHandler(async (request, reply) => {
    const wantsPage = request.method === 'GET' && (request.headers.accept ?? '').includes('text/html')
    if (wantsPage && !request.url.startsWith('/api/')) return await page.send(reply)
    const path = request.url.split('?', 1)[0] ?? ''
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD')
      throw new GatewayError('GATEWAY_METHOD_NOT_ALLOWED', `${request.method} is not allowed on ${path.slice(0, 100)}`)
    }
    throw new GatewayError('GATEWAY_NOT_FOUND', `There is nothing at ${JSON.stringify(path.slice(0, 100))}`)
  })
  return app
}

/** Lets a request through if its client is known, may read, and does not ask too often. */
function accessGuard({ authenticator, limiter }: GatewayServices) {
  return async (request: FastifyRequest, reply: Parameters<typeof addSecurityHeaders>[1]): Promise<void> => {
    const address = `address ${clientOfAddress(request.ip)}`
    let client = address
    let refusal: unknown
    try {
      const principal = await authenticator.authenticate(bearerToken(request.headers.authorization))
      requireScope(principal, 'read')
      request.principal = principal
      if (principal.id !== 'local') client = `token ${principal.id}`
    } catch (error) {
      // Those who are refused are counted too, by address: guessing tokens is slow.
      refusal = error
    }
    const decision = limiter.take(client, performance.now() / 1_000)
    reply.headers({
      'ratelimit-limit': String(decision.limit),
      'ratelimit-remaining': String(decision.remaining),
      'ratelimit-reset': String(decision.resetSeconds),
    })
    if (!decision.allowed) {
      reply.header('retry-after', String(decision.retrySeconds))
      throw new GatewayError('GATEWAY_RATE_LIMITED', `More than ${decision.limit} requests at once`)
    }
    if (refusal !== undefined) throw refusal
  }
}
