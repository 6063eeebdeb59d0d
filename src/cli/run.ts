import { CommanderError } from 'commander'
import { exitStatus, GlmmError, type PlainError, plainError } from '../errors.js'
import { systemFault } from './file-status.js'
import { takeStreamErrors, writeOutput } from './output.js'
import { program } from './program.js'
import { oneLine, safeJson, safeLines } from './terminal-text.js'
import { usageError } from './usage-error.js'

/** Runs the command line and returns its exit status; the only place where an error becomes text. */
export async function run(argv: readonly string[]): Promise<number> {
  takeStreamErrors()
  try {
    await runCommand(argv)
    // A command whose result stands, though it was stopped, has said so.
    return Number(process.exitCode ?? 0)
  } catch (thrown) {
    const error = plainError(systemFault(thrown) ?? thrown)
    const detail = thrown instanceof GlmmError && thrown.detail !== undefined ? `${safeLines(thrown.detail)}\n` : ''
    process.stderr.write(`${errorLine(error)}\n${detail}`)
    // When standard output is what failed, the line above has said so.
    if (argv.includes('--json')) await writeOutput(`${safeJson({ error })}\n`).catch(() => {})
    return exitStatus(error.code)
  }
}

async function runCommand(argv: readonly string[]): Promise<void> {
  const help: string[] = []
  const glmm = program((text) => help.push(text))
  try {
    await glmm.parseAsync(argv, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.exitCode !== 0) throw usageError(thrown, glmm, argv)
  }
  if (help.length > 0) await writeOutput(help.join(''))
}

/** One line, whatever the message holds: a name with a line break in it, or the stack of a fault of this program. */
function errorLine({ code, message, hint }: PlainError): string {
  const said = code === 'INTERNAL' ? headOfStack(message) : message
  return oneLine(`glmm: ${code}: ${said}; ${hint}`)
}

/** What was thrown and where; the whole stack is in the document that --json prints. */
function headOfStack(stack: string): string {
  const lines = stack.split('\n')
  const telling = lines.filter((line) => /^\w*Error\b|^\s+at /.test(line)).slice(0, 2)
  return telling.length > 0 ? telling.join(' ') : lines[0]
}
