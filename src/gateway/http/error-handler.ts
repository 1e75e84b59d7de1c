import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { MarketError } from '../../market/index.ts'
import { StoreError } from '../../store/index.ts'
import { GatewayError } from '../gateway-error.ts'
import { PROBLEM_CONTENT_TYPE, problemOf } from './problem.ts'

const STORE_RETRY_SECONDS = 2

/** Whatever goes wrong with a request becomes a problem document; causes inside stay in the log. */
export function addErrorHandlers(app: FastifyInstance): void {
  app.setErrorHandler((thrown: FastifyError | Error, request, reply) => {
    const error = gatewayErrorOf(thrown)
    if (error.status >= 500) {
      const level = error.code === 'GATEWAY_INTERNAL' ? 'error' : 'warn'
      request.log[level]({ err: error.cause ?? error, code: error.code, url: request.url }, 'a request failed')
    }
    sendProblem(request, reply, error)
  })
}

/** Answers with the problem document of an error. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: GatewayError): void {
  if (error.code === 'GATEWAY_UNAUTHORIZED') reply.header('www-authenticate', 'Bearer realm="opentape"')
  if (error.code === 'GATEWAY_STORE_UNAVAILABLE') reply.header('retry-after', String(STORE_RETRY_SECONDS))
  const path = request.url.split('?', 1)[0] ?? ''
  reply.header('cache-control', 'no-store')
  reply.code(error.status).type(PROBLEM_CONTENT_TYPE)
  reply.send(JSON.stringify(problemOf(error, path.slice(0, 256), request.id)))
}

/** Any error as one of ours. */
function gatewayErrorOf(error: FastifyError | Error): GatewayError {
  if (error instanceof GatewayError) return error
  if (error instanceof StoreError) return storeError(error)
  if (error instanceof MarketError) return new GatewayError('GATEWAY_REQUEST_INVALID', error.message, { cause: error })
  if ('validation' in error && error.validation !== undefined) {
    return new GatewayError('GATEWAY_REQUEST_INVALID', validationText(error), { cause: error })
  }
  const status = 'statusCode' in error ? error.statusCode : undefined
  if (status === 413) return new GatewayError('GATEWAY_BODY_TOO_LARGE', 'The body is too large', { cause: error })
  if (status !== undefined && status >= 400 && status < 500) {
    return new GatewayError('GATEWAY_REQUEST_INVALID', error.message, { cause: error })
  }
  return new GatewayError('GATEWAY_INTERNAL', 'The request could not be answered', { cause: error })
}

function storeError(error: StoreError): GatewayError {
  switch (error.code) {
    case 'STORE_UNREACHABLE':
    case 'STORE_TIMEOUT':
      return new GatewayError('GATEWAY_STORE_UNAVAILABLE', 'History cannot be read now', { cause: error })
    case 'STORE_CURSOR_INVALID':
      return new GatewayError('GATEWAY_CURSOR_INVALID', `The cursor cannot be used: ${error.message}`, { cause: error })
    case 'STORE_INTERVAL_INVALID':
      return new GatewayError('GATEWAY_REQUEST_INVALID', error.message, { cause: error })
    case 'STORE_QUERY_TOO_LARGE':
      return new GatewayError('GATEWAY_RANGE_INVALID', 'The answer would be too large', { cause: error })
    default:
      return new GatewayError('GATEWAY_INTERNAL', 'History cannot be read', { cause: error })
  }
}

function validationText(error: FastifyError): string {
  const first = error.validation?.[0]
  const where = error.validationContext ?? 'request'
  const name = first?.instancePath.slice(1) ?? ''
  const extra = first?.params.additionalProperty
  if (typeof extra === 'string') return `\`${extra.slice(0, 60)}\` is no parameter of this address`
  const allowed = first?.params.allowedValues
  const choices = Array.isArray(allowed) ? ` (${allowed.join(', ')})` : ''
  return `${name === '' ? where : `\`${name}\``} ${first?.message ?? 'is not valid'}${choices}`
}
