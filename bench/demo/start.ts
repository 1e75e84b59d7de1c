import { launchBrowser, openPage, SKIP_REASON } from '../../test/browser/browser.ts'
import { Installation } from '../support/installation.ts'
import { atMost, type Measurement, type Row } from '../support/measurement.ts'
import { median, seconds } from '../support/statistics.ts'

const RUNS = 3
const TARGET_SECONDS = 5
const PAGE_MILLISECONDS = 60_000

export const start: Measurement = {
  name: 'start',
  title: 'From `npm run demo` to the first price',
  run: async (settings) => {
    const fresh: Sums = { api: [], page: [], processor: [] }
    const again: Sums = { api: [], page: [], processor: [] }
    for (let run = 0; run < RUNS; run++) {
      const installation = await Installation.prepare({}, ['--demo'])
      try {
        await once(installation, fresh)
        await installation.pause()
        await once(installation, again)
      } finally {
        await installation.stop()
      }
      settings.say(`run ${run + 1} of ${RUNS}: ${JSON.stringify({ fresh, again })}`)
    }
    const rows: Row[] = []
    for (const [name, { api, page, processor }] of [
      ['new data directory', fresh],
      ['the same again', again],
    ] as const) {
      rows.push(atMost(`first price over the API, ${name}`, median(api), TARGET_SECONDS, seconds))
      rows.push({ what: `processor time of all processes until then, ${name}`, value: seconds(median(processor)) })
      if (page.length > 0) rows.push(atMost(`first price on the page, ${name}`, median(page), TARGET_SECONDS, seconds))
    }
    return {
      rows,
      notes: [
        `Medians of ${RUNS} runs, from the start of the process. The browser (headless Chromium) runs already and tries to load the page until somebody answers, as an impatient person does; it takes its share of the cores.`,
        ...(SKIP_REASON === false ? [] : [`The page was not measured: ${SKIP_REASON}.`]),
      ],
    }
  },
}

interface Sums {
  readonly api: number[]
  /** Seconds of processor time until the price was there over the API. */
  readonly processor: number[]
  readonly page: number[]
}

async function once(installation: Installation, sums: Sums): Promise<void> {
  const browser = SKIP_REASON === false ? await launchBrowser() : undefined
  try {
    const started = performance.now()
    installation.spawn()
    const elapsed = (): number => (performance.now() - started) / 1_000
    const overApi = installation
      .until('a price over the API', async () => {
        const { items } = await installation.json<{ items: { price: string | null }[] }>(`${installation.api}/assets`)
        return items.some(({ price }) => price !== null)
      })
      .then(() => {
        sums.api.push(elapsed())
        sums.processor.push([...installation.processorSeconds().values()].reduce((sum, each) => sum + each, 0))
      })
    const onPage =
      browser === undefined ? undefined : firstPriceOnPage(installation, browser).then(() => sums.page.push(elapsed()))
    await Promise.all([overApi, onPage])
  } finally {
    await browser?.close()
  }
}

async function firstPriceOnPage(
  installation: Installation,
  browser: Awaited<ReturnType<typeof launchBrowser>>,
): Promise<void> {
  await installation.until('the gateway answers', async () => (await fetch(`${installation.api}/status`)).ok)
  const { page } = await openPage(browser, `http://127.0.0.1:${installation.ports.gateway}/`)
  const line = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'BTC-USDT binance' }) })
  await line.locator('.price', { hasText: /\d/ }).waitFor({ timeout: PAGE_MILLISECONDS })
}
