import { restOf } from './settlement.ts'

/**
 * "limit: Maximum number of records to be returned in a single list, default 100; offset: List offset, starting from 0"
 * (https://github.com/gateio/gateapi-python/blob/master/docs/FuturesApi.md#list_futures_contracts, 2026-11-22); older servers gave all.
 */
export const CONTRACTS_PAGE = 1_000

/** A page of the contracts of a settlement, the first being 0; those that are dated come at once. */
export function contractsPath(settlement: string, page: number): string {
  const list = `${restOf(settlement)}/contracts`
  if (settlement.startsWith('delivery/')) return list
  const path = `${list}?limit=${CONTRACTS_PAGE}`
  return page === 0 ? path : `${path}&offset=${page * CONTRACTS_PAGE}`
}
