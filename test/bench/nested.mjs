// Nested quadrature, 7 nodes a level, over 1,000 to 100,000 rows of binary data in groups of 4 within groups of 40: CPU time of an
// evaluation of the log-likelihood with its gradient, a row. Linear growth is a constant.
import { likelihood, model, tableFrom } from '../../dist/src/index.js'

for (const n of [1_000, 1_000, 10_000, 100_000]) {
  const rows = Array.from({ length: n }, (_, i) => i)
  const table = tableFrom({
    y: rows.map((i) => Number((Math.sin(i * 12.9898) * 43758.5453) % 1 > 0.1)),
    x: rows.map((i) => Math.cos(i)),
    mother: rows.map((i) => `m${Math.floor(i / 4)}`),
    community: rows.map((i) => `c${Math.floor(i / 40)}`),
  })
  const like = likelihood(model('y ~ x + (1 | community/mother)', table, { family: 'binomial' }))
  const density = like.marginal({ by: 'adaptive', nodes: 7 })
  const at = Float64Array.of(0.1, 0.2, 0.6, 0.5)
  const gradient = new Float64Array(4)
  density.evaluate(at, gradient)
  const began = process.cpuUsage()
  const times = Math.max(2, Math.round(200_000 / n))
  for (let i = 0; i < times; i++) density.evaluate(at, gradient)
  const { user, system } = process.cpuUsage(began)
  console.log(`${n} rows: ${((user + system) / times / n).toFixed(2)} us a row`)
}
