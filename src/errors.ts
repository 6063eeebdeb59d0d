/** The closed set of things that can go wrong, as users meet them in `glmm: CODE: ...`. */
export type ErrorCode =
  | 'USAGE' // an option or argument
  | 'FILE' // a file that is missing, unreadable, empty, or cannot be written
  | 'TABLE' // the text of a table: ragged rows, duplicate names, header only
  | 'FORMULA' // the text of a formula, with the position of the fault
  | 'COLUMN' // a column the model needs: absent, of the wrong type, constant, not finite
  | 'RESPONSE' // a response outside the family's support
  | 'MODEL' // a model that is stated but cannot be fitted: no rows left, a structure not supported
  | 'PRIOR' // the text of a prior
  | 'NO_CONVERGENCE' // the job ran and did not reach its end
  | 'WORKER_DIED'
  | 'QUEUE' // Redis, or what came from it
  | 'ABORTED' // stopped on request
  | 'INTERNAL'

/** Exit status of the command for each code: 2 for what the user can mend in the call, 1 for a job that failed. */
export const exitStatus = (code: ErrorCode): 1 | 2 | 130 => (code === 'ABORTED' ? 130 : failures.has(code) ? 1 : 2)

const failures: ReadonlySet<ErrorCode> = new Set(['NO_CONVERGENCE', 'WORKER_DIED', 'QUEUE', 'INTERNAL'])

/** An error as plain data, in which form it crosses threads and files. */
export interface PlainError {
  readonly code: ErrorCode
  readonly message: string
  readonly hint: string
}

/** Characters of a message or a hint that are shown. */
const most = 600

/** A text cut short in its middle where it is very long, such as a formula of a page. */
export const excerpt = (text: string, length: number = most): string =>
  text.length <= length
    ? text
    : `${text.slice(0, Math.ceil(length * 0.6))} ... ${text.slice(-Math.floor(length * 0.3))}`

/**
 * The one error class. `message` says what was expected and what was got, `hint` what to do.
 * Both are single lines, cut short where they are very long; a formula error's caret is in `detail`.
 *
 * @param code - Which of the closed set of things went wrong.
 * @param message - What was expected, and what was got.
 * @param hint - What to do.
 * @param detail - Further lines to show below the message.
 * @example
 * import { fit, GlmmError, tableFrom } from 'glmm/core'
 * try {
 *   fit('y ~ z', tableFrom({ y: [1, 2, 4], x: [1, 2, 3] }))
 * } catch (error) {
 *   console.log(error instanceof GlmmError, error.code) // true COLUMN
 * }
 */
export class GlmmError extends Error {
  readonly code: ErrorCode
  readonly hint: string
  /** Further lines worth showing below the message, such as a formula with a caret under the fault. */
  readonly detail: string | undefined

  constructor(code: ErrorCode, message: string, hint: string, detail?: string) {
    super(excerpt(message))
    this.name = 'GlmmError'
    this.code = code
    this.hint = excerpt(hint)
    this.detail = detail
  }
}

/** Any thrown value as plain data; what is not a GlmmError is a fault of this program. */
export function plainError(thrown: unknown): PlainError {
  if (thrown instanceof GlmmError) return { code: thrown.code, message: thrown.message, hint: thrown.hint }
  const message = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  return { code: 'INTERNAL', message, hint: 'this is a fault of glmm itself; please report it with the call' }
}

/** The way back from `plainError`. */
export const thrownError = (plain: PlainError): GlmmError => new GlmmError(plain.code, plain.message, plain.hint)

/** Something the user should know about a result that stands. */
export interface Warning {
  readonly code: string
  readonly message: string
}
