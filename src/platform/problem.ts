/** The media type of a problem document (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** A problem document as it is sent. */
export interface ProblemDetails {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The id of the request, which is in the log too. */
  readonly instance: string
  readonly code: string
  readonly [extension: string]: unknown
}

export const HTTP_ERROR_CODES = [
  'HTTP_BAD_REQUEST',
  'HTTP_UNAUTHORISED',
  'HTTP_FORBIDDEN',
  'HTTP_NOT_FOUND',
  'HTTP_METHOD_NOT_ALLOWED',
  'HTTP_CONFLICT',
  'HTTP_TOO_LARGE',
  'HTTP_UNSUPPORTED_MEDIA_TYPE',
  'HTTP_HOST_REFUSED',
  'HTTP_TOO_MANY_REQUESTS',
  'HTTP_INTERNAL',
  'HTTP_UNAVAILABLE',
] as const
export type HttpErrorCode = (typeof HTTP_ERROR_CODES)[number]

const STATUS: Readonly<Record<HttpErrorCode, number>> = {
  HTTP_BAD_REQUEST: 400,
  HTTP_UNAUTHORISED: 401,
  HTTP_FORBIDDEN: 403,
  HTTP_NOT_FOUND: 404,
  HTTP_METHOD_NOT_ALLOWED: 405,
  HTTP_CONFLICT: 409,
  HTTP_TOO_LARGE: 413,
  HTTP_UNSUPPORTED_MEDIA_TYPE: 415,
  HTTP_HOST_REFUSED: 421,
  HTTP_TOO_MANY_REQUESTS: 429,
  HTTP_INTERNAL: 500,
  HTTP_UNAVAILABLE: 503,
}

const TITLE: Readonly<Record<HttpErrorCode, string>> = {
  HTTP_BAD_REQUEST: 'The request is not valid',
  HTTP_UNAUTHORISED: 'A valid token is needed',
  HTTP_FORBIDDEN: 'This client may not do this',
  HTTP_NOT_FOUND: 'There is nothing here',
  HTTP_METHOD_NOT_ALLOWED: 'This method is not allowed here',
  HTTP_CONFLICT: 'The request contradicts the present state',
  HTTP_TOO_LARGE: 'The request is too large',
  HTTP_UNSUPPORTED_MEDIA_TYPE: 'The media type is not supported',
  HTTP_HOST_REFUSED: 'Nothing here answers under this host name',
  HTTP_TOO_MANY_REQUESTS: 'Too many requests',
  HTTP_INTERNAL: 'Something went wrong here',
  HTTP_UNAVAILABLE: 'Not available at the moment',
}

/** An answer other than success, to be thrown by a handler; it becomes a problem document. */
export class HttpProblem extends Error {
  readonly code: HttpErrorCode
  readonly status: number
  /** Seconds after which it is worth trying again. */
  readonly retryAfterSeconds: number | undefined
  /** Further members of the document, such as the list of what is wrong. */
  readonly extensions: Readonly<Record<string, unknown>>

  constructor(
    code: HttpErrorCode,
    detail: string,
    options: ErrorOptions & {
      readonly retryAfterSeconds?: number
      readonly extensions?: Readonly<Record<string, unknown>>
    } = {},
  ) {
    super(detail, options)
    this.name = 'HttpProblem'
    this.code = code
    this.status = STATUS[code]
    this.retryAfterSeconds = options.retryAfterSeconds
    this.extensions = options.extensions ?? {}
  }

  document(requestId: string): ProblemDetails {
    return {
      ...this.extensions,
      type: `urn:opentape:error:${this.code}`,
      title: TITLE[this.code],
      status: this.status,
      detail: this.message,
      instance: `urn:opentape:request:${requestId}`,
      code: this.code,
    }
  }
}

/** The code that says the same as a status. */
export function codeForStatus(status: number): HttpErrorCode {
  const exact = HTTP_ERROR_CODES.find((code) => STATUS[code] === status)
  if (exact !== undefined) return exact
  return status >= 400 && status < 500 ? 'HTTP_BAD_REQUEST' : 'HTTP_INTERNAL'
}
