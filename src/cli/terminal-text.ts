import { visibleText } from '../plot/display-text.js'

/** One line that cannot steer a terminal, whatever is in the text: what others wrote into a file, or what Redis says. */
export const oneLine = (text: string): string => visibleText(text.replace(/[\s\p{Cc}]+/gu, ' '))

/** Lines that cannot steer a terminal, each in its place. */
export const safeLines = (text: string): string => text.split('\n').map(visibleText).join('\n')

/** Characters that JSON leaves as they are and a terminal acts on: DEL, the C1 controls, marks of direction. */
const acting = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/g

/** A JSON text that reads back as the same and cannot steer a terminal either. */
export const safeJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replace(acting, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
