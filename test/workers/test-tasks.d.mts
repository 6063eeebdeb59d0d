import type { Task } from '../../src/executor.js'

export interface Values {
  readonly values: Float64Array
}
export const sleep: Task<null, number, number>
export const sum: Task<Values, { readonly factor: number }, { total: number; scaled: Float64Array }>
export const echo: Task<
  { values: ArrayLike<unknown>; again?: ArrayLike<unknown> },
  unknown,
  { job: unknown; values: ArrayLike<unknown>; inSharedMemory: boolean; bytes: number; sameObject: boolean }
>
export const mark: Task<{ flags: Int32Array }, number, boolean>
export const fail: Task<null, number, number>
export const unclonable: Task<null, number, unknown>
export const cooperative: Task<null, null, never>
export const busy: Task<null, null, never>
export const count: Task<null, null, undefined>
export const overrun: Task<null, null, undefined>
type Dying = Task<{ diedAt: Float64Array }, number, undefined>
export const exit: Dying
export const throwLater: Dying
export const rejectLater: Dying
export const exhaust: Dying
export const tasks: readonly Task[]
