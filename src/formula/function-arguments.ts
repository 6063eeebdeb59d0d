/** The functions a formula may call, one a line: R's names, with R's names of the arguments in R's order. */
const registry = {
  C: ['object', 'contr'],
  I: ['x'],
  abs: ['x'],
  'as.factor': ['x'],
  'as.integer': ['x'],
  'as.numeric': ['x'],
  bs: ['x', 'df', 'knots', 'degree', 'intercept', 'Boundary.knots'],
  c: ['...'],
  cbind: ['...'],
  ceiling: ['x'],
  cos: ['x'],
  exp: ['x'],
  expm1: ['x'],
  factor: ['x', 'levels', 'labels'],
  floor: ['x'],
  ifelse: ['test', 'yes', 'no'],
  log: ['x', 'base'],
  log10: ['x'],
  log1p: ['x'],
  log2: ['x'],
  ns: ['x', 'df', 'knots', 'intercept', 'Boundary.knots'],
  offset: ['object'],
  pmax: ['...'],
  pmin: ['...'],
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

/** Whether an argument, by its name or its place from 0, is a word of the language and no column: C(x, sum). */
export const takesWord = (call: string, name: string | null, place: number): boolean =>
  call === 'C' && (name === null ? place === 1 : name === 'contr')
