import { existsSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { writeAtomically } from '../draws/write-atomically.js'
import { GlmmError } from '../errors.js'
import type { ResultRecord } from '../report/result-document.js'

/** Refuses, before any work is done, a file that could not be written after it. */
export function checkOutput(path: string | undefined): void {
  if (path === undefined) return
  const folder = dirname(path)
  if (path === '' || !existsSync(folder)) {
    throw new GlmmError('FILE', `expected to write '${path}', but the folder ${folder} does not exist`, 'make the folder first, or write elsewhere')
  }
  if (existsSync(path) && statSync(path).isDirectory()) {
    throw new GlmmError('FILE', `expected to write a file, but ${path} is a folder`, 'name a file in it')
  }
}

/** One JSON document; a number that does not exist is null. */
const json = (record: ResultRecord): string => `${JSON.stringify(record, null, 2)}\n`

/** Prints a result: one JSON document, or text for people; warnings go to standard error beside JSON. */
export async function print(record: ResultRecord, asJson: boolean | undefined): Promise<void> {
  if (asJson) {
    for (const { code, message } of record.warnings) process.stderr.write(`glmm: warning: ${code}: ${message}\n`)
    process.stdout.write(json(record))
    return
  }
  const [{ resultDocument }, { renderText }] = await Promise.all([
    import('../report/result-document.js'),
    import('../report/render-text.js'),
  ])
  const { isTTY, columns } = process.stdout
  const colour = Boolean(isTTY) && process.env.NO_COLOR === undefined
  process.stdout.write(renderText(resultDocument(record), { width: Math.max(40, columns ?? 100), colour }))
}

/** Writes a result to a file, whole or not at all: a page, Markdown, or the JSON, by the ending of its name. */
export async function write(record: ResultRecord, path: string): Promise<void> {
  const text = await rendered(record, extname(path).toLowerCase())
  await writeAtomically(path, (temporary) => writeFile(temporary, text))
  process.stderr.write(`glmm: wrote ${path}\n`)
}

async function rendered(record: ResultRecord, extension: string): Promise<string> {
  if (extension === '.html' || extension === '.htm') {
    const [{ illustratedDocument }, { renderHtml }] = await Promise.all([
      import('../report/result-document.js'),
      import('../report/render-html.js'),
    ])
    return renderHtml(await illustratedDocument(record))
  }
  if (extension === '.md') {
    const [{ resultDocument }, { renderMarkdown }] = await Promise.all([
      import('../report/result-document.js'),
      import('../report/render-markdown.js'),
    ])
    return renderMarkdown(resultDocument(record))
  }
  return json(record)
}
