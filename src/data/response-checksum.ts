import { type ResponseData, responseColumns } from '../families/response-data.js'

/** 64 bits, as 16 hexadecimal digits, of the columns of a response in their order: to see that two fits had the same. */
export function responseChecksum(response: ResponseData): string {
  let low = 0x811c9dc5
  let high = 0x9747b28c
  for (const [, column] of responseColumns(response)) {
    const words = new Uint32Array(column.buffer, column.byteOffset, 2 * column.length)
    // Multipliers of MurmurHash3, with its rotations, a lane each.
    for (let i = 0; i < words.length; i++) {
      low = Math.imul(low ^ words[i], 0xcc9e2d51)
      low = (low << 15) | (low >>> 17)
      high = Math.imul(high ^ words[i], 0x1b873593)
      high = (high << 13) | (high >>> 19)
    }
  }
  return [low, high].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')
}
