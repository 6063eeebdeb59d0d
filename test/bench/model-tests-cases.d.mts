export interface Generator {
  readonly uniform: () => number
  readonly normal: () => number
  readonly poisson: (mean: number) => number
  readonly gamma: (shape: number) => number
  readonly binomial: (n: number, p: number) => number
}

export interface Case {
  readonly name: string
  readonly size: string
  readonly formula: string
  readonly family: string
}

export type Columns = Record<string, (number | string)[]>

export function generator(seed: number): Generator
export const calibrated: readonly Case[]
export const faulty: readonly Case[]
export function dataSet(one: Case, number: number): Columns
