import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { displayWidth } from '../../src/plot/display-text.js'
import {
  callout,
  type Document,
  facts,
  heading,
  list,
  paragraph,
  preformatted,
  table,
} from '../../src/report/document.js'
import { escapeHtml, renderHtml } from '../../src/report/render-html.js'
import { escapeMarkdown, renderMarkdown } from '../../src/report/render-markdown.js'
import { renderText } from '../../src/report/render-text.js'
import { textTable } from '../../src/report/text-table.js'

const plain = (line: string): string => line

/** A document with the same text in every place where text can stand. */
const everywhere = (text: string): Document => ({
  title: text,
  blocks: [
    heading(text),
    paragraph(text),
    facts([[text, text]]),
    table(['<', text], [[text, text]], text),
    preformatted(text),
    list([text]),
    callout('good', text, [text]),
    { kind: 'figure', caption: text, svg: null, text: () => text },
  ],
})

describe('text tables', () => {
  const wide = table(
    ['<', ...Array.from({ length: 12 }, (_, i) => `column${i}`)],
    [
      ['short', ...Array.from({ length: 12 }, (_, i) => String(i * 1000))],
      ['日本語', ...Array.from({ length: 12 }, () => '-1.5')],
    ],
  )

  test('columns line up', () => {
    const lines = textTable(
      table(
        ['<name', 'x', 'y'],
        [
          ['a', '1', '-10.5'],
          ['bcd', '22', '0.5'],
        ],
      ),
      80,
      plain,
    ).split('\n')
    expect(lines).toEqual(['name   x      y', 'a      1  -10.5', 'bcd   22    0.5'])
  })

  test.each([30, 50, 80, 120])('width %i is kept, by blocks that repeat the row names', (width) => {
    const blocks = textTable(wide, width, plain).split('\n\n')
    for (const block of blocks) {
      const lines = block.split('\n')
      expect(lines).toHaveLength(3)
      expect(new Set(lines.map(displayWidth)).size).toBe(1)
      expect(displayWidth(lines[0])).toBeLessThanOrEqual(width)
      expect(lines[1].startsWith('short')).toBe(true)
      expect(lines[2].startsWith('日本語')).toBe(true)
    }
    const columns = blocks.flatMap((block) => block.split('\n')[0].trim().split(/ +/))
    expect(columns).toEqual(Array.from({ length: 12 }, (_, i) => `column${i}`))
  })

  test.each([40, 60, 90])('width %i: every block repeats all columns that tell rows apart', (width) => {
    const numbers = Array.from({ length: 9 }, (_, i) => `number${i}`)
    const rows = ['laplace', 'agq'].flatMap((method) => ['treat', 'sd(g)'].map((one) => [method, one, ...numbers]))
    const two = { ...table(['<method', '<parameter', ...numbers], rows), keys: 2 }
    const blocks = textTable(two, width, plain).split('\n\n')
    expect(blocks.length).toBeGreaterThan(1)
    for (const block of blocks) {
      const [head, ...lines] = block.split('\n')
      expect(head).toMatch(/^method {3}parameter {2}number/)
      const keys = lines.map((line) => line.split(/ +/).slice(0, 2))
      expect(keys).toEqual(rows.map(([method, one]) => [method, one]))
      expect(displayWidth(head)).toBeLessThanOrEqual(width)
    }
    // Keys that leave no room for anything beside them do not repeat.
    const narrow = textTable(two, 24, plain).split('\n\n')
    expect(narrow.every((block) => block.startsWith('method'))).toBe(true)
  })

  test('a long row name is clipped to half the width', () => {
    const [, line] = textTable(table(['<', 'x'], [['n'.repeat(300), '1']]), 40, plain).split('\n')
    expect(line).toBe(`${'n'.repeat(19)}…  1`)
  })
})

describe('terminal', () => {
  test('colour only when asked for', () => {
    const document = everywhere('text')
    expect(renderText(document, { width: 80, colour: false })).not.toContain('\u001b')
    expect(renderText(document, { width: 80, colour: true })).toContain('\u001b[')
  })

  test('no control character of a name reaches the terminal', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const out = renderText(everywhere(`\u001b]0;x\u0007${text}`), { width: 40, colour: false })
        const lines = out.replace(/\n/g, '')
        expect([...lines].some((c) => c < ' ' || (c >= '\u007f' && c <= '\u009f'))).toBe(false)
      }),
    )
  })

  test('paragraphs, lists and facts keep the width', () => {
    const words = 'of the many words in this text no one is long '.repeat(8).trim()
    const document: Document = {
      title: words,
      blocks: [paragraph(words), list([words]), callout('bad', 'No', [words]), facts([['Name', words]])],
    }
    for (const width of [30, 80]) {
      const lines = renderText(document, { width, colour: false }).split('\n')
      expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width)
    }
  })
})

describe('HTML', () => {
  test('text stays text in every place', () => {
    const html = renderHtml(everywhere('<script>alert("x")</script> & \'y\''))
    expect(html).not.toMatch(/<script/i)
    expect(html.match(/&lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt; &amp; &#39;y&#39;/g)).toHaveLength(17)
  })

  test('no markup character survives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeHtml(text)).not.toMatch(/[<>"']|&(?![a-z#0-9]+;)/)
      }),
    )
  })

  test('needs nothing from outside', () => {
    const html = renderHtml(everywhere('text'), { title: 'A title' })
    expect(html).toContain('<title>A title</title>')
    expect(html).not.toMatch(/<(script|link|img|iframe|object)|\bsrc=|\bhref=|url\(|@import|https?:/i)
  })

  test('row and column headers are marked', () => {
    const html = renderHtml({ title: 't', blocks: [heading('Sizes'), table(['<', 'x'], [['a', '1']])] })
    expect(html).toContain('<th scope="col" class="n">x</th>')
    expect(html).toContain('<th scope="row">a</th><td class="n">1</td>')
    expect(html).toContain('<caption>Sizes</caption>')
  })
})

describe('Markdown', () => {
  test('names do not become markup', () => {
    expect(escapeMarkdown('a|b *c* <d> [e](f) `g` _h_')).toBe('a\\|b \\*c\\* \\<d\\> \\[e\\](f) \\`g\\` \\_h\\_')
    expect(escapeMarkdown('1. x')).toBe('1\\. x')
    expect(escapeMarkdown('- x')).toBe('\\- x')
    expect(escapeMarkdown('-2.5')).toBe('-2.5')
  })

  test('a table has as many cells in every line, whatever the names', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const lines = renderMarkdown({ title: 't', blocks: [table(['<', 'x'], [[name, '1']])] })
          .trimEnd()
          .split('\n')
        expect(lines).toHaveLength(5)
        expect(lines[4].replace(/\\./g, '').split('|')).toHaveLength(4)
      }),
    )
  })

  test('a fence is longer than the backticks inside', () => {
    expect(renderMarkdown({ title: 't', blocks: [preformatted('a ```` b')] })).toContain('`````text\na ```` b\n`````')
  })
})
