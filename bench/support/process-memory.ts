import { readFileSync } from 'node:fs'

const KILOBYTE = 1_024

export interface ProcessMemory {
  /** Bytes; pages that are shared with other processes count in part. */
  readonly proportional: number
  readonly resident: number
  /** The part of `proportional` that is of no file: what the system cannot take back. */
  readonly anonymous: number
}

export function processMemory(pid: number): ProcessMemory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return {
    proportional: bytes(text, 'Pss'),
    resident: bytes(text, 'Rss'),
    anonymous: bytes(text, 'Pss_Anon'),
  }
}

function bytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * KILOBYTE
}
