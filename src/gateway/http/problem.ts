import { GATEWAY_ERRORS, type GatewayError } from '../gateway-error.ts'
import type { Problem } from '../schemas/index.ts'

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8'

/** The RFC 9457 problem document of an error. */
export function problemOf(error: GatewayError, instance: string, requestId: string): Problem {
  const { status, title, remedy } = GATEWAY_ERRORS[error.code]
  return {
    type: `urn:opentape:error:${error.code}`,
    title,
    status,
    code: error.code,
    detail: `${error.message}. ${remedy}`,
    instance,
    requestId,
  }
}
