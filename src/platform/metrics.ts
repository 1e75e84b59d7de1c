import { collectDefaultMetrics, Registry } from 'prom-client'

/** The registry of a process. Metric names begin with `opentape_`, units are in the name (`_seconds`, `_bytes`, `_total`). */
export type Metrics = Registry

/** A registry with the process's default metrics (memory, event loop, garbage collection) and the role as a label. */
export function createMetrics(role: string): Metrics {
  const metrics = new Registry()
  metrics.setDefaultLabels({ role })
  collectDefaultMetrics({ register: metrics, prefix: 'opentape_' })
  return metrics
}
