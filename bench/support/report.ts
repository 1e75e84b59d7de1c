import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import type { Measurement, Outcome } from './measurement.ts'

export interface Measured {
  readonly measurement: Measurement
  readonly outcome: Outcome
}

export interface Section extends Outcome {
  readonly name: string
  readonly title: string
}

export interface Report {
  readonly machine: string
  readonly versions: string
  readonly date: string
  /** Load of the machine when the measurements ended: above the number of cores, others were at work too. */
  readonly load: string
  readonly sections: readonly Section[]
}

export function reportOf(measured: readonly Measured[]): Report {
  return {
    machine: machine(),
    versions: versions(),
    date: new Date().toISOString().slice(0, 10),
    load: loadavg()[0]?.toFixed(1) ?? '',
    sections: measured.map(({ measurement: { name, title }, outcome }) => ({ name, title, ...outcome })),
  }
}

function machine(): string {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${availableParallelism()} cores of ${model}, ${memory} GiB, ${process.platform} ${process.arch}`
}

function versions(): string {
  const used = ['chdb', '@clickhouse/client', 'lmdb', 'ws', 'fastify'].map((name) => `${name} ${versionOf(name)}`)
  return [`Node ${process.version.slice(1)}`, ...used].join(', ')
}

function versionOf(name: string): string {
  const path = join(import.meta.dirname, '../../node_modules', name, 'package.json')
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string }
  return version
}

/** The table of one measurement as Markdown. */
export function sectionMarkdown({ name, title, rows, notes }: Section): string {
  const lines = [
    `### ${title} (\`${name}\`)`,
    '',
    '| what | measured | target | reached |',
    '| --- | --- | --- | --- |',
  ]
  for (const { what, value, target, reached } of rows) {
    lines.push(`| ${what} | ${value} | ${target ?? ''} | ${reached === undefined ? '' : reached ? 'yes' : '**no**'} |`)
  }
  return [...lines, '', ...notes.map((note) => `- ${note}`)].join('\n').trimEnd()
}

export function printTable(report: Report): void {
  console.log(`\n${report.machine}; load at the end ${report.load}\n${report.versions}`)
  for (const { title, rows, notes } of report.sections) {
    const width = Math.max(...rows.map(({ what }) => what.length))
    const valueWidth = Math.max(...rows.map(({ value }) => value.length))
    console.log(`\n${title}`)
    for (const { what, value, target, reached } of rows) {
      const verdict = reached === undefined ? '' : `  ${target}: ${reached ? 'yes' : 'NO'}`
      console.log(`  ${what.padEnd(width)}  ${value.padStart(valueWidth)}${verdict}`)
    }
    for (const note of notes) console.log(`  · ${note}`)
  }
}
