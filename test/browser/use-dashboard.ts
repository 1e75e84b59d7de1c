import { after, before } from 'node:test'
import type { Browser } from 'playwright-core'
import { type MockGateway, type MockOptions, startMockGateway } from '../../web/dev/mock-gateway.ts'
import { buildDashboard, launchBrowser } from './browser.ts'

/** Within a suite: a browser, and stand-ins for the gateway that serve the dashboard of now. All of it ends with the suite. */
export function useDashboard() {
  const gateways: MockGateway[] = []
  let started: { browser: Browser; dashboard: Awaited<ReturnType<typeof buildDashboard>> } | undefined
  const running = () => {
    if (started === undefined) throw new Error('the suite has not started yet')
    return started
  }

  before(async () => {
    const dashboard = await buildDashboard()
    started = { dashboard, browser: await launchBrowser() }
  })

  after(async () => {
    await started?.browser.close()
    for (const gateway of gateways) await gateway.close()
    await started?.dashboard.remove()
  })

  return {
    browser: (): Browser => running().browser,
    gateway: async (options: MockOptions = {}): Promise<MockGateway> => {
      const gateway = await startMockGateway({ dist: running().dashboard.directory, ...options })
      gateways.push(gateway)
      return gateway
    },
  }
}
