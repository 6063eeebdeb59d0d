import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  statSync,
  writeSync,
} from 'node:fs'
import { GlmmError } from '../../errors.js'
import { version } from '../../version.js'
import type { RowLedger } from '../rows/row-ledger.js'
import type { RowText } from '../spec/row-text.js'
import { isSealed, isSealedHead, sealedHead } from './sealed-row.js'
import type { StudyOutline } from '../spec/study-plan.js'

/** The first line of a log: which study its rows are of. */
export interface LogHeader {
  readonly schema: 'glmm/study-rows@1'
  readonly version: string
  /** Hash of what the rows follow from; see studyHash. */
  readonly study: string
  /** `i/n` for a part of a study; null for a whole one. */
  readonly shard: string | null
  readonly call: Readonly<Record<string, unknown>>
  readonly outline: StudyOutline
}

/** A log that is open for rows. */
export interface RowsLog {
  readonly path: string
  /** Appends lines, each with its line end; they are with the operating system when it returns. */
  readonly append: (lines: string) => void
  readonly close: () => void
}

const schema = 'glmm/study-rows@1'

/** Why a line is not taken: it is no row of the study, or its hash is not that of its row. */
type RowFault = 'no row' | 'altered'
type TakeLine = (line: string) => RowFault | null

/** Takes the rows of a study's log into a ledger, each under its canonical text. */
export const takeRows =
  (study: string, text: RowText, ledger: Pick<RowLedger, 'add'>): TakeLine =>
  (line) => {
    const row = text.read(line)
    if (row === null) return 'no row'
    if (!isSealed(study, row.text, row.hash)) return 'altered'
    ledger.add(row, row.text)
    return null
  }

export const logHeader = (
  study: string,
  outline: StudyOutline,
  call: LogHeader['call'],
  shard: string | null,
): LogHeader => ({ schema, version, study, shard, call, outline })

/** Begins a log. A file that is there already is not overwritten. */
export function startLog(path: string, header: LogHeader): RowsLog {
  if (existsSync(path) && !isFolder(path) && !isEmpty(path)) {
    const message = `expected no rows in ${path} yet, but the file has some`
    throw new GlmmError('USAGE', message, 'go on with --resume, remove the file, or name another with --log')
  }
  const log = appendTo(path, openFor(path, 'w'))
  log.append(`${sealedHead(header)}\n`)
  return log
}

/**
 * Opens a log to go on with. A last line that is not whole, as a kill leaves it, is cut off. FILE where the log belongs
 * to another study. A log that does not exist is begun.
 */
export async function resumeLog(path: string, header: LogHeader, take: TakeLine): Promise<RowsLog> {
  if (!existsSync(path) || isEmpty(path)) return startLog(path, header)
  const { whole } = await readLog(path, (found) => checkSameStudy(path, found, header), take)
  const file = openFor(path, 'r+')
  ftruncateSync(file, whole)
  const log = appendTo(path, file, whole)
  if (whole === 0) log.append(`${sealedHead(header)}\n`)
  return log
}

/**
 * Reads a log: its header, then each line that is not blank to `take`; the header alone without it. A torn last line is
 * left out. Returns the bytes up to the last line end.
 */
export async function readLog(
  path: string,
  head: (header: LogHeader) => void,
  take: TakeLine | null,
): Promise<{ readonly whole: number }> {
  let whole = 0
  let number = 0
  let rest: Buffer = Buffer.alloc(0)
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 18 })) {
      const bytes: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      let from = 0
      for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, from)) {
        const line = bytes.toString('utf8', from, end)
        number++
        if (number === 1) head(headerOf(path, line))
        else if (take === null) return { whole }
        else if (line.trim() !== '') {
          const fault = take(line)
          if (fault !== null) throw strangeLine(path, number, line, fault)
        }
        whole += end + 1 - from
        from = end + 1
      }
      rest = bytes.subarray(from)
    }
  } catch (thrown) {
    if (thrown instanceof GlmmError) throw thrown
    throw new GlmmError('FILE', `expected to read ${path}, but ${(thrown as Error).message}`, 'check the file')
  }
  return { whole }
}

function headerOf(path: string, line: string): LogHeader {
  const header = parsedHead(line)
  if (header?.schema !== schema) {
    const message = `expected the rows of a study in ${path}, got '${line.slice(0, 40)}'`
    throw new GlmmError('FILE', message, 'name a log that glmm study wrote')
  }
  if (isSealedHead(header)) return header as unknown as LogHeader
  const message = `expected the first line of ${path} as glmm study wrote it, got an altered one`
  throw new GlmmError('FILE', message, 'put it back, or make the rows again in another log')
}

function parsedHead(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const found = JSON.parse(line.replace(/^\ufeff/, '')) as unknown
    return typeof found === 'object' ? (found as Readonly<Record<string, unknown>> | null) : null
  } catch {
    return null
  }
}

function checkSameStudy(path: string, found: LogHeader, wanted: LogHeader): void {
  const what = (header: LogHeader): string =>
    `${header.study.slice(0, 12)}${header.shard ? `, shard ${header.shard}` : ''}`
  if (found.study === wanted.study && found.shard === wanted.shard) return
  const message = `expected the rows of study ${what(wanted)} in ${path}, got those of ${what(found)}`
  const hint =
    found.version === wanted.version
      ? 'the study file, its data or the shard have changed since: name another log, or remove this one'
      : `the rows were made by version ${found.version}: name another log, or remove this one`
  throw new GlmmError('FILE', message, hint)
}

const strangeLine = (path: string, number: number, line: string, fault: RowFault): GlmmError =>
  fault === 'altered'
    ? new GlmmError(
        'FILE',
        `expected the row in line ${number} of ${path} as it was written, got an altered one, or another study's: '${line.slice(0, 40)}'`,
        'remove that line, and the row is made again',
      )
    : new GlmmError(
        'FILE',
        `expected a row in line ${number} of ${path}, got '${line.slice(0, 40)}'`,
        'remove that line',
      )

/** A device, such as a full disk's stand-in, has no size either. */
const isFolder = (path: string): boolean => statSync(path).isDirectory()
const isEmpty = (path: string): boolean => statSync(path).size === 0

function openFor(path: string, flags: 'w' | 'r+'): number {
  try {
    return openSync(path, flags)
  } catch (thrown) {
    throw notWritten(path, thrown)
  }
}

function appendTo(path: string, file: number, position: number = fstatSync(file).size): RowsLog {
  let at = position
  return {
    path,
    append: (lines) => {
      const bytes = Buffer.from(lines)
      try {
        for (let from = 0; from < bytes.length; ) {
          const written = writeSync(file, bytes, from, bytes.length - from, at)
          from += written
          at += written
        }
      } catch (thrown) {
        throw notWritten(path, thrown)
      }
    },
    close: () => closeSync(file),
  }
}

function notWritten(path: string, thrown: unknown): GlmmError {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : ''
  const full = code === 'ENOSPC' || code === 'EDQUOT'
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'its folder does not exist',
    EACCES: 'it may not be written to',
    EISDIR: 'it is a folder',
    ELOOP: 'its symbolic links lead in a circle',
    ENAMETOOLONG: 'the name is too long',
    ENOTDIR: 'its folder does not exist',
    EROFS: 'it may not be written to',
  }
  const reason = full ? 'the disk is full' : (reasons[code] ?? (thrown as Error).message)
  const hint = full ? 'free some space and go on with --resume: the rows so far are kept' : 'name another with --log'
  return new GlmmError('FILE', `expected to write rows to ${path}, but ${reason}`, hint)
}
