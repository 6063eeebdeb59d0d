import { accessSync, constants, realpathSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, extname } from 'node:path'
import { writeAtomically } from '../draws/files/write-atomically.js'
import { exitStatus, GlmmError } from '../errors.js'
import type { ResultRecord } from '../report/document-kind.js'
import { fileStatus, hasFolder } from './file-status.js'
import type { ModelFlags, OutputFlag } from './flags.js'
import { writeNote, writeOutput } from './output.js'
import { outputsOf } from './output-files.js'
import { safeJson } from './terminal-text.js'

/** Refuses, before any work is done, an --out that could not be written after it, or that is the data itself. */
export function checkOutput(flags: OutputFlag & ModelFlags): void {
  for (const path of outputsOf(flags)) checkFile(path, flags)
}

function checkFile(path: string, { data }: ModelFlags): void {
  const folder = dirname(path)
  if (!hasFolder(path)) {
    const message = `expected to write ${path}, but there is no folder ${folder}`
    throw new GlmmError('FILE', message, 'make the folder first, or write elsewhere')
  }
  const found = fileStatus(path)
  if (found?.isDirectory() || path.endsWith('/')) {
    throw new GlmmError('FILE', `expected a file to write, but ${path} is a folder`, 'name a file in it')
  }
  if (found?.isFile() && fileStatus(data) && realpathSync(path) === realpathSync(data)) {
    throw new GlmmError(
      'USAGE',
      `expected --out to name a file other than the data, got ${path} for both`,
      'write elsewhere',
    )
  }
  try {
    accessSync(folder, constants.W_OK)
  } catch {
    const message = `expected to write ${path}, but the folder ${folder} may not be written to`
    throw new GlmmError('FILE', message, 'check its permissions, or write elsewhere')
  }
}

/**
 * Hands a result over: printed, and written by `writeOut` where --out was given. For people it is printed first,
 * so that a failing disk does not cost them the result; as JSON last, so that an error is the only document.
 */
export async function present(
  record: ResultRecord,
  flags: { readonly json?: true } & OutputFlag,
  writeOut: (path: string, signal: AbortSignal) => Promise<void> = (path) => writeResult(record, path),
): Promise<void> {
  const write = async (): Promise<void> => {
    for (const path of outputsOf(flags)) {
      await unlessStopped(path, (signal) => writeOut(path, signal))
      writeNote(`wrote ${path}`)
    }
  }
  if (!flags.json) {
    await printText(record)
    return write()
  }
  await write()
  for (const { code, message } of record.warnings) writeNote(`warning: ${code}: ${message}`)
  await writeOutput(json(record))
}

/**
 * Ctrl-C while a large file is written lets the writing come to its end, for hours of work may be in it: the status is
 * then 130. A second one, and SIGTERM, end it with nothing left behind.
 */
async function unlessStopped(path: string, write: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController()
  let interrupted = false
  const stop = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGTERM' || interrupted) {
      controller.abort(signal)
      return
    }
    interrupted = true
    writeNote(`writes ${path} to its end first; Ctrl-C once more to lose it`)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    await write(controller.signal)
    if (interrupted) process.exitCode = exitStatus('ABORTED')
  } catch (error) {
    if (!controller.signal.aborted) throw error
    process.off('SIGTERM', stop)
    if (controller.signal.reason === 'SIGTERM') process.kill(process.pid, 'SIGTERM')
    const message = `expected to write ${path}, but the command was stopped while it did; nothing was written`
    throw new GlmmError('ABORTED', message, 'run the same call again: the seed makes it the same')
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}

/** One JSON document; a number that does not exist is null. */
const json = (record: ResultRecord): string => `${safeJson(record)}\n`

/** A result as text for people, fitted to the terminal. */
export async function printText(record: ResultRecord): Promise<void> {
  const [{ documentOf }, { renderText }] = await Promise.all([
    import('../report/kinds/registry.js'),
    import('../report/render-text.js'),
  ])
  const { isTTY, columns } = process.stdout
  const colour = Boolean(isTTY) && process.env.NO_COLOR === undefined
  await writeOutput(renderText(await documentOf(record), { width: Math.max(40, columns ?? 100), colour }))
}

/** Writes a result to a file, whole or not at all: a page, Markdown, text, or the JSON, by the ending of its name. */
export async function writeResult(record: ResultRecord, path: string): Promise<void> {
  const text = await rendered(record, extname(path).toLowerCase())
  await writeAtomically(path, (temporary) => writeFile(temporary, text))
}

async function rendered(record: ResultRecord, extension: string): Promise<string> {
  if (extension === '.html' || extension === '.htm') {
    const [{ illustratedDocument }, { renderHtml }] = await Promise.all([
      import('../report/kinds/registry.js'),
      import('../report/render-html.js'),
    ])
    return renderHtml(await illustratedDocument(record))
  }
  if (extension === '.md') {
    const [{ documentOf }, { renderMarkdown }] = await Promise.all([
      import('../report/kinds/registry.js'),
      import('../report/render-markdown.js'),
    ])
    return renderMarkdown(await documentOf(record))
  }
  if (extension === '.txt') {
    const [{ documentOf }, { renderText }] = await Promise.all([
      import('../report/kinds/registry.js'),
      import('../report/render-text.js'),
    ])
    return renderText(await documentOf(record), { width: 100, colour: false })
  }
  return json(record)
}
