import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GlmmError } from '../../src/errors.js'
import { columnNames } from '../../src/formula/column-names.js'
import { formulaText, nameText } from '../../src/formula/formula-text.js'
import { numberText } from '../../src/formula/number-text.js'
import { parseFormula } from '../../src/formula/parse-formula.js'

const text = (source: string): string => formulaText(parseFormula(source))

function fault(source: string): GlmmError {
  try {
    parseFormula(source)
  } catch (error) {
    if (error instanceof GlmmError) return error
    throw error
  }
  throw new Error(`no error for ${source}`)
}

/** Character under the caret, as a position in the line above. */
const caret = (error: GlmmError): number => error.detail!.split('\n')[1].indexOf('^')

describe('parseFormula', () => {
  it.each([
    ['cbind(r,n-r)~treat+(1|center)', 'cbind(r, n - r) ~ treat + (1 | center)'],
    ['y~a*b:c/d^2', 'y ~ a * b:c/d^2'],
    ['y ~ -1+x- z', 'y ~ -1 + x - z'],
    ["y~relevel( f ,ref='b')", 'y ~ relevel(f, ref = "b")'],
    ['y~factor(x,levels=c("a",\'b\'))', 'y ~ factor(x, levels = c("a", "b"))'],
    ['y ~ `my var` + `2nd`+`a`', 'y ~ `my var` + `2nd` + a'],
    ['y~(0+x||g/h)+diag(x|g)', 'y ~ (0 + x || g/h) + diag(x | g)'],
    ['y~a%in%b', 'y ~ a %in% b'],
    ['y~I(x**2)+1e5*0.10', 'y ~ I(x^2) + 1e+05 * 0.1'],
    ['~x', '~x'],
    ['y~\n  alter.der_Frau2 +\tGröße', 'y ~ alter.der_Frau2 + Größe'],
    ['y ~ .', 'y ~ .'],
    ['y ~ poly(x, 2L, raw=TRUE)', 'y ~ poly(x, 2L, raw = TRUE)'],
  ])('prints %s as R does', (source, expected) => {
    expect(text(source)).toBe(expected)
  })

  it('binds as R does: -2^2, 2^-1:3, a:b^2, right-associative powers', () => {
    const shape = (source: string): unknown => {
      const bare = (node: ReturnType<typeof parseFormula>['right']): unknown => {
        if (node.kind === 'number') return node.value
        if (node.kind === 'name') return node.name
        if (node.kind === 'unary') return [node.operator, bare(node.operand)]
        if (node.kind === 'binary') return [bare(node.left), node.operator, bare(node.right)]
        return node.kind
      }
      return bare(parseFormula(`~${source}`).right)
    }
    expect(shape('-2^2')).toEqual(['-', [2, '^', 2]])
    expect(shape('2^-1:3')).toEqual([[2, '^', ['-', 1]], ':', 3])
    expect(shape('a^b^c')).toEqual(['a', '^', ['b', '^', 'c']])
    expect(shape('a+b*c:d')).toEqual(['a', '+', ['b', '*', ['c', ':', 'd']]])
    expect(shape('a*b%in%c')).toEqual(['a', '*', ['b', '%in%', 'c']])
    expect(shape('-a:b')).toEqual([['-', 'a'], ':', 'b'])
    expect(shape('a-b-c')).toEqual([['a', '-', 'b'], '-', 'c'])
    expect(shape('1+x|g')).toEqual([[1, '+', 'x'], '|', 'g'])
    expect(shape('a+1>b&c==d|e')).toEqual([[[['a', '+', 1], '>', 'b'], '&', ['c', '==', 'd']], '|', 'e'])
    expect(shape('!a==b&c')).toEqual([['!', ['a', '==', 'b']], '&', 'c'])
  })

  it('gives every node the span it was written in', () => {
    const source = 'y ~ log(x + 1) + `a b`'
    const { right } = parseFormula(source)
    expect(source.slice(right.start, right.end)).toBe('log(x + 1) + `a b`')
    if (right.kind !== 'binary') throw new Error(right.kind)
    expect(source.slice(right.left.start, right.left.end)).toBe('log(x + 1)')
    expect(source.slice(right.right.start, right.right.end)).toBe('`a b`')
  })

  it('names the columns a formula uses, each once, in order', () => {
    const source = 'cbind(r, n - r) ~ . + log(x) + n + (0 + z | g/h) + offset(log(`t 1`)) + `TRUE`'
    expect(columnNames(parseFormula(source))).toEqual(['r', 'n', 'x', 'z', 'g', 'h', 't 1', 'TRUE'])
    expect(columnNames(parseFormula('y ~ constructor + `__proto__`'))).toEqual(['y', 'constructor', '__proto__'])
  })
})

describe('faults of a formula', () => {
  it.each([
    ['', 0, 'empty text'],
    ['   ', 0, 'empty text'],
    ['y x', 2, 'an operator was expected after y, got x'],
    ['y + x', 5, 'a ~ was expected'],
    ['y ~ (x + 1', 4, 'a closing ) was expected'],
    ['y ~ log(x', 7, 'a closing ) was expected'],
    ['y ~ log(', 7, 'a closing ) was expected'],
    ['y ~ (a + (b * c) + (d', 19, 'a closing ) was expected'],
    ['y ~ x)', 5, 'got ) without its ('],
    ['y ~ x +', 7, 'the formula ends first'],
    ['y ~', 3, 'the formula ends first'],
    ['y ~ x + * z', 8, 'got *'],
    ['y ~ x z', 6, 'an operator was expected after x, got z'],
    ['y ~ x ~ z', 6, 'got a second'],
    ['y ~ lgo(x)', 4, 'got lgo'],
    ['y ~ log()', 4, 'got 0 arguments'],
    ['y ~ exp(x, 2)', 4, 'got 2 arguments'],
    ['y ~ relevel(x, rf = "b")', 15, 'an argument named rf'],
    ['y ~ "a', 4, 'a closing " was expected'],
    ['y ~ `a', 4, 'a closing ` was expected'],
    ['y ~ ``', 4, 'empty backquotes'],
    ['y ~ 2nd', 4, 'got 2n...'],
    ['y ~ I(x * 1e999)', 10, 'got 1e999'],
    ['y ~ d$x', 5, 'got $'],
    [`y ~ ${'['.repeat(100)}`, 4, 'got ['],
    ['y ~ x > > 2', 8, 'got >'],
    ['y ~ x = 2', 6, 'got ='],
    ['y ~ a %o% b', 6, 'got %o%'],
    ['y ~ stats::poly(x)', 9, 'got ::'],
    ['y ~ x \u2212 1', 6, 'got \u2212'],
    ['y ~ f(x))', 4, 'got f'],
    ['y ~ system("ls")', 4, 'got system'],
  ])('%s', (source, at, message) => {
    const error = fault(source)
    expect(error.code).toBe('FORMULA')
    expect(error.message).toContain(message)
    expect(`${error.message}${error.hint}`).not.toContain('\n')
    expect(error.hint).not.toBe('')
    expect(error.detail!.split('\n')).toHaveLength(2)
    expect(caret(error)).toBe(at)
  })

  it('suggests the nearest function and argument', () => {
    expect(fault('y ~ lgo(x)').hint).toBe('did you mean log?')
    expect(fault('y ~ relevl(x)').hint).toBe('did you mean relevel?')
    expect(fault('y ~ scale(x, centre = FALSE)').hint).toBe('did you mean center?')
  })

  it('is bounded in depth and length, the caret line staying short', () => {
    for (const open of ['(', '-', 'log(', 'x^']) {
      const error = fault(`y ~ ${open.repeat(100_000)}`)
      expect(error.message).toMatch(/nest 200 deep|2400 names and signs/)
      expect(error.detail!.length).toBeLessThan(300)
    }
    expect(fault(`y ~ ${'('.repeat(1000)}`).message).toContain('200 deep')
    expect(fault(`y ~ ${Array(2900).fill('x').join(' + ')}`).message).toContain('2400 names and signs')
    expect(fault(`y ~ ${'['.repeat(200_000)}`).message).toContain('got [')
    expect(fault(`y ~ ${'x+'.repeat(50_000)}x`).message).toContain('2400')
    const long = `y ~ ${'abc + '.repeat(50)}lgo(x) + ${'abc + '.repeat(50)}z`
    const [above, below] = fault(long).detail!.split('\n')
    expect(above.slice(below.indexOf('^')).startsWith('lgo(x)')).toBe(true)
  })

  it('is a GlmmError and nothing else for any text', () => {
    const signs = [
      'y',
      'x',
      '~',
      '+',
      '-',
      '*',
      '/',
      ':',
      '^',
      '%in%',
      '|',
      '||',
      '(',
      ')',
      ',',
      '=',
      '1',
      '0',
      '.5',
      '1e-3',
    ]
    const piece = fc.constantFrom(
      ...signs,
      'log(',
      'c(',
      '"a"',
      "'",
      '`b c`',
      '.',
      ' ',
      '\n',
      'ü',
      '😀',
      '$',
      '\\',
      '%',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        try {
          parseFormula(pieces.join(''))
        } catch (error) {
          if (!(error instanceof GlmmError)) throw error
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('formulaText', () => {
  const name = fc.constantFrom('x', 'y.1', '.b', 'my var', 'Größe', 'a`b', 'if', 'TRUE', '__proto__', '1a', 'ab\\c')
  const { node } = fc.letrec<{ node: string }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      name.map(nameText),
      fc.double({ noNaN: true, min: 0, max: 1e300 }).map(numberText),
      fc.tuple(tie('node'), fc.constantFrom('+', '-', '*', '/', ':', '^', '%in%'), tie('node')).map((t) => t.join(' ')),
      tie('node').map((inner) => `(${inner})`),
      tie('node').map((inner) => `-${inner}`),
      tie('node').map((inner) => `log(${inner}, base = 2)`),
      // Printable ASCII, of which JSON escapes quotes and backslashes alone, as R does.
      fc.string().map((s) => `c(${JSON.stringify(s)})`),
    ),
  }))

  it('is read back to the same text', () => {
    fc.assert(
      fc.property(node, node, (left, right) => {
        const once = text(`${left} ~ ${right}`)
        expect(text(once)).toBe(once)
        expect(once).not.toContain('\n')
      }),
      { numRuns: 500 },
    )
  })

  it('writes numbers as R does', () => {
    const cases: [number, string][] = [
      [0, '0'],
      [1e5, '1e+05'],
      [123456, '123456'],
      [100001, '100001'],
      [0.1, '0.1'],
      [1e-4, '1e-04'],
      [0.00012, '0.00012'],
      [1 / 3, '0.333333333333333'],
      [1e15, '1e+15'],
      [123456789012, '123456789012'],
      [-2.5, '-2.5'],
      [1.5e-10, '1.5e-10'],
      [1e300, '1e+300'],
      [0.1 + 0.2, '0.3'],
      [Number.NEGATIVE_INFINITY, '-Inf'],
    ]
    for (const [value, expected] of cases) expect(numberText(value)).toBe(expected)
  })
})
