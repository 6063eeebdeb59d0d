import { createHash } from 'node:crypto'

/**
 * Rows as a log keeps them: the canonical text of the row with one key more at its end, a hash of that text and of the study it
 * belongs to. By it, rows that were altered or belong to another study are recognised.
 */
const digits = 16

const hashOf = (study: string, text: string): string =>
  createHash('sha256').update(`${study}\n${text}`).digest('hex').slice(0, digits)

/** The line of a row in the log of a study, without its end. */
export const sealedRow = (study: string, text: string): string =>
  `${text.slice(0, -1)},"hash":"${hashOf(study, text)}"}`

/** Lines of rows, sealed. */
export const sealedRows = (study: string, lines: string): string =>
  lines
    .split('\n')
    .map((text) => `${sealedRow(study, text)}\n`)
    .join('')

/** The header of a log as one line, with a hash of its own. */
export function sealedHead(head: object): string {
  const text = JSON.stringify(head)
  return sealedRow('head', text)
}

/** Whether the header on a line is the one that was written. */
export function isSealedHead({ hash, ...head }: Readonly<Record<string, unknown>>): boolean {
  return isSealed('head', JSON.stringify(head), hash)
}

/** Whether a row's hash is that of its canonical text. */
export const isSealed = (study: string, text: string, hash: unknown): boolean => hash === hashOf(study, text)
