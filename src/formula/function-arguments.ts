/** The functions a formula may call, one a line: R's names, with R's names of the arguments in R's order. */
const registry = {
  I: ['x'],
  abs: ['x'],
  'as.factor': ['x'],
  c: ['...'],
  cbind: ['...'],
  cos: ['x'],
  exp: ['x'],
  expm1: ['x'],
  factor: ['x', 'levels', 'labels'],
  log: ['x', 'base'],
  log10: ['x'],
  log1p: ['x'],
  log2: ['x'],
  offset: ['object'],
  poly: ['x', 'degree', 'raw'],
  relevel: ['x', 'ref'],
  scale: ['x', 'center', 'scale'],
  sin: ['x'],
  sqrt: ['x'],
  tan: ['x'],
} as const

export type FunctionName = keyof typeof registry

/** Argument names of each function; `...` takes any number. */
export const functionArguments: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(registry))

/** Covariance structures that may be written as a call around a random term: `diag(x | g)`. */
export const covarianceCalls: ReadonlySet<string> = new Set(['us', 'diag', 'cs', 'ar1'])
