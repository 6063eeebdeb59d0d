import { GlmmError } from '../../errors.js'
import type { Document } from '../document.js'
import type { DocumentKind, ResultRecord } from '../document-kind.js'
import { check } from './check.js'
import { compare } from './compare.js'
import { effects } from './effects.js'
import { fit } from './fit.js'
import { influence } from './influence.js'
import { looCompare } from './loo-compare.js'
import { means } from './means.js'
import { posterior } from './posterior.js'
import { predict } from './predict.js'
import { simulate } from './simulate.js'
import { study } from './study.js'
import { test } from './test.js'

/** Every kind of record that a document can be made of. A new one is a file and a line here. */
export const documentKinds: readonly DocumentKind[] = [
  fit,
  posterior,
  check,
  compare,
  looCompare,
  predict,
  simulate,
  means,
  effects,
  test,
  influence,
  study,
]

const bySchema: ReadonlyMap<string, DocumentKind> = new Map(documentKinds.map((kind) => [kind.schema, kind]))

/** The kind of records with that schema; null where there is none. */
export const kindOf = (schema: string): DocumentKind | null => bySchema.get(schema) ?? null

/**
 * The document of a record, whichever it is.
 *
 * @throws GlmmError FILE for a record with a schema that is not there.
 */
export const documentOf = async (record: ResultRecord): Promise<Document> => known(record).document(record as never)

/** The same with its pictures drawn as SVG, for HTML. */
export async function illustratedDocument(record: ResultRecord): Promise<Document> {
  const { illustrated, document } = known(record)
  return (illustrated ?? document)(record as never)
}

function known({ schema }: ResultRecord): DocumentKind {
  const kind = kindOf(schema)
  if (kind) return kind
  const there = documentKinds.map((one) => one.schema).join(', ')
  throw new GlmmError('FILE', `expected a result of schema ${there}, got ${schema}`, 'a later version may know it')
}
