import type { Basis } from '../../data/basis.js'
import type { DesignSource } from '../../data/new-design.js'
import { type ModelChoice, modelChoices, reservedChoices } from '../../data/state-model.js'
import { GlmmError } from '../../errors.js'
import { familyOf } from '../../families/registry.js'
import { comparableFit } from '../compare/compare-input.js'
import type { FitRecord } from '../record/fit-record.js'

/** What predictions and simulations take from a fit. */
export type FitSource = Pick<
  FitRecord,
  | 'call'
  | 'formula'
  | 'family'
  | 'link'
  | 'method'
  | 'fixed'
  | 'fixedCovariance'
  | 'further'
  | 'random'
  | 'parameters'
  | 'modes'
  | 'basis'
> & { readonly responseChecksum: string | null }

/** The fit in a JSON document of schema glmm/fit@1, which may come from anywhere. FILE where it is none. */
export function fitSource(document: unknown, name: string): FitSource {
  const reported = comparableFit(document, name)
  const { call, fixedCovariance, parameters, modes, basis } = document as FitRecord
  const size = reported.fixed.length + reported.further.reduce((sum, { fixed }) => sum + fixed.length, 0)
  const estimate: unknown = parameters?.estimate
  const sound =
    isRecord(basis) &&
    isRecord(basis.levels) &&
    isRecord(basis.numbers) &&
    Object.values(basis.levels).every(Array.isArray) &&
    Object.values(basis.numbers).every(isNumbers) &&
    (basis.combinations === undefined || areCombinations(basis.combinations)) &&
    Array.isArray(modes) &&
    modes.every((one) => isRecord(one) && typeof one.level === 'string' && typeof one.mode === 'number') &&
    isNumbers(estimate) &&
    estimate.length >= size &&
    isSquare(fixedCovariance) &&
    (parameters.covariance === null || isSquare(parameters.covariance))
  if (!sound) {
    const message = `expected a fit with its parameters, modes and basis in ${name}, got one without, or with parts of it broken`
    throw new GlmmError('FILE', message, 'fit again with this version: glmm fit ... --out FIT.json')
  }
  const { formula, family, link, method, fixed, further, random } = reported
  return {
    responseChecksum: reported.responseChecksum,
    call,
    formula,
    family,
    link,
    method,
    fixed,
    fixedCovariance,
    further,
    random,
    parameters,
    modes,
    basis: { ...(basis as Basis), combinations: (basis as Basis).combinations ?? [] },
  }
}

/** The coefficients of a predictor by its name; those of `fixed` are the mean's, whatever its name. */
export const coefficientsOf = (
  { fixed, further }: Pick<FitSource, 'fixed' | 'further'>,
  name: string,
): FitSource['fixed'] => further.find(({ predictor }) => predictor === name)?.fixed ?? fixed

/** The model's choices as the fit's call has them. */
export function modelChoice({ family, link, call }: FitSource): ModelChoice {
  const reported = modelChoices.filter((name) => name !== 'time' && typeof call[name] === 'string')
  return { ...Object.fromEntries(reported.map((name) => [name, call[name]])), family: familyOf(family).name, link }
}

/** The parts of a fit's call that determine the design of other data. */
export function designSource({ formula, basis, family, call }: FitSource): DesignSource {
  const text = (name: string): string | undefined => {
    const value = call[name]
    return typeof value === 'string' ? value : undefined
  }
  const further = familyOf(family).further.map(({ name }) => ({ name, formula: text(name) ?? null }))
  const reserved = reservedChoices.map(text).filter((name) => name !== undefined)
  return { formula, basis, offset: text('offset'), reserved, further }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'number')
const areCombinations = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((one) => isRecord(one) && typeof one.column === 'string' && isNumbers(one.coefficients))
const isSquare = (value: unknown): boolean =>
  Array.isArray(value) && value.every((row) => Array.isArray(row) && row.length === value.length)
