import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

const DESCRIPTION = `Market data of every connected exchange, live and past.

Prices and amounts are decimal numbers as text, exact. Times are whole microseconds since 1970-01-01T00:00:00Z; as parameters, ISO 8601 with a zone is understood too. Lists have pages: give \`nextCursor\` back as \`cursor\`. Lists also come as CSV and NDJSON (\`Accept\` or \`format\`). Errors are problem documents (RFC 9457) with a coded error. The stream, \`/api/v1/stream\`, is a WebSocket and described in docs/stream.md.`

type JsonObject = { [key: string]: unknown }

/** The API's description, made from the schemas of the routes, and a page to try it. */
export async function describeApi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Opentape',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This gateway' }],
      tags: [
        { name: 'market', description: 'What is so now' },
        { name: 'history', description: 'What the store holds' },
        { name: 'health', description: 'How feeds and parts stand' },
        { name: 'stream', description: 'Live messages' },
      ],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'Not needed where the gateway listens on loopback only. `opentape token` makes one.',
          },
        },
      },
      security: [{}, { token: [] }],
    },
    transformObject: (document) =>
      'openapiObject' in document ? withComponents(document.openapiObject) : document.swaggerObject,
  })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    uiConfig: { layout: 'BaseLayout', deepLinking: true, tryItOutEnabled: true, displayRequestDuration: true },
    theme: { title: 'Opentape API' },
  })
}

/** Moves every schema that has a title to the components, once, and refers to it: so generated clients get good names. */
function withComponents<Document extends object>(document: Document): Document {
  const schemas: JsonObject = {}
  const hoist = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(hoist)
    if (typeof value !== 'object' || value === null) return value
    const hoisted: JsonObject = {}
    for (const [key, part] of Object.entries(value)) hoisted[key] = hoist(part)
    if (Array.isArray(hoisted.enum) && hoisted.type === undefined) hoisted.type = 'string'
    const { title, type } = hoisted
    if (typeof title !== 'string' || type === undefined) return hoisted
    schemas[title] = hoisted
    return { $ref: `#/components/schemas/${title}` }
  }
  const copy = { ...document, paths: 'paths' in document ? hoist(document.paths) : {} }
  const known = 'components' in document && typeof document.components === 'object' ? document.components : {}
  const names = Object.keys(schemas).sort()
  return { ...copy, components: { ...known, schemas: Object.fromEntries(names.map((name) => [name, schemas[name]])) } }
}
