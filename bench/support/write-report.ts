import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeFigures } from '../../scripts/figures.ts'
import { type Report, sectionMarkdown } from './report.ts'

const PAGE = join(import.meta.dirname, '../../docs/benchmarks.md')

/** Replaces the generated blocks of `docs/benchmarks.md`: one a measurement, and the machine's. */
export async function writeReport(report: Report): Promise<void> {
  let page = await readFile(PAGE, 'utf8')
  page = replaced(page, 'machine', `Machine: ${report.machine}.\n\nVersions: ${report.versions}.`)
  for (const section of report.sections) {
    page = replaced(
      page,
      section.name,
      `${sectionMarkdown(section)}\n\nMeasured on ${report.date}; load of the machine at the end: ${report.load}.`,
    )
  }
  await writeFile(PAGE, page)
  // The specification tells the same figures.
  writeFigures()
}

function replaced(page: string, name: string, text: string): string {
  const begin = `<!-- generated: ${name} -->`
  const end = `<!-- end: ${name} -->`
  const from = page.indexOf(begin)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no block ${begin} … ${end}`)
  return `${page.slice(0, from + begin.length)}\n${text}\n${page.slice(to)}`
}
