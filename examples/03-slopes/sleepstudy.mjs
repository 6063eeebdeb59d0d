// Reaction times of 18 subjects over ten days: a line for each subject, by full and restricted maximum likelihood.
// Run it with: node examples/03-slopes/sleepstudy.mjs
import { fileURLToPath } from 'node:url'
import { fit, readTable } from 'glmm'

const table = await readTable(fileURLToPath(new URL('sleepstudy.csv', import.meta.url)))
const formula = 'Reaction ~ Days + (1 + Days | Subject)'

const full = fit(formula, table, { family: 'gaussian' })
const restricted = fit(formula, table, { family: 'gaussian', reml: true })

const line = (name, numbers) => console.log(name.padEnd(24) + numbers.map((value) => value.padStart(12)).join(''))
const both = (name, digits, of) =>
  line(
    name,
    [full, restricted].map((fitted) => of(fitted).toFixed(digits)),
  )

line('', ['ML', 'REML'])
both('logLik', 4, ({ logLik }) => logLik)
both('(Intercept)', 3, ({ fixed }) => fixed[0].estimate)
both('  standard error', 3, ({ fixed }) => fixed[0].se)
both('Days', 3, ({ fixed }) => fixed[1].estimate)
both('  standard error', 3, ({ fixed }) => fixed[1].se)
both('sd(Intercept)', 3, ({ random }) => random[0].sd[0])
both('sd(Days)', 3, ({ random }) => random[0].sd[1])
both('correlation', 3, ({ random }) => random[0].correlation[1][0])
both('sigma', 3, ({ dispersion }) => dispersion.sigma.estimate)

console.log('\nCovariances of intercept and slope, by maximum likelihood')
line('', ['parameters', 'logLik', 'AIC'])
const shapes = {
  'us (any)': formula,
  'diag (no correlation)': 'Reaction ~ Days + diag(1 + Days | Subject)',
  'with two bars, the same': 'Reaction ~ Days + (1 + Days || Subject)',
  'intercept only': 'Reaction ~ Days + (1 | Subject)',
}
for (const [name, text] of Object.entries(shapes)) {
  const { df, logLik, aic } = fit(text, table, { family: 'gaussian' })
  line(name, [String(df), logLik.toFixed(4), aic.toFixed(2)])
}

console.log('\nThree subjects: deviation from the common line, conditional standard deviation in brackets')
for (const subject of ['308', '309', '335']) {
  const [intercept, slope] = restricted.modes.filter(({ level }) => level === subject)
  const shown = [intercept, slope].map(({ mode, sd }) => `${mode.toFixed(2)} (${sd.toFixed(2)})`.padStart(16))
  console.log(subject.padEnd(6) + shown.join(''))
}
