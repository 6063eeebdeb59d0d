/**
 * What people read, as a tree of plain blocks. Texts in it are as they come (names, levels, formulas): each renderer
 * escapes them in its own way.
 */
export interface Document {
  readonly title: string
  readonly blocks: readonly Block[]
}

export type Block = Heading | Paragraph | Facts | Table | Preformatted | Figure | List | Callout

export interface Heading {
  readonly kind: 'heading'
  readonly text: string
}

export interface Paragraph {
  readonly kind: 'paragraph'
  readonly text: string
}

/** Names with their values, one a line. */
export interface Facts {
  readonly kind: 'facts'
  readonly items: readonly (readonly [name: string, value: string])[]
}

export interface Column {
  readonly header: string
  readonly align: 'left' | 'right'
}

/** The first column names the rows, unless it is a number. */
export interface Table {
  readonly kind: 'table'
  readonly columns: readonly Column[]
  readonly rows: readonly (readonly string[])[]
  /** Lines below the table. */
  readonly notes: readonly string[]
  /** How many columns, from the first on, identify a row together; 1 unless given. */
  readonly keys?: number
}

export interface Preformatted {
  readonly kind: 'preformatted'
  readonly text: string
}

export interface Figure {
  readonly kind: 'figure'
  readonly caption: string
  /** SVG made by this program, with every text in it escaped. Without it the text stands in. */
  readonly svg: string | null
  /** The same in characters, within `width` columns; null where there is no such thing. */
  readonly text: ((width: number) => string) | null
}

export interface List {
  readonly kind: 'list'
  readonly items: readonly string[]
}

export type Tone = 'good' | 'bad' | 'unsure'

/** The one thing to see first. */
export interface Callout {
  readonly kind: 'callout'
  readonly tone: Tone
  readonly title: string
  readonly items: readonly string[]
}

export const heading = (text: string): Heading => ({ kind: 'heading', text })
export const paragraph = (text: string): Paragraph => ({ kind: 'paragraph', text })
export const facts = (items: Facts['items']): Facts => ({ kind: 'facts', items })
export const preformatted = (text: string): Preformatted => ({ kind: 'preformatted', text })
export const list = (items: readonly string[]): List => ({ kind: 'list', items })
export const callout = (tone: Tone, title: string, items: readonly string[]): Callout => ({
  kind: 'callout',
  tone,
  title,
  items,
})

/** A table whose columns are given as `'name'` (numbers, to the right) or `'<name'` (text, to the left). */
export function table(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  ...notes: readonly string[]
): Table {
  const columns = headers.map(
    (h): Column => (h.startsWith('<') ? { header: h.slice(1), align: 'left' } : { header: h, align: 'right' }),
  )
  return { kind: 'table', columns, rows, notes }
}
