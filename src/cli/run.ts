import { CommanderError } from 'commander'
import { exitStatus, GlmmError, type PlainError, plainError } from '../errors.js'
import { program } from './program.js'

/** Runs the command line and returns its exit status; the only place where an error becomes text. */
export async function run(argv: readonly string[]): Promise<number> {
  // A reader that closes the pipe early (head) is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  try {
    await program().parseAsync(argv, { from: 'user' })
    return 0
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0
    const error = thrown instanceof CommanderError ? usageError(thrown) : plainError(thrown)
    const detail = thrown instanceof GlmmError ? thrown.detail : undefined
    process.stderr.write(`${errorLine(error)}\n${detail === undefined ? '' : `${detail}\n`}`)
    if (argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`)
    return exitStatus(error.code)
  }
}

const errorLine = ({ code, message, hint }: PlainError): string => `glmm: ${code}: ${message}; ${hint}`

/** Commander's own complaints, in the form of ours. */
function usageError(error: CommanderError): PlainError {
  const lines = error.message.split('\n').map((line) => line.trim().replace(/^error: /, ''))
  const [message, suggestion] = lines.filter((line) => line !== '')
  if (error.code === 'commander.help') {
    return { code: 'USAGE', message: 'expected a command, got none', hint: 'see glmm --help' }
  }
  const hint = suggestion?.replace(/^\(|\)$/g, '') ?? 'see glmm --help'
  return { code: 'USAGE', message: message ?? 'the call is not understood', hint }
}
