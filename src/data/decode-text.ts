import { GlmmError } from '../errors.js'
import { refuseForeign, utf16Of } from './file-formats.js'

/**
 * The text of bytes in UTF-8, or in UTF-16 with a byte order mark; the mark is dropped.
 *
 * @param bytes - Of a file.
 * @param what - What messages call it.
 * @returns The text.
 * @throws GlmmError FILE for no bytes, for other letters, and for a text that is too long.
 * @example
 * import { decodedText } from 'glmm/core'
 * console.log(decodedText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x79), 'the upload')) // y
 */
export function decodedText(bytes: Uint8Array, what: string): string {
  if (bytes.length === 0)
    throw new GlmmError('FILE', `a table was expected, ${what} is empty`, 'check that the right file was written')
  refuseForeign(bytes, what)
  const encoding = utf16Of(bytes) ?? 'utf-8'
  if (encoding === 'utf-8' && bytes.includes(0))
    throw new GlmmError(
      'FILE',
      `text was expected, got a byte 0 on line ${lineOf(bytes, bytes.indexOf(0))} of ${what}`,
      'write the file again; a copy that was cut off is often filled up with zeros',
    )
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch (error) {
    if (isTooLong(error))
      throw new GlmmError('FILE', `a text of at most 500 MB was expected, ${what} is longer`, 'convert it to Parquet')
    if (encoding !== 'utf-8')
      throw new GlmmError('FILE', `UTF-16 was expected, ${what} is damaged`, 'save it as CSV in UTF-8')
    const at = firstInvalid(bytes)
    // Latin-1 has the first 256 code points of Unicode.
    const word = String.fromCharCode(...bytes.subarray(Math.max(0, at - 8), at + 8)).replace(/[\n\r]/g, ' ')
    throw new GlmmError(
      'FILE',
      `UTF-8 was expected, ${what} has other letters on line ${lineOf(bytes, at)} (read as Latin-1: ${JSON.stringify(word)})`,
      'save it in UTF-8: iconv -f latin1 -t utf-8',
    )
  }
}

const isTooLong = (error: unknown): boolean =>
  error instanceof RangeError || (error instanceof Error && 'code' in error && error.code === 'ERR_STRING_TOO_LONG')

function lineOf(bytes: Uint8Array, at: number): number {
  let line = 1
  for (let i = 0; i < at; i++) if (bytes[i] === 10) line++
  return line
}

/** Position of the first byte that is no UTF-8, by halving: a part that is cut within a letter counts as valid. */
function firstInvalid(bytes: Uint8Array): number {
  let valid = 0
  let invalid = bytes.length
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1
    if (isUtf8(bytes.subarray(0, middle))) valid = middle
    else invalid = middle
  }
  return valid
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}
