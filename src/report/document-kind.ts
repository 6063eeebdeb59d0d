import type { Warning } from '../errors.js'
import type { Document } from './document.js'
import type { Schema } from './schema-parts.js'

/** A kind of record that a document can be made of. What makes the document is loaded when one is made. */
export interface DocumentKind<Result = never> {
  /** What records of this kind have under `schema`: 'glmm/fit@1'. */
  readonly schema: string
  /** JSON Schema of such a record: see `validateRecord`. */
  readonly shape: Schema
  readonly document: (record: Result) => Promise<Document>
  /** The same with its pictures drawn as SVG, for HTML; left out by kinds without pictures. Slow at first use. */
  readonly illustrated?: (record: Result) => Promise<Document>
}

/** A record of a kind that the registry knows by its schema. */
export interface ResultRecord {
  readonly schema: string
  readonly warnings: readonly Warning[]
}
