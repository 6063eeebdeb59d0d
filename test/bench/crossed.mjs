// What crossed factors and dense columns cost, in CPU time: a poisson fit with its certificate (1,675 rows in 405 cells of two
// factors), the sparse factor and inverse of 5,000 rows by 2,166 + 950 + 14 levels, in the order chosen and factor by factor, and
// fixed effects integrated out as a border of 40 dense columns (20,000 binary rows in 200 groups).
import { fit, tableFrom } from '../../dist/src/index.js'
import { stateModel } from '../../dist/src/data/state-model.js'
import { restricted } from '../../dist/src/likelihood/frame/restricted.js'
import { state } from '../../dist/src/likelihood/frame/stated.js'
import { laplaceParts } from '../../dist/src/likelihood/sparse/laplace-parts.js'
import { pairPattern } from '../../dist/src/likelihood/sparse/random-structure.js'
import { maximise } from '../../dist/src/numerics/maximise.js'
import { factorize } from '../../dist/src/numerics/sparse-cholesky.js'
import { selectedInverse } from '../../dist/src/numerics/sparse-inverse.js'
import { symbolic } from '../../dist/src/numerics/sparse-pattern.js'

let generator = 1
const uniform = () => {
  generator = (Math.imul(generator, 1664525) + 1013904223) >>> 0
  return (generator + 0.5) / 2 ** 32
}
const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
const below = (count) => Math.floor(count * uniform())
const normals = (count, sd) => Array.from({ length: count }, () => sd * normal())
const poisson = (mean) => {
  let count = 0
  let time = -Math.log(uniform())
  while (time < mean) {
    count++
    time -= Math.log(uniform())
  }
  return count
}

/** Median CPU time of some runs, in milliseconds, after the first, which is given beside it. */
async function timed(title, times, work) {
  const spent = []
  for (let r = 0; r <= times; r++) {
    const began = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(began)
    spent.push((user + system) / 1000)
  }
  const [first, ...rest] = spent
  const median = rest.sort((a, b) => a - b)[rest.length >> 1]
  console.log(`${title}: ${median.toFixed(1)} ms, the first time ${first.toFixed(1)}`)
}

{
  const [sires, herds] = [normals(37, 0.4), normals(42, 0.4)]
  const cells = Array.from({ length: 405 }, () => [below(37), below(42)])
  const rows = Array.from({ length: 1675 }, (_, i) => cells[i < 405 ? i : below(405)])
  const table = tableFrom({
    y: rows.map(([s, h]) => poisson(Math.exp(-0.5 + sires[s] + herds[h]))),
    sire: rows.map(([s]) => `s${s}`),
    herd: rows.map(([, h]) => `h${h}`),
  })
  const run = () => fit('y ~ 1 + (1 | sire) + (1 | herd)', table, { family: 'poisson' })
  console.log(`\npoisson, 1,675 rows in 405 cells: certificate ${(await run()).certificate?.method}`)
  await timed('  fit and certificate', 7, run)
}

{
  const [n, levels] = [5000, [2166, 950, 14]]
  const rows = Array.from({ length: n }, (_, i) => {
    const d = i < 950 ? i : Math.floor(950 * uniform() ** 1.5)
    return [i < 2166 ? i : below(2166), d, (d * 7 + Number(uniform() < 0.1)) % 14]
  })
  const effects = levels.map((count) => normals(count, 0.3))
  const service = rows.map(() => Number(uniform() < 0.4))
  const table = tableFrom({
    y: rows.map((row, i) =>
      poisson(Math.exp(0.3 + 0.1 * service[i] + row.reduce((sum, g, f) => sum + effects[f][g], 0))),
    ),
    service,
    ...Object.fromEntries(['s', 'd', 'dept'].map((name, f) => [name, rows.map((row) => `${name}${row[f]}`)])),
  })
  console.log('\npoisson, 5,000 rows, 2,166 + 950 + 14 levels')
  const formula = 'y ~ service + (1 | s) + (1 | d) + (1 | dept)'
  const { structure, approximation } = laplaceParts(state(stateModel(formula, table, { family: 'poisson' })))
  const [x, gradient] = [Float64Array.of(0.3, 0.1, 0.3, 0.3, 0.3), new Float64Array(5)]
  await timed('  evaluation with gradient', 15, () => approximation.evaluate(x, gradient))
  const columns = Int32Array.from(rows.flatMap(([s, d, t]) => [s, 2166 + d, 3116 + t]))
  const natural = pairPattern(3130, n, 3, columns)
  for (const [title, pattern] of [
    ['in the order chosen', structure.symbolic],
    ['factor by factor', symbolic(3130, natural.colStart, natural.rowIndex)],
  ]) {
    const h = new Float64Array(pattern.size)
    pattern.target.forEach((place) => {
      h[place] = 0.1
    })
    pattern.diagonal.forEach((place) => {
      h[place] = 40
    })
    const [l, z] = [new Float64Array(pattern.size), new Float64Array(pattern.size)]
    await timed(`  factor, ${title}`, 15, () => {
      l.set(h)
      factorize(pattern, l, l)
    })
    await timed(`  inverse, ${title}`, 15, () => selectedInverse(pattern, l, z))
  }
}

{
  const [n, p] = [20_000, 40]
  const names = Array.from({ length: p - 1 }, (_, j) => `x${j + 1}`)
  const columns = Object.fromEntries(names.map((name) => [name, normals(n, 1)]))
  const effects = normals(200, 0.5)
  const y = Array.from({ length: n }, (_, i) => {
    const eta = names.reduce((sum, name, j) => sum + 0.05 * Math.cos(j) * columns[name][i], 0.2 + effects[i % 200])
    return Number(uniform() < 1 / (1 + Math.exp(-eta)))
  })
  const table = tableFrom({ y, g: y.map((_, i) => `g${i % 200}`), ...columns })
  const formula = `y ~ ${names.join(' + ')} + (1 | g)`
  const model = state(restricted(stateModel(formula, table, { family: 'binomial' })))
  console.log('\nbinomial, 20,000 rows, 40 fixed effects integrated out, 200 groups')
  const parts = laplaceParts(model)
  const { pairs, places, columns: met } = parts.structure
  const { multipliers, dense } = parts.linear
  const arrays = [pairs, places, met, multipliers, dense.multipliers, dense.z, dense.ofRow]
  console.log(`  ${arrays.reduce((sum, { byteLength }) => sum + byteLength, 0) / n} bytes a row`)
  const gradient = new Float64Array(1)
  await timed('  evaluation with gradient', 7, () => parts.approximation.evaluate(Float64Array.of(0.5), gradient))
  await timed('  maximum over the standard deviation', 3, () =>
    maximise(parts.approximation.evaluate, Float64Array.of(1), Float64Array.of(0.01), {
      tolerance: 1e-4,
      maxIterations: 50,
    }),
  )
}
