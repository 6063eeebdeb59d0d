const SEGMENTS = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Characters that take two columns: East Asian wide and full-width forms (Unicode TR 11), and emoji. */
const WIDE =
  /^(?:[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|.\ufe0f)/u

/** Direction overrides and C1 controls; either can change how the rest of a line is shown. */
const HIDDEN = /[\u0080-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/g

/**
 * Text that cannot steer a terminal and is legal in XML: control characters become their pictures (a line feed becomes
 * U+240A); direction overrides, lone surrogates and non-characters the replacement character. For names and levels, which come out of a user's file.
 */
export function visibleText(text: string): string {
  let out = ''
  for (const c of text) {
    const code = c.codePointAt(0)!
    const illegal = (code >= 0xd800 && code <= 0xdfff) || (code & 0xfffe) === 0xfffe
    out += code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? '\u2421' : illegal ? '\ufffd' : c
  }
  return out.replace(HIDDEN, '\ufffd')
}

/** Columns that a text takes in a terminal. Expects visible text: no control characters, no colour codes. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of SEGMENTS.segment(text)) width += segmentWidth(segment)
  return width
}

/** The text, or as much of it as fits into `width` columns with an ellipsis at the end. */
export function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let out = ''
  let used = 0
  for (const { segment } of SEGMENTS.segment(text)) {
    used += segmentWidth(segment)
    if (used > width - 1) break
    out += segment
  }
  return out + '…'
}

/** The text filled up with spaces to `width` columns; longer text is left as it is. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return align === 'left' ? text + space : space + text
}

function segmentWidth(segment: string): number {
  if (/^[\p{Mark}\u200b-\u200d\ufeff]+$/u.test(segment)) return 0
  return WIDE.test(segment) ? 2 : 1
}
