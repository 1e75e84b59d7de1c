import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

/** Files whose names carry a hash of their content never change. */
const HASHED = /[\\/]assets[\\/]/
const IMMUTABLE = 'public, max-age=31536000, immutable'

const MISSING_PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Opentape</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color-scheme:light dark}</style>
</head><body>
<h1>The dashboard is not built</h1>
<p>The gateway works: <a href="/docs">the API</a>, <a href="/api/v1/status">its status</a>.
For this page, run <code>npm run prepare</code> in the project's directory (it needs the development dependencies:
<code>npm install</code>), then load it again.</p>
</body></html>
`

/** Serves the dashboard's built files, and tells on the page what to run while they are missing. */
export async function serveDashboard(app: FastifyInstance, directory: string): Promise<DashboardPage> {
  await app.register(fastifyStatic, {
    root: directory,
    // It may be built later: the page says so until then, and a log line would say it twice.
    suppressWarning: true,
    index: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('cache-control', HASHED.test(path) ? IMMUTABLE : 'no-cache')
    },
  })
  return new DashboardPage(join(directory, 'index.html'))
}

/** The one page of the dashboard; every address of it shows the same file. */
export class DashboardPage {
  readonly #index: string

  constructor(index: string) {
    this.#index = index
  }

  async send(reply: FastifyReply): Promise<FastifyReply> {
    const html = await readFile(this.#index, 'utf8').catch(() => undefined)
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache')
    return html === undefined ? reply.code(503).send(MISSING_PAGE) : reply.code(200).send(html)
  }
}
