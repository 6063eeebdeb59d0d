import type { Model } from '../../data/model.js'
import { stateModel } from '../../data/state-model.js'
import type { Table } from '../../data/table.js'
import { isDiscrete } from '../../families/tail-of.js'
import { jointModes } from '../../likelihood/sparse/joint-mode.js'
import { type Stated, state } from '../../likelihood/frame/stated.js'
import { checkSeed } from '../../random/stream.js'
import type { FitRecord } from '../record/fit-record.js'
import { type FitSource, modelChoice } from '../predict/predict-source.js'
import { curvature } from './curvature.js'
import { dispersion } from './dispersion.js'
import { groupTests } from './group-tests.js'
import { influence } from './influence.js'
import { type Look, lookAt, noResiduals, type Tested, zeroRows } from './look.js'
import type { ModelTest } from '../results/model-test.js'
import { holm, type ModelVerdict, modelVerdict, testLevel } from '../results/model-verdict.js'
import { outliers } from './outliers.js'
import { notTested } from './not-tested.js'
import { isPlanned, type Plan, type PlannedTest } from './planned-test.js'
import { type Ranked, rankAmongReplicates } from './replicates.js'
import { spread } from './spread.js'
import { testedRows } from './tested-rows.js'
import { speakingRows, undecidedOf } from './undecided.js'
import { uniformity } from './uniformity.js'
import { variance } from './variance.js'
import { zeros } from './zeros.js'

/** How the tests are made. */
export interface TestOptions {
  /** Of the replicates and of randomised residuals, 1 where left out. */
  readonly seed?: number | undefined
  /** 'fired' (the default): where a test without replicates has a small p-value. 'always': of every test. */
  readonly replicates?: 'fired' | 'always' | undefined
  /** Quadrature nodes of the estimates, 1 where left out. */
  readonly nodes?: number | undefined
  /** False where the estimates come from an integral that is not adequate; true where left out. */
  readonly integrated?: boolean | undefined
  /** Tests made elsewhere, to be corrected and judged with these; one that is not significant then loses its effect. */
  readonly further?: Readonly<Record<string, ModelTest>> | undefined
  /** Parameters that the data leave open, in words: rows that they decide are not tested, and the model is questionable. */
  readonly undecided?: readonly string[] | undefined
  /** True for a fit by restricted maximum likelihood, which other families do not have: remedies say so. */
  readonly restricted?: boolean | undefined
}

/** Tests of a model against its data, and what they come to. */
export interface TestedModel {
  readonly tests: Readonly<Record<string, ModelTest>>
  readonly model: ModelVerdict
}

/** Rows that are tested, and rows times replicates that are drawn. */
const limits = { fired: { rows: 3000, budget: 5e5 }, always: { rows: 10_000, budget: 4e6 } } as const

/**
 * Replicates decide where a screen's p-value is below this over the number of tests: Holm's correction asks for a quarter of it, so
 * that little is lost, and sound models seldom pay for them.
 */
const screenLevel = 0.2

/** Influence need not be known better than with so many nodes. */
const enoughNodes = 13

/**
 * Tests the model of a fit against the table it was made from: spread, zeros, outliers, curvature and others, each judged among
 * replicates of the fitted model, and corrected for their number by Holm's method.
 *
 * @param fit - Of `fit`, or read from its JSON.
 * @param table - The data of the fit.
 * @param options - Seed, when to make replicates, nodes.
 * @returns The tests by name, and the verdict on the model.
 * @throws GlmmError COLUMN, RESPONSE or MODEL where the table is not the fit's, USAGE for options.
 * @example
 * import { fit, modelTests, tableFrom } from 'glmm/core'
 * const table = tableFrom({ y: [4, 0, 5, 6, 0, 5, 9, 31, 8, 11, 8, 0], x: [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1] })
 * const { model } = modelTests(fit('y ~ x', table, { family: 'poisson' }), table)
 * console.log(model.verdict) // questionable
 */
export function modelTests(fit: FitRecord | FitSource, table: Table, options: TestOptions = {}): TestedModel {
  if (hasNoScale(fit)) return nothingTested(noScale, undecidedOf(fit))
  const { time } = fit.call
  const choice = { ...modelChoice(fit), ...(typeof time === 'string' && { time }) }
  const model = stateModel(fit.formula, table, choice, fit.basis)
  const integrated = !('certificate' in fit) || fit.certificate?.verdict !== 'inadequate'
  const undecided = undecidedOf(fit)
  const restricted = fit.method === 'reml'
  const known = { integrated, undecided, restricted }
  return testModel(state(model), Float64Array.from(fit.parameters.estimate), { ...known, ...options })
}

/** Whether a standard deviation runs to infinity: no response but the observed one is then possible, and none can be drawn. */
export const hasNoScale = ({ random }: Pick<FitRecord, 'random'>): boolean =>
  random.some(({ runsTo }) => runsTo?.includes('Inf'))

export const noScale = 'a standard deviation has no finite maximum'

/** A model of which nothing could be tested: questionable where the data leave parameters open, else one of which no fault is known. */
export const nothingTested = (why: string, undecided: readonly string[] = []): TestedModel => ({
  tests: {},
  model: {
    verdict: undecided.length > 0 ? 'questionable' : 'no fault found',
    reasons: [...undecided, `nothing could be tested: ${why}`],
  },
})

/**
 * Tests a model against its data at outer parameters x: first without replicates, then, where a p-value is small or all are
 * asked for, by replicates. A test rejects the model only where both do, and at 5 % for all tests together (Holm).
 */
export function testModel(stated: Stated, x: Float64Array, options: TestOptions = {}): TestedModel {
  const { replicates = 'fired' } = options
  const seed = checkSeed(options.seed ?? 1)
  const { rows, budget } = limits[replicates]
  const always = replicates === 'always'
  const undecided = options.undecided ?? []
  const part = testedRows(stated, x, rows, undecided.length > 0 ? speakingRows(stated, x) : undefined)
  const done = (tests: TestedModel['tests'], general: readonly string[] = []): TestedModel => ({
    tests,
    model: modelVerdict(tests, general, undecided),
  })
  const { nobs } = part.stated.model
  if (nobs === 0) return nothingTested('the model leaves no row a response but its own', undecided)
  const tested = part.x.every(Number.isFinite)
    ? testedModel(part.stated, part.x, seed, options.restricted ?? false)
    : null
  if (!tested) return done({ model: notTested('the effects have no joint mode at the estimates') })
  const { look: data, ...setting } = tested
  const plans = planned(setting, data, (i) => part.source[i], always)
  const tests = plans.filter(isPlanned)
  const screens = new Map(tests.map(({ key, screen }) => [key, screen?.() ?? Number.NaN]))
  const fired = tests.filter(({ key, slack }) => always || !(screens.get(key)! > (slack * screenLevel) / tests.length))
  const some = nobs < part.of ? `; on ${nobs} of ${part.of} observations` : ''
  const onPart = (one: ModelTest): ModelTest => (one.p === null ? one : { ...one, says: one.says + some })
  const groups = Object.entries(groupTests(part.stated, part.x, seed, always, options.integrated)).map(([key, one]) => [
    key,
    onPart(one),
  ])
  const joined = Object.entries<ModelTest>({
    ...Object.fromEntries(groups),
    ...(always &&
      hasGroups(stated.model) && {
        influence: influence(
          ...(undecided.length > 0 ? ([part.stated, part.x] as const) : ([stated, x] as const)),
          Math.min(options.nodes ?? 1, enoughNodes),
        ),
      }),
    ...options.further,
  })
  const canDraw = setting.stated.family.simulate !== undefined
  const plan = { seed, tests: tests.length + joined.filter(([, { p }]) => p !== null).length, budget, level: testLevel }
  const ranks = canDraw && fired.length > 0 ? rankAmongReplicates(setting, data, fired, plan) : null
  const p = tests.map(({ key }) => ranks?.get(key)?.p ?? screens.get(key)!)
  const against = holm([...p, ...joined.map(([, one]) => one.p ?? Number.NaN)])
  const entries = plans.map((one): [string, ModelTest] => {
    if (!isPlanned(one)) return [one.key, notTested(one.untested)]
    const t = tests.indexOf(one)
    return [one.key, tellTest(one, p[t], against[t], ranks?.get(one.key) ?? null)]
  })
  const others = joined.map(([key, one], j): [string, ModelTest] =>
    one.p === null || against[tests.length + j] ? [key, one] : [key, { ...one, effect: null, remedy: null }],
  )
  const general = tests.flatMap(({ key, general: one }) => (one ? [key] : []))
  const own = entries.map(([key, one]) => [key, onPart(one)] as const)
  return done(Object.fromEntries([...own, ...others]), general)
}

const hasGroups = ({ predictors }: Model): boolean => predictors.some(({ random }) => random.length > 0)

function testedModel(
  stated: Stated,
  x: Float64Array,
  seed: number,
  restricted: boolean,
): (Tested & { readonly look: Look }) | null {
  const modes = jointModes(stated, x)
  const mode = modes.find(stated.model.response, modes.centre())
  if (!mode) return null
  const tested = { stated, x, modes, spent: modes.effectiveParameters(), zeros: zeroRows(stated), restricted }
  return { ...tested, look: lookAt(tested, mode, seed, 0) }
}

function planned(tested: Tested, data: Look, rowOf: (i: number) => number, always: boolean): Plan[] {
  const none = noResiduals(tested, always)
  const withResiduals = (): Plan[] => [spread(tested, data), uniformity(tested, data), outliers(tested, data, rowOf)]
  return [
    dispersion(tested, data),
    ...(isDiscrete(tested.stated.family) ? [zeros(tested, data)] : []),
    ...curvature(tested, data),
    ...(none ? [{ key: 'uniformity', untested: none }] : withResiduals()),
    ...(always ? [variance(tested, data)] : []),
  ]
}

function tellTest(test: PlannedTest, p: number, against: boolean, ranked: Ranked | null): ModelTest {
  const { statistic, effect, says, remedy, unseen } = test.tell(against, ranked?.across ?? null)
  if (Number.isNaN(p)) return { ...notTested('its replicates could not be drawn'), statistic }
  const drawn = ranked ? ranked.statistics.length - 1 : 0
  const how = ranked
    ? `; ${drawn} replicates${ranked.fitted ? ', beyond all of them: p from a normal distribution fitted to them' : ''}`
    : ''
  const found = {
    statistic,
    p,
    method: ranked ? ('replicates' as const) : ('analytic' as const),
    effect,
    says: says + how,
    remedy,
  }
  return unseen ? { ...found, unseen } : found
}
