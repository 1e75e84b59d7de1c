import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, test } from 'node:test'
import { until } from '../support/until.ts'
import { buildInPlace, launchBrowser, openPage, SKIP_REASON } from './browser.ts'

const PROJECT = join(import.meta.dirname, '../..')
const START_MILLISECONDS = 90_000
const PAGE_MILLISECONDS = 60_000
/** Every part takes whichever port is free. */
const CONFIGURATION = ['gateway', 'collector', 'processor', 'store', 'simulator']
  .map((part) => `${part}: { port: 0 }\n`)
  .join('')

/** Starts the demo on free ports. Resolves with its address when it is up. */
async function startDemo(directory: string): Promise<{ url: string; child: ChildProcess }> {
  const config = join(directory, 'opentape.yaml')
  await writeFile(config, CONFIGURATION)
  const child = spawn(
    process.execPath,
    [join(PROJECT, 'bin/opentape.js'), '--json', 'up', '--demo', '--config', config, '--data', join(directory, 'data')],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const said: string[] = []
  child.stderr?.on('data', (text) => said.push(String(text)))
  const ready = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the demo did not start: ${said.join('')}`)), START_MILLISECONDS)
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${said.join('')}`)))
    createInterface({ input: child.stdout }).on('line', (line) => {
      said.push(`${line}\n`)
      if (!line.includes('"event":"ready"')) return
      clearTimeout(timer)
      resolve(JSON.parse(line).url)
    })
  })
  return { url: await ready, child }
}

describe('the dashboard on the demo', { skip: SKIP_REASON }, () => {
  test('simulated markets move on every page, from the first price to the feeds', async (context) => {
    const directory = await mkdtemp(join(tmpdir(), 'opentape-demo-'))
    context.after(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
    // The demo serves web/dist, so that has to be the dashboard of now.
    await buildInPlace()
    const begun = performance.now()
    const { url, child } = await startDemo(directory)
    context.after(async () => {
      if (child.exitCode !== null) return
      child.kill('SIGINT')
      await once(child, 'exit')
    })
    const browser = await launchBrowser()
    context.after(() => browser.close())
    const { page, complaints, foreign } = await openPage(browser, url)
    page.setDefaultTimeout(PAGE_MILLISECONDS)

    const line = page.getByRole('row').filter({ has: page.getByRole('link', { name: 'BTC-USDT binance' }) })
    await line.locator('.price', { hasText: /\d/ }).waitFor()
    context.diagnostic(`from start to the first price on the page: ${Math.round(performance.now() - begun)} ms`)
    await page.getByText('Simulated', { exact: true }).waitFor()
    const price = await line.locator('.price').textContent()
    await until('the price moves', async () => (await line.locator('.price').textContent()) !== price)

    await page.getByRole('link', { name: 'BTC-USDT binance' }).click()
    await page.locator('.ladder-bids tbody tr').nth(4).waitFor()
    await page.locator('.book').getByText('synchronised').waitFor()
    await page.locator('.tape tbody tr').nth(3).waitFor()
    await page.locator('.legend').waitFor()
    assert.equal(await page.locator('.not-live').count(), 0)
    await until('the title tells the price', async () => /^[\d,.]+ BTC-USDT · binance/.test(await page.title()))

    await page.keyboard.press('f')
    await page.locator('.feed-table tbody tr').nth(11).waitFor()
    for (const venue of ['Binance', 'Coinbase', 'Kraken']) {
      await page.getByRole('list', { name: 'Venues' }).getByText(venue).first().waitFor()
    }
    await page.keyboard.press('m')
    await page.getByRole('link', { name: 'BTC-USDT binance' }).waitFor()
    assert.deepEqual(complaints, [])
    assert.deepEqual(foreign, [])
  })
})
