import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, type CDPSession, chromium, type Page } from 'playwright-core'
import { build } from 'vite'

const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The browser of this machine, or undefined. `OPENTAPE_CHROMIUM` names another one. */
export function chromiumPath(): string | undefined {
  const named = process.env.OPENTAPE_CHROMIUM
  if (named !== undefined) return named
  return CANDIDATES.find((path) => existsSync(path))
}

/** Why browser tests are skipped here; false where they run. */
export const SKIP_REASON: string | false =
  chromiumPath() === undefined
    ? 'no Chromium on this machine: apt-get install chromium, or set OPENTAPE_CHROMIUM'
    : false

/** Starts a browser with an empty profile that speaks to nobody by itself. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumPath()
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** Builds the dashboard into a directory of its own, so that no test depends on an earlier build. */
export async function buildDashboard(): Promise<{ directory: string; remove: () => Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), 'opentape-web-'))
  await build({
    configFile: join(import.meta.dirname, '../../web/vite.config.ts'),
    logLevel: 'error',
    build: { outDir: directory, emptyOutDir: true },
  })
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) }
}

/** Builds the dashboard to where the gateway serves it from. */
export async function buildInPlace(): Promise<void> {
  await build({ configFile: join(import.meta.dirname, '../../web/vite.config.ts'), logLevel: 'error' })
}

export interface WatchedPage {
  readonly page: Page
  /** Errors and warnings that the page wrote to its console, and exceptions that nobody caught. */
  readonly complaints: string[]
  /** Addresses asked of anybody but the gateway. */
  readonly foreign: string[]
  readonly session: CDPSession
  close(): Promise<void>
}

/** Opens a page in a profile of its own and writes down what must not happen. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 }, colorScheme: 'dark', ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  const foreign: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  const home = new URL(url).host
  const check = (address: string): void => {
    if (!address.startsWith('data:') && !address.startsWith('blob:') && new URL(address).host !== home) {
      foreign.push(address)
    }
  }
  page.on('request', (request) => check(request.url()))
  page.on('websocket', (socket) => check(socket.url()))
  const session = await context.newCDPSession(page)
  await page.goto(url)
  return { page, complaints, foreign, session, close: () => context.close() }
}

/** Bytes of JavaScript heap that are in use after a full collection. */
export async function heapBytes(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize
}

/** How far the page can be scrolled sideways: nothing, on a page that fits. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
