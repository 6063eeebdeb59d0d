// Levels and power of the tests of a model.
//   npm run bench:tests -- [sets = 1000] [sets with a fault = 200] [part of a case's name] [share of sets tested in full = 0.4]
// Each data set is fitted by Laplace's approximation and tested as `glmm fit` does (screens, replicates where one fires), the first
// share of those with a true model also as `glmm check` does (replicates of every test). Printed are per cent rejected at 5 %: of each test by its own p-value, and
// of all together (Holm), with Monte Carlo standard errors.
import { fit, modelTests, tableFrom } from '../../dist/src/index.js'
import { calibrated, dataSet, faulty } from './model-tests-cases.mjs'

const sets = Number(process.argv[2] ?? 1000)
const setsWithFault = Number(process.argv[3] ?? 200)
const part = process.argv[4] ?? ''
const shareInFull = Number(process.argv[5] ?? 0.4)

/** These have simulated levels of their own, always. */
const ofLevels = new Set(['normality', 'randomSlopes', 'autocorrelation'])

const rate = (hits, count) => {
  const share = hits / count
  const se = Math.sqrt((share * (1 - share)) / count)
  return `${(100 * share).toFixed(1)} (${(100 * se).toFixed(1)})`
}

/** `share`: of the sets, those with replicates of every test. */
function run(one, count, share) {
  if (count === 0) return
  const ways = ['fired', 'always'].map((replicates) => ({
    replicates,
    sets: 0,
    questionable: 0,
    tests: new Map(),
    time: 0,
    drew: 0,
  }))
  let fits = 0
  let fitting = 0
  for (let number = 0; number < count; number++) {
    const table = tableFrom(dataSet(one, number))
    let began = performance.now()
    const fitted = fit(one.formula, table, { family: one.family })
    fitting += performance.now() - began
    if (!fitted.convergence.converged) continue
    fits++
    for (const way of ways) {
      if (way.replicates === 'always' && number >= share * count) continue
      way.sets++
      began = performance.now()
      const { tests, model } = modelTests(fitted, table, { seed: number + 1, replicates: way.replicates })
      way.time += performance.now() - began
      if (model.verdict === 'questionable') way.questionable++
      if (Object.entries(tests).some(([key, { method }]) => method === 'replicates' && !ofLevels.has(key))) way.drew++
      for (const [key, { p }] of Object.entries(tests)) {
        if (p === null) continue
        const seen = way.tests.get(key) ?? { done: 0, rejected: 0 }
        seen.done++
        if (p <= 0.05) seen.rejected++
        way.tests.set(key, seen)
      }
    }
  }
  console.log(`\n${one.name}, ${one.size}: ${fits} of ${count} sets; a fit ${(fitting / count).toFixed(1)} ms`)
  for (const { replicates, sets: tested, questionable, tests, time, drew } of ways) {
    if (tested === 0) continue
    const each = [...tests].map(
      ([key, { done, rejected }]) => `${key} ${rate(rejected, done)}${done < tested ? ` of ${done}` : ''}`,
    )
    console.log(
      `  ${replicates.padEnd(6)} ${tested} sets: questionable ${rate(questionable, tested)}; ${each.join(', ')}; replicates drawn in ${((100 * drew) / tested).toFixed(0)} %, ${(time / tested).toFixed(1)} ms a set`,
    )
  }
}

console.log(`# True models, ${sets} sets a case`)
for (const one of calibrated)
  if (`${one.name}, ${one.size}`.includes(part)) run(one, Math.round(sets * (one.share ?? 1)), shareInFull)
console.log(`\n# Faults, ${setsWithFault} sets a case`)
for (const one of faulty) if (`${one.name}, ${one.size}`.includes(part)) run(one, setsWithFault, 0)
