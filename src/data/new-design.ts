import type { Terms } from '../formula/expand-terms.js'
import { formulaTerms } from '../formula/formula-terms.js'
import { nodeText } from '../formula/formula-text.js'
import { parseFormula } from '../formula/parse-formula.js'
import { eachName, type SyntaxNode } from '../formula/syntax-tree.js'
import { type Basis, givenBasis } from './basis.js'
import { expressions, offsetOf, optionColumn } from './build-model.js'
import { completeFrame } from './complete-frame.js'
import { expressionSlope } from './expression-slope.js'
import { type FurtherFormula, furtherTerms } from './further-formula.js'
import { type Design, designMatrix } from './design-matrix.js'
import { namedColumn } from './frame.js'
import { frameOf } from './table-frame.js'
import type { Column, Table } from './table.js'

/** What a fit records of its model, for the design of other data. */
export interface DesignSource {
  readonly formula: string
  readonly basis: Basis
  readonly offset: string | undefined
  /** Columns that the call named otherwise, which `.` does not stand for. */
  readonly reserved: readonly string[]
  readonly further: readonly FurtherFormula[]
}

/** Which parts of the random terms are asked of new data: none, their columns, or their groups as well. */
export type RandomDetail = 'none' | 'columns' | 'groups'

/** The design of a fit's model in the rows of another table that have all it uses. */
export interface NewDesign {
  /** Rows of the table, ascending; null for all. */
  readonly rows: Int32Array | null
  readonly nrow: number
  readonly predictors: readonly {
    /** 'mean', 'dispersion', ... */
    readonly name: string
    readonly fixed: Design
    readonly offset: Float64Array | null
    readonly random: readonly NewTerm[]
  }[]
}

export interface NewTerm extends Design {
  readonly group: string
  /** Each row's level, as text; null where the groups are not asked for. */
  readonly levels: readonly string[] | null
}

/** Throws as buildModel does, and COLUMN for a level that the fit has no coefficient for. The response is not needed. */
export function newDesign(source: DesignSource, table: Table, detail: RandomDetail): NewDesign {
  const { asked, complete, offset } = parts(source, table, detail)
  const { frame } = complete
  const label = (node: SyntaxNode): ((row: number) => string) => {
    const { levels, codes } = complete.groups.get(nodeText(node))!
    return (row) => levels[codes[row]]
  }
  return {
    rows: frame.rows,
    nrow: frame.nrow,
    predictors: asked.map(({ name, terms }, k) => ({
      name,
      fixed: designMatrix(terms.fixed, complete),
      offset: offsetOf(terms, k === 0 ? offset : null, frame),
      random: terms.random.map((part) => {
        const labels = detail === 'groups' ? part.factors.map(label) : null
        const levels = labels && Array.from({ length: frame.nrow }, (_, i) => labels.map((of) => of(i)).join(':'))
        return { group: part.group, levels, ...designMatrix(part.effects, complete) }
      }),
    })),
  }
}

/** The derivatives of a design's columns in a column of the table: of each predictor's fixed effects and random terms. */
export interface DesignSlopes {
  readonly predictors: readonly {
    /** Of the columns of `fixed` in `newDesign`. */
    readonly fixed: Float64Array
    /** Of the offset, without a column that the fit's call names. */
    readonly offset: Float64Array | null
    readonly random: readonly Float64Array[]
  }[]
}

/** Exact derivatives of the design of the same table in the column of that name; see `expressionSlope`. */
export function designSlopes(source: DesignSource, table: Table, name: string): DesignSlopes {
  const { asked, complete } = parts(source, table, 'columns')
  const { frame } = complete
  const slopesOf = (terms: Terms): Float64Array => {
    let out: Float64Array | null = null
    terms.variables.forEach(({ node, text }, v) => {
      if (!terms.terms.some((term) => term.includes(v))) return
      const slope = expressionSlope(node, name, frame)
      if (slope === null) return
      // A term is linear in each of its variables.
      const moved = designMatrix(terms, { ...complete, values: new Map(complete.values).set(text, slope) })
      out ??= new Float64Array(moved.x.length)
      for (const [j, t] of moved.assign.entries()) {
        if (t < 0 || !terms.terms[t].includes(v)) continue
        for (let e = j * frame.nrow; e < (j + 1) * frame.nrow; e++) out[e] += moved.x[e]
      }
    })
    return out ?? new Float64Array(designMatrix(terms, complete).x.length)
  }
  return {
    predictors: asked.map(({ terms }) => {
      const offsets = terms.fixed.offsets.map((v) => expressionSlope(terms.fixed.variables[v].node, name, frame))
      const moving = offsets.filter((one) => one?.kind === 'numeric')
      const offset = moving.length === 0 ? null : new Float64Array(frame.nrow)
      for (const { values } of moving) for (let i = 0; i < values.length; i++) offset![i] += values[i]
      return { fixed: slopesOf(terms.fixed), offset, random: terms.random.map(({ effects }) => slopesOf(effects)) }
    }),
  }
}

/** The terms of each predictor, and their expressions in the rows that have all of them. */
function parts(source: DesignSource, table: Table, detail: RandomDetail) {
  const parsed = parseFormula(source.formula)
  const names = source.basis.columns ?? table.columns.map((column) => column.name)
  const mean = { name: 'mean', parsed, terms: formulaTerms(parsed, names, source.reserved) }
  const all = [
    mean,
    ...source.further.map(({ name, formula }) => furtherTerms(name, formula, parsed, names, source.reserved)),
  ]
  const asked = all.map(({ name, parsed, terms }) => ({
    name,
    parsed,
    terms: detail === 'none' ? { ...terms, random: [] } : terms,
  }))

  const columns = new Set<Column>()
  const offset = optionColumn(source.offset, 'an offset', frameOf(table, null, parsed.source))
  if (offset !== null) columns.add(offset)
  const computed: SyntaxNode[] = []
  const groupings: SyntaxNode[] = []
  for (const { parsed, terms } of asked) {
    const frame = frameOf(table, null, parsed.source)
    const nodes = expressions(terms, null)
    computed.push(...nodes)
    const offsets = terms.fixed.offsets.map((v) => terms.fixed.variables[v].node)
    const factors = detail === 'groups' ? terms.random.flatMap((part) => part.factors) : []
    groupings.push(...factors)
    for (const node of [...nodes, ...offsets, ...factors])
      eachName(node, (name) => columns.add(namedColumn(frame, name)))
  }
  const complete = completeFrame(table, parsed.source, [...columns], computed, groupings, givenBasis(source.basis))
  return { asked, complete, offset }
}
