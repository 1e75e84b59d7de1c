/** What differs between one machine and a cluster, all of it. */

/** Blocks whose tokens a table of one machine remembers. Only the newest batch is ever repeated. */
const SINGLE_WINDOW = 1_000
/** The same of a replicated table; its replicas share them. */
const REPLICATED_WINDOW = 10_000
const REPLICATED_WINDOW_SECONDS = 604_800

const PLACEHOLDER = /\{\{([^{}]+)\}\}/g
const ENGINE = /^engine (\w+)\((.*)\)$/

/**
 * Fills in the places of a migration: `{{engine Family(arguments)}}`, `{{on_cluster}}` and `{{deduplication}}`.
 * @param cluster name of the cluster; undefined for one machine.
 */
export function renderMigration(sql: string, cluster: string | undefined): string {
  return sql.replace(PLACEHOLDER, (whole: string, inside: string) => {
    if (inside === 'on_cluster') return cluster === undefined ? '' : `ON CLUSTER '${cluster}'`
    if (inside === 'deduplication') return deduplication(cluster)
    const [, family = '', familyArguments = ''] = ENGINE.exec(inside) ?? []
    if (family === '') throw new RangeError(`a migration has an unknown place: ${whole}`)
    return engine(family, familyArguments, cluster)
  })
}

function deduplication(cluster: string | undefined): string {
  return cluster === undefined
    ? `non_replicated_deduplication_window = ${SINGLE_WINDOW}`
    : `replicated_deduplication_window = ${REPLICATED_WINDOW}, replicated_deduplication_window_seconds = ${REPLICATED_WINDOW_SECONDS}`
}

/** The macros in braces are the server's own, filled in by each replica. */
function engine(family: string, familyArguments: string, cluster: string | undefined): string {
  if (cluster === undefined) return `${family}(${familyArguments})`
  const more = familyArguments === '' ? '' : `, ${familyArguments}`
  return `Replicated${family}('/clickhouse/tables/{uuid}/{shard}', '{replica}'${more})`
}
