import { GlmmError } from '../errors.js'
import { oneLine } from './terminal-text.js'

/**
 * Writes to standard output and waits until the text is out. A reader that closes the pipe early, as head does, is no
 * fault; a device that takes no more is, as a FILE error.
 */
export function writeOutput(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error: NodeJS.ErrnoException | null | undefined) => {
      if (!error || error.code === 'EPIPE') return resolve()
      const reason = error.code === 'ENOSPC' ? 'it is full' : error.message
      const message = `expected to write the result to standard output, but ${reason}`
      reject(new GlmmError('FILE', message, 'send the output elsewhere'))
    })
  })
}

/** A line on standard error about where a command stands. */
export function writeNote(note: string): void {
  process.stderr.write(`${oneLine(`glmm: ${note}`)}\n`)
}

/** Without listeners a failed write ends the process with a stack trace, whoever waits for it. */
export function takeStreamErrors(): void {
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
}
